// @ts-check
/**
 * Whether this browser plays at the rates it is set to. Every excursion is verified afterwards. A browser
 * that misses twice in a row is corrected by seeks only for a while, then tried again. Observations on a busy
 * machine do not count. In WebKit every change of the rate interrupts the sound, so rates are never tried
 * there.
 *
 * Times are in milliseconds of the page's clock.
 */

import { traitsOf } from "./latency_model.js"

const MISS_MS = 15 // more than a time-stretching switch should leave behind
const MISS_SHARE = 0.4 // of the planned correction
const MISSES = 2
const FOREIGN_WRITES = 2 // other code (a speed extension) writes rates: do not fight it
const RETRY_MS = 600_000 // two excursions without effect every ten minutes go unnoticed
const RETRY_GROWTH = 4
const RETRY_MOST_MS = 86_400_000

export class RateSupport {
  /** Whether corrections by the rate are possible now. */
  slewOk = false
  misses = 0
  foreignWrites = 0
  retryMs = RETRY_MS
  /** Only seeks until then. */
  notBeforeMs = -Infinity
  /** @type {number | null} */
  plannedMs = null

  /**
   * @param {import("./latency_model.js").PlayerKind} player
   * @param {any} [stored] an earlier `snapshot()`, in this page's time
   * @param {number} [nowMs]
   */
  constructor(player, stored, nowMs = 0) {
    this.never = traitsOf(player).rates === "none"
    this.#restore(stored, nowMs)
    this.update(nowMs)
  }

  /** @param {any} stored @param {number} nowMs */
  #restore(stored, nowMs) {
    if (!Number.isFinite(stored?.notBeforeMs) || !Number.isFinite(stored?.retryMs)) return
    this.retryMs = Math.min(Math.max(stored.retryMs, RETRY_MS), RETRY_MOST_MS)
    this.notBeforeMs = Math.min(stored.notBeforeMs, nowMs + this.retryMs)
  }

  /** @param {number} nowMs */
  update(nowMs) {
    this.slewOk = !this.never && nowMs >= this.notBeforeMs
  }

  /** An excursion is over; the next estimate shows the remaining error. @param {number} plannedMs */
  excursionFinished(plannedMs) {
    this.plannedMs = plannedMs
  }

  forgetExcursion() {
    this.plannedMs = null
  }

  /**
   * @param {number} remainingMs the error after the excursion; small if the rate had its effect
   * @param {number} nowMs
   */
  verify(remainingMs, nowMs) {
    if (this.plannedMs === null) return
    const missed = Math.abs(remainingMs) > Math.max(MISS_MS, MISS_SHARE * Math.abs(this.plannedMs))
    this.plannedMs = null
    this.misses = missed ? this.misses + 1 : 0
    if (!missed) this.retryMs = RETRY_MS
    if (this.misses >= MISSES) this.#suspend(nowMs)
  }

  /** Other code set the rate. @param {number} nowMs */
  foreignRate(nowMs) {
    this.foreignWrites += 1
    if (this.foreignWrites >= FOREIGN_WRITES) this.#suspend(nowMs)
  }

  /** @param {number} nowMs */
  #suspend(nowMs) {
    this.misses = this.foreignWrites = 0
    this.notBeforeMs = nowMs + this.retryMs
    this.retryMs = Math.min(RETRY_GROWTH * this.retryMs, RETRY_MOST_MS)
    this.update(nowMs)
  }

  snapshot() {
    return { notBeforeMs: this.notBeforeMs, retryMs: this.retryMs }
  }
}
