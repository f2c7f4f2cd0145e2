// @ts-check
/** A double tap on the left or right of the picture seeks, and shows how far; in the middle it toggles fullscreen. */

import { Taps } from "../../core/touch/taps.js"
import { toggleFullscreen } from "../controls/controls.js"
import { commandsOf, showWhoControls } from "../controls/playback_commands.js"
import { cloneTemplate, find } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"

const MARK_MS = 900
const ON_PICTURE = "[data-media], [data-sound-cover]"

/** @param {HTMLElement} stage @param {import("../room/session.js").RoomSession} room */
export function mountDoubleTap(stage, room) {
  const picture = find(stage, "picture")
  const taps = new Taps()
  const mark = mountMark(picture)
  let touched = false
  const onPicture = (/** @type {Event} */ { target }) =>
    target instanceof Element && Boolean(target.closest(ON_PICTURE))
  const tap = (/** @type {MouseEvent} */ event) => {
    if (!touched || !onPicture(event)) return
    const { left, width } = picture.getBoundingClientRect()
    const effect = taps.tap({ atMs: event.timeStamp, share: (event.clientX - left) / width })
    if (effect?.do === "fullscreen") toggleFullscreen(stage)
    if (effect?.do === "seek") seek(effect)
  }
  const seek = (/** @type {{stepS: number, totalS: number}} */ { stepS, totalS }) => {
    const commands = commandsOf(room)
    if (!commands.hasMedia) return
    if (!commands.allowed) return showWhoControls(room)
    commands.seekBy(stepS)
    mark(totalS)
  }
  // Not every browser says of a click what made it.
  stage.addEventListener("pointerdown", ({ pointerType }) => (touched = pointerType === "touch"), {
    capture: true,
  })
  picture.addEventListener("click", tap)
  // the page's own double click toggles fullscreen wherever it is
  stage.addEventListener("dblclick", (event) => touched && onPicture(event) && event.stopPropagation(), {
    capture: true,
  })
}

/** How far it was seeked, on that side of the picture, for a moment. @param {HTMLElement} picture */
function mountMark(picture) {
  const mark = cloneTemplate("seek-mark")
  let timer = 0
  return (/** @type {number} */ totalS) => {
    const seconds = Math.abs(totalS)
    find(mark, "seconds").textContent = interpolate(
      totalS < 0 ? gettext("−{seconds} s") : gettext("+{seconds} s"),
      { seconds },
    )
    mark.dataset.side = totalS < 0 ? "left" : "right"
    picture.append(mark)
    clearTimeout(timer)
    timer = setTimeout(() => mark.remove(), MARK_MS)
  }
}
