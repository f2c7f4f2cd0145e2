// @ts-check
/** The menus "Audio language" and "Quality", for media that offer a choice. The choice is the viewer's alone. */

import { audioLabels, qualityLabel, SOUND_ONLY } from "../../core/media/track_choice.js"
import { find } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"
import { mountChoiceMenu } from "../ui/choice_menu.js"

const AUTOMATIC = "auto"

/** @typedef {import("../media/media_element.js").Source} Source */

/**
 * @param {HTMLElement} bar
 * @returns {(source: Source | null) => void} shows the menus for a source
 */
export function mountTrackMenus(bar) {
  /** @type {Source | null} */
  let shown = null
  const languages = mountChoiceMenu(find(bar, "audio-language"), {
    title: gettext("Audio language"),
    choose: (id) => shown?.setAudioTrack(Number(id)),
  })
  const qualities = mountChoiceMenu(find(bar, "quality"), {
    title: gettext("Quality"),
    choose: (id) => {
      if (id === SOUND_ONLY) shown?.playSoundOnly?.()
      else shown?.setQuality(id === AUTOMATIC ? null : Number(id))
    },
  })
  return (source) => {
    shown = source
    languages.show(languageChoices(source), String(source?.audioTrack ?? ""))
    qualities.show(
      qualityChoices(source),
      source?.soundOnly ? SOUND_ONLY : String(source?.quality ?? AUTOMATIC),
    )
  }
}

/** @param {Source | null} source */
function languageChoices(source) {
  return audioLabels(source?.audioTracks ?? [], languageName).map(({ id, label }) => ({
    id: String(id),
    label,
  }))
}

/** @param {Source | null} source */
function qualityChoices(source) {
  const qualities = source?.qualities ?? []
  const mayLackPicture = typeof source?.soundOnly === "boolean"
  const heights = qualities.map((quality) => ({ id: String(quality.id), label: qualityLabel(quality) }))
  return [
    { id: AUTOMATIC, label: gettext("Automatic") },
    ...(heights.length > 1 ? heights : []),
    ...(mayLackPicture ? [{ id: SOUND_ONLY, label: gettext("Sound only") }] : []),
  ]
}

/** A language in the language of the page. @param {string} code */
function languageName(code) {
  try {
    const names = new Intl.DisplayNames([document.documentElement.lang || "en"], {
      type: "language",
      fallback: "none",
    })
    return names.of(code)
  } catch {
    return undefined // no language tag
  }
}
