// @ts-check
/** Over the picture while a viewer catches up: how far behind, the speed, and the way back to the room. */

import { cloneTemplate, find, loadStyle, setText } from "../lib/dom.js"
import { formatTime, gettext, interpolate } from "../lib/i18n.js"
import { roughTime } from "../room/members.js"

/** @param {number} speed @param {{choose: (speed: number) => void, live: () => void}} on */
export function mountBar(speed, { choose, live }) {
  const bar = cloneTemplate("catch-up")
  const [behind, until] = [find(bar, "behind"), find(bar, "until")]
  const select = /** @type {HTMLSelectElement} */ (find(bar, "speed"))
  const button = find(bar, "live")
  loadStyle(document.getElementById("catch-up")?.dataset.style)
  select.value = String(speed)
  select.addEventListener("change", () => choose(Number(select.value)))
  button.addEventListener("click", live)
  document.querySelector("[data-stage] .picture")?.append(bar)
  return {
    /** @param {number} seconds @param {number} inS until the viewer is in step */
    showBehind(seconds, inS) {
      setText(behind, interpolate(gettext("{time} behind"), { time: roughTime(seconds) }))
      const inStep = interpolate(gettext("in step in {time}"), { time: formatTime(inS) })
      setText(until, Number.isFinite(inS) ? inStep : "")
      select.hidden = false
      setText(button, gettext("Go to live"))
    },
    showElsewhere() {
      setText(behind, gettext("The room plays something else"))
      setText(until, "")
      select.hidden = true
      setText(button, gettext("Follow the room"))
    },
    remove: () => bar.remove(),
  }
}
