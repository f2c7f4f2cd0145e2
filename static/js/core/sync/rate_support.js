// @ts-check
/**
 * Whether this browser's rates do what they say. Every excursion is checked afterwards; a browser that misses
 * twice in a row is steered by seeks only for a while, then tried again. What was seen while the machine was
 * busy does not count. On WebKit every change of the rate interrupts the sound, so there they are not tried.
 *
 * Times are in milliseconds of the page's clock.
 */

const MISS_MS = 15 // more than a time-stretching switch should leave behind
const MISS_SHARE = 0.4 // of what was planned
const MISSES = 2
const STRANGERS = 2 // somebody else (a speed extension) writes rates: do not fight
const RETRY_MS = 600_000 // two excursions that do nothing, every ten minutes, are not noticed
const RETRY_GROWTH = 4
const RETRY_MOST_MS = 86_400_000

export class RateSupport {
  /**
   * @param {"chromium" | "firefox" | "webkit"} engine
   * @param {any} [remembered] what `remember()` gave, on this page's clock
   * @param {number} [nowMs]
   */
  constructor(engine, remembered, nowMs = 0) {
    this.never = engine === "webkit"
    this.misses = 0
    this.strangers = 0
    this.retryMs = RETRY_MS
    /** Seeks only, until then. */
    this.notBeforeMs = -Infinity
    /** @type {number | null} */
    this.plannedMs = null
    this.#recall(remembered, nowMs)
    this.look(nowMs)
  }

  /** @param {any} remembered @param {number} nowMs */
  #recall(remembered, nowMs) {
    if (!Number.isFinite(remembered?.notBeforeMs) || !Number.isFinite(remembered?.retryMs)) return
    this.retryMs = Math.min(Math.max(remembered.retryMs, RETRY_MS), RETRY_MOST_MS)
    this.notBeforeMs = Math.min(remembered.notBeforeMs, nowMs + this.retryMs)
  }

  /** @param {number} nowMs */
  look(nowMs) {
    this.slewOk = !this.never && nowMs >= this.notBeforeMs
  }

  /** An excursion is over; what it left is seen at the next median. @param {number} plannedMs */
  finished(plannedMs) {
    this.plannedMs = plannedMs
  }

  forgetExcursion() {
    this.plannedMs = null
  }

  /**
   * @param {number} leftMs the error after the excursion; small if it did what was planned
   * @param {number} nowMs
   */
  verify(leftMs, nowMs) {
    if (this.plannedMs === null) return
    const missed = Math.abs(leftMs) > Math.max(MISS_MS, MISS_SHARE * Math.abs(this.plannedMs))
    this.plannedMs = null
    this.misses = missed ? this.misses + 1 : 0
    if (!missed) this.retryMs = RETRY_MS
    if (this.misses >= MISSES) this.#rest(nowMs)
  }

  /** A rate was written that was not ours. @param {number} nowMs */
  stranger(nowMs) {
    this.strangers += 1
    if (this.strangers >= STRANGERS) this.#rest(nowMs)
  }

  /** @param {number} nowMs */
  #rest(nowMs) {
    this.misses = this.strangers = 0
    this.notBeforeMs = nowMs + this.retryMs
    this.retryMs = Math.min(RETRY_GROWTH * this.retryMs, RETRY_MOST_MS)
    this.look(nowMs)
  }

  remember() {
    return { notBeforeMs: this.notBeforeMs, retryMs: this.retryMs }
  }
}
