// @ts-check
/**
 * When the next ping is due: bursts where the clock must be had quickly, then just enough to follow its
 * drift.
 */

export const FIRST_BURST = 10 // pings; the estimate is usable after five
export const LATER_BURST = 6 // after a reconnect, a wake-up, a change of network
const BURST_GAP_MS = 80 // apart enough not to queue behind one another
const WARM_UP = 20 // pings at the pace below: on an unsteady line only many samples make a good clock
const WARM_UP_MS = 500
const PLAYING_MS = 4000 // 30 ppm of drift are 0.1 ms in between
const PAUSED_MS = 15000
const HIDDEN_MS = 30000
const SILENCE_MS = 4000 // beyond two intervals without a pong, the connection is dead
const WOKEN_SILENCE_MS = 2500 // a connection from before a sleep is often dead already

export class PingSchedule {
  constructor() {
    this.start()
  }

  /** A new connection; `known`: the clock has samples already. @param {boolean} known */
  start(known = false) {
    this.burstLeft = known ? LATER_BURST : FIRST_BURST
    this.warmUpLeft = known ? 0 : WARM_UP
    this.nextMs = -Infinity
    /** @type {number | null} */
    this.unansweredSinceMs = null
    this.intervalMs = PLAYING_MS
    this.woken = false
  }

  /** Ask quickly, from now on: what was asked before may never be answered. @param {number} nowMs */
  burst(nowMs) {
    this.unansweredSinceMs = null
    this.woken = true
    this.burstLeft = Math.max(this.burstLeft, LATER_BURST)
    this.nextMs = Math.min(this.nextMs, nowMs)
  }

  /** @param {number} nowMs */
  due(nowMs) {
    return nowMs >= this.nextMs
  }

  /** @param {number} nowMs @param {{playing: boolean, hidden: boolean}} page */
  sent(nowMs, page) {
    this.unansweredSinceMs ??= nowMs
    this.intervalMs = this.#interval(page)
    this.nextMs = nowMs + this.intervalMs
  }

  /** @param {{playing: boolean, hidden: boolean}} page */
  #interval({ playing, hidden }) {
    if (this.burstLeft > 1) {
      this.burstLeft -= 1
      return BURST_GAP_MS
    }
    this.burstLeft = 0
    if (this.warmUpLeft > 0) {
      this.warmUpLeft -= 1
      return WARM_UP_MS
    }
    if (hidden) return HIDDEN_MS
    return playing ? PLAYING_MS : PAUSED_MS
  }

  answered() {
    this.unansweredSinceMs = null
    this.woken = false
  }

  /**
   * The server has been asked and says nothing: the connection is dead although nobody said so.
   * @param {number} nowMs
   */
  silent(nowMs) {
    if (this.unansweredSinceMs === null) return false
    const waitedMs = nowMs - this.unansweredSinceMs
    return waitedMs > (this.woken ? WOKEN_SILENCE_MS : 2 * Math.max(this.intervalMs, 1000) + SILENCE_MS)
  }
}
