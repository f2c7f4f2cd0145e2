// @ts-check
/**
 * When time has passed that the page did not see, or somebody looks at it again: a hidden tab is shown, a
 * frozen one thaws, a laptop is opened, a network comes back. The clocks are compared once a second, whether
 * or not there is a connection: an outage is no sleep.
 */

import { every } from "./timers.js"

const LOOK_MS = 1000

/**
 * @param {import("../../core/clock/clock.js").Clock} clock
 * @param {{woke: () => void, hid: () => void, network: () => void}} tell `woke`: clock and player; `hid`: the
 *   player; `network`: the clock
 */
export function watchForWaking(clock, { woke, hid, network }) {
  const slept = () => clock.detectSleep(Date.now(), performance.now())
  const back = () => {
    slept() // first: who wakes must not believe a clock that stood still
    woke()
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? hid() : back()))
  document.addEventListener("resume", back)
  window.addEventListener("pageshow", ({ persisted }) => persisted && back())
  window.addEventListener("online", network)
  const { connection } = /** @type {{connection?: EventTarget}} */ (navigator)
  connection?.addEventListener("change", network)
  return every(LOOK_MS, () => {
    if (slept()) woke()
  })
}
