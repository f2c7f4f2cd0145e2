// @ts-check
/** Plays the viewer's own copy of the room's media, a file on this device, in the room's own media element. */

import { breaksOffHere } from "../../core/media/device_limits.js"
import { gettext } from "../lib/i18n.js"
import { after } from "../lib/timers.js"
import { chosenFiles, rememberedCopy } from "./own_copies.js"

const OPENS_WITHIN_MS = 5000 // a browser may neither open a file nor report an error

/** @typedef {import("../media/media_element.js").SourceCallbacks} SourceCallbacks */
/** @typedef {import("../media/media_element.js").Source} Source */
/** @typedef {import("../../core/media/media_state.js").Message} Message */

/** Browsers play the first audio track of a file, and do not say which tracks it has. */
const NOTHING_TO_CHOOSE = {
  isOwnCopy: true,
  audioTracks: [],
  audioTrack: -1,
  setAudioTrack: () => {},
  qualities: [],
  quality: null,
  setQuality: () => {},
  tracks: { sound: null, picture: null },
}

/**
 * @param {HTMLMediaElement} element
 * @param {import("../../core/protocol.js").Media} media
 * @param {SourceCallbacks} callbacks
 * @returns {Source}
 */
export function open(element, media, callbacks) {
  const chosen = chosenFiles.get(media.url)
  const controller = new AbortController()
  let forget = () => {}
  if (chosen && breaksOffHere(chosen.file)) callbacks.failed(otherBrowserMessage())
  else if (chosen) {
    const { signal } = controller
    const failed = () => callbacks.failed(unplayableMessage())
    forget = after(OPENS_WITHIN_MS, failed)
    element.addEventListener("loadedmetadata", forget, { signal })
    element.addEventListener("error", failed, { signal })
    element.src = chosen.url
    element.load()
  } else callbacks.failed(missingMessage(media.url))
  const close = () => {
    forget()
    controller.abort()
  }
  return { ...NOTHING_TO_CHOOSE, close }
}

/** @returns {Message} */
function unplayableMessage() {
  return {
    title: gettext("Your browser cannot play this file"),
    text: gettext("It may be damaged or moved, or in a format that another browser plays."),
    ownCopy: true,
  }
}

/** @returns {Message} */
function otherBrowserMessage() {
  return {
    title: gettext("This browser cannot play this file from your device"),
    text: gettext(
      "It mixes up parts of MP4 and Matroska files. Firefox and Chromium play it, and WebM files play here.",
    ),
    ownCopy: true,
    fault: "other_browser",
  }
}

/** @param {string} address @returns {Message} */
function missingMessage(address) {
  if (rememberedCopy(address))
    return {
      title: gettext("Choose your file again"),
      text: gettext("A page cannot keep a file open when it is loaded again."),
      ownCopy: true,
    }
  return {
    title: gettext("Choose your copy"),
    text: gettext("Everyone plays this from a file of their own. Nothing of it is sent."),
    ownCopy: true,
  }
}
