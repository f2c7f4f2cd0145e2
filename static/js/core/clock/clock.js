// @ts-check
/**
 * The server's clock, as seen from this page.
 *
 * The output of the estimator is slewed, because the player would chase a jump of the clock as if it were
 * drift. It steps only when it is a frame wrong, and starts over after a sleep and with another server.
 *
 * All local times are `performance.now()` milliseconds, passed in.
 */

import { OffsetEstimator, sampleOf } from "./offset_estimator.js"

const USABLE_AFTER = 5 // pongs; half a second of the first burst
// pongs, ten seconds: a loading page is busy and receives them late, so the output follows freely until then
const SETTLED_AFTER = 30
const STALE_PONG_MS = 5000 // a slower pong carries no information
const SLEW_MS_PER_S = 0.5 // far below what the controller would notice
// an error beyond 1 ms is not noise: half of the excess is slewed away each second
const SLEW_MORE = { beyondMs: 1, perS: 0.5 }
const STEP_BEYOND_MS = 25 // a whole frame wrong: better to step once
const WALL_STEP_MS = 250 // the local clocks disagree: the machine slept, or the wall clock was set
const FROZEN_MS = 3000 // no code ran for this long: the tab was frozen
const MOVEMENT_MS = 10000 // window of `movementMs`

/** @typedef {{t0: number, t1: number, t2: number, clock_id: string}} Pong */

export class Clock {
  estimator = new OffsetEstimator()
  pongs = 0
  /** @type {{nowMs: number, offsetMs: number}[]} */
  trail = []
  /** @type {string | null} */
  clockId = null
  /** Number of discontinuities of the output; the controller starts over when it changes. */
  steps = 0
  /** Send times of the pings without a pong. @type {Set<number>} */
  pendingPings = new Set()
  lastT0 = -Infinity
  /** @type {number | null} */
  output = null
  outputAtMs = 0
  /** @type {{wallMs: number, nowMs: number} | null} */
  lastReading = null

  /** Corrections wait until this is true. */
  get locked() {
    return this.pongs >= USABLE_AFTER
  }

  get settled() {
    return this.pongs >= SETTLED_AFTER
  }

  /** Server clock minus local clock as last returned; null before anything is known. */
  get offsetMs() {
    return this.output
  }

  /** Round trip of the fastest exchange, network time only. */
  get delayMs() {
    return this.estimator.delayMs
  }

  /** The 95th percentile of the round trip minus the fastest one; null while unknown. */
  get jitterMs() {
    return this.estimator.jitterMs
  }

  /** Discard the samples. The last output stays as the best guess until there are new ones. */
  invalidate() {
    this.estimator = new OffsetEstimator()
    this.pongs = 0
    this.trail = []
    this.pendingPings.clear()
  }

  /**
   * Take the server time of a message as a first guess, before the first pong. It is late by the message's
   * travel time.
   * @param {number} serverMs
   * @param {number} nowMs
   */
  hint(serverMs, nowMs) {
    if (this.output === null) this.#set(serverMs - nowMs, nowMs)
  }

  /** @param {number} t0 */
  pingSent(t0) {
    this.pendingPings.add(t0)
    if (this.pendingPings.size > 64)
      this.pendingPings.delete(/** @type {number} */ (this.pendingPings.values().next().value))
  }

  /**
   * A pong arrived at `t3`. Unknown, late and overtaken ones are ignored.
   * @param {Pong} pong
   * @param {number} t3
   * @returns {boolean} whether it was used
   */
  pongReceived(pong, t3) {
    if (!this.pendingPings.delete(pong.t0)) return false
    if (pong.t0 < this.lastT0 || t3 - pong.t0 > STALE_PONG_MS || t3 < pong.t0 || pong.t2 < pong.t1)
      return false
    this.lastT0 = pong.t0
    if (this.clockId !== null && pong.clock_id !== this.clockId) this.invalidate()
    this.clockId = pong.clock_id
    this.pongs += 1
    this.estimator.add(sampleOf(pong, t3))
    return true
  }

  /**
   * Server clock minus local clock in milliseconds. Continuous except for steps of more than a frame, which
   * `steps` counts.
   * @param {number} nowMs
   */
  offsetAt(nowMs) {
    if (this.pongs === 0) return this.output ?? 0
    const predicted = this.estimator.offsetAt(nowMs / 1000)
    if (this.output === null) return this.#set(predicted, nowMs)
    const error = predicted - this.output
    if (!this.settled || Math.abs(error) > STEP_BEYOND_MS) {
      this.trail = [] // settling is not movement
      return this.#set(predicted, nowMs)
    }
    const msPerS = SLEW_MS_PER_S + SLEW_MORE.perS * Math.max(0, Math.abs(error) - SLEW_MORE.beyondMs)
    const most = (msPerS * Math.max(0, nowMs - this.outputAtMs)) / 1000
    return this.#set(this.output + Math.min(Math.max(error, -most), most), nowMs)
  }

  /** @param {number} offsetMs @param {number} nowMs */
  #set(offsetMs, nowMs) {
    if (this.output !== null && Math.abs(offsetMs - this.output) > STEP_BEYOND_MS) this.steps += 1
    this.output = offsetMs
    this.outputAtMs = Math.max(this.outputAtMs, nowMs)
    if (nowMs - (this.trail.at(-1)?.nowMs ?? -Infinity) >= 1000) this.trail.push({ nowMs, offsetMs })
    while (this.trail.length && this.trail[0].nowMs < nowMs - MOVEMENT_MS) this.trail.shift()
    return offsetMs
  }

  /** @param {number} nowMs */
  serverNow(nowMs) {
    return nowMs + this.offsetAt(nowMs)
  }

  /** How far the estimate moved within the last ten seconds. The controller must not chase that. */
  get movementMs() {
    if (this.output === null || !this.trail.length) return 0
    return Math.abs(this.output - this.trail[0].offsetMs)
  }

  /**
   * Called on every tick with both local clocks; the only use of the wall clock. Returns true if the samples
   * were discarded, so that a burst of pings is due.
   * @param {number} wallMs
   * @param {number} nowMs
   */
  detectSleep(wallMs, nowMs) {
    const before = this.lastReading
    this.lastReading = { wallMs, nowMs }
    if (!before) return false
    const passedMs = nowMs - before.nowMs
    const disagreeMs = Math.abs(wallMs - before.wallMs - passedMs)
    if (disagreeMs <= WALL_STEP_MS && passedMs <= FROZEN_MS) return false
    this.invalidate()
    return true
  }
}
