// @ts-check
/**
 * Whether this browser's rates do what they say. Every excursion is checked afterwards; a browser that misses twice in
 * a row is steered by seeks only, and that is remembered for its version. On WebKit rates interrupt the sound, so it
 * starts without them.
 */

const MISS_MS = 15 // more than a time-stretching switch should leave behind
const MISS_SHARE = 0.4 // of what was planned
const MISSES = 2
const STRANGERS = 2 // somebody else (a speed extension) writes rates: do not fight

export class Capability {
  /** @param {"chromium" | "firefox" | "webkit"} engine @param {any} [remembered] */
  constructor(engine, remembered) {
    this.slewOk = remembered?.slewOk ?? engine !== "webkit"
    this.misses = 0
    this.strangers = 0
    /** @type {number | null} */
    this.plannedMs = null
  }

  /** An excursion is over; what it left is seen at the next median. @param {number} plannedMs */
  finished(plannedMs) {
    this.plannedMs = plannedMs
  }

  forgetExcursion() {
    this.plannedMs = null
  }

  /** @param {number} leftMs the error after the excursion; small if it did what was planned */
  verify(leftMs) {
    if (this.plannedMs === null) return
    const missed = Math.abs(leftMs) > Math.max(MISS_MS, MISS_SHARE * Math.abs(this.plannedMs))
    this.plannedMs = null
    this.misses = missed ? this.misses + 1 : 0
    if (this.misses >= MISSES) this.slewOk = false
  }

  /** A rate was written that was not ours. */
  stranger() {
    this.strangers += 1
    if (this.strangers >= STRANGERS) this.slewOk = false
  }

  remember() {
    return { slewOk: this.slewOk }
  }
}
