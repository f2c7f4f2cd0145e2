// @ts-check
/** When captions are shown: this viewer's offset, and the shift for everyone by a member who controls the room. */

import { disposeAll, find, setText } from "../lib/dom.js"
import { formatSignedMs, gettext, interpolate } from "../lib/i18n.js"
import { mayControl } from "../room/members.js"
import { showRefusal } from "../ui/notices.js"

const MAX_MS = 600_000

/** @typedef {import("./captions.js").Captions} Captions */

/** @param {HTMLElement} box @param {Captions} captions @returns {() => void} */
export function mountTiming(box, captions) {
  const { room } = captions
  const controller = new AbortController()
  const { signal } = controller
  /** The shift that was asked for and not confirmed: quick presses add up. @type {number | null} */
  let wantedMs = null
  const shiftMs = () => wantedMs ?? captions.shiftMs
  const show = () => showTiming(box, captions, shiftMs())
  const shift = async (/** @type {number} */ ms) => {
    wantedMs = Math.min(Math.max(ms, -MAX_MS), MAX_MS)
    const asked = wantedMs
    show()
    await room.say("shift_captions", { ms: asked }).catch(showRefusal)
    if (wantedMs === asked) wantedMs = null
    show()
  }
  listen(find(box, "caption-own"), captions.offsetMs.bind(captions), (ms) => captions.setOffset(ms), signal)
  listen(find(box, "caption-shared"), shiftMs, shift, signal)
  show()
  return disposeAll(
    () => controller.abort(),
    captions.on("timing", show),
    ...["state", "room_changed", "new_host", "role_changed", "load"].map((type) => room.on(type, show)),
  )
}

/**
 * Buttons with `data-step` in ms; 0 resets.
 * @param {HTMLElement} row
 * @param {() => number} current
 * @param {(ms: number) => void} set
 * @param {AbortSignal} signal
 */
function listen(row, current, set, signal) {
  row.addEventListener(
    "click",
    ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null
      const step = Number(button?.dataset.step)
      if (button) set(step === 0 ? 0 : current() + step)
    },
    { signal },
  )
}

/** @param {HTMLElement} box @param {Captions} captions @param {number} shiftMs */
function showTiming(box, captions, shiftMs) {
  const { state } = captions.room
  const shared = find(box, "caption-shared")
  shared.hidden = !mayControl(state)
  showValue(find(box, "caption-own"), captions.offsetMs())
  showValue(shared, shiftMs)
  const notice = find(box, "caption-shifted")
  notice.hidden = mayControl(state) || shiftMs === 0
  setText(notice, shiftMessage(shiftMs))
}

/** @param {HTMLElement} row @param {number} ms */
function showValue(row, ms) {
  setText(find(row, "value"), formatSignedMs(ms))
  find(row, "reset").hidden = ms === 0
}

/** @param {number} shiftMs @param {string} [name] of the member who did it */
export function shiftMessage(shiftMs, name = "") {
  const by = formatSignedMs(shiftMs)
  if (!name) return interpolate(gettext("The host shifted the captions for everyone: {by}."), { by })
  return shiftMs === 0
    ? interpolate(gettext("{name} put the captions back in time for everyone."), { name })
    : interpolate(gettext("{name} shifted the captions for everyone: {by}."), { name, by })
}
