// @ts-check
/**
 * The server's clock, as seen from here.
 *
 * What comes out of the estimate is slewed, because a jump in the clock would be chased by the player as if
 * it were drift; it steps only where it is a frame wrong, and starts anew after a sleep and with another
 * server.
 *
 * All local times are `performance.now()` milliseconds, handed in.
 */

import { Estimate, sampleOf } from "./offset_estimator.js"
import { clamp } from "./statistics.js"

export const USABLE_AFTER = 5 // pongs; half a second of the first burst
// pongs, ten seconds: a page that just came is busy and hears them late; so long the output follows freely
export const SETTLED_AFTER = 30
export const STALE_PONG_MS = 5000 // a pong that took longer says nothing
const SLEW_MS_PER_S = 0.5 // far below what the controller would notice
// an error that large is no noise: half of what is beyond, each second
const SLEW_MORE = { beyondMs: 1, perS: 0.5 }
const STEP_BEYOND_MS = 25 // a whole frame wrong: better to step once
const WALL_STEP_MS = 250 // local clocks disagree: slept, or somebody set the wall clock
const FROZEN_MS = 3000 // nothing ran for so long: frozen tab
const MOVEMENT_MS = 10000 // how far back `movementMs` looks

/** @typedef {{t0: number, t1: number, t2: number, clock_id: string}} Pong */

export class Clock {
  constructor() {
    /** @type {string | null} */
    this.clockId = null
    /** Counts the times the output was not continuous: the controller starts afresh when it changes. */
    this.steps = 0
    /** @type {Set<number>} */
    this.asked = new Set()
    this.lastT0 = -Infinity
    /** @type {number | null} */
    this.output = null
    this.outputAtMs = 0
    /** @type {{wallMs: number, nowMs: number} | null} */
    this.lastLook = null
    this.#forget()
  }

  #forget() {
    this.estimate = new Estimate()
    this.pongs = 0
    /** @type {{nowMs: number, offsetMs: number}[]} */
    this.trail = []
  }

  /** Corrections wait until this is true. */
  get locked() {
    return this.pongs >= USABLE_AFTER
  }

  get settled() {
    return this.pongs >= SETTLED_AFTER
  }

  /** Server clock minus local clock as last given out; null before anything is known. */
  get offsetMs() {
    return this.output
  }

  /** The fastest exchange known, network time only. */
  get delayMs() {
    return this.estimate.delayMs
  }

  /**
   * How much later than by the fastest exchange a message has to be expected, one in twenty left out; null:
   * not known yet.
   */
  get lateMs() {
    return this.estimate.lateMs
  }

  /** Forget the samples; the last output stays as the best guess until there are new ones. */
  invalidate() {
    this.#forget()
    this.asked.clear()
  }

  /**
   * Before the first pong: a server time out of a message, late by its way here.
   * @param {number} serverMs @param {number} nowMs
   */
  hint(serverMs, nowMs) {
    if (this.output === null) this.#set(serverMs - nowMs, nowMs)
  }

  /** A ping leaves. @param {number} t0 */
  sent(t0) {
    this.asked.add(t0)
    if (this.asked.size > 64) this.asked.delete(/** @type {number} */ (this.asked.values().next().value))
  }

  /**
   * A pong arrived at `t3`. Unknown, late and overtaken ones say nothing.
   * @param {Pong} pong @param {number} t3
   * @returns {boolean} whether it was used
   */
  answered(pong, t3) {
    if (!this.asked.delete(pong.t0)) return false
    if (pong.t0 < this.lastT0 || t3 - pong.t0 > STALE_PONG_MS || t3 < pong.t0 || pong.t2 < pong.t1)
      return false
    this.lastT0 = pong.t0
    if (this.clockId !== null && pong.clock_id !== this.clockId) this.invalidate()
    this.clockId = pong.clock_id
    this.pongs += 1
    this.estimate.add(sampleOf(pong, t3))
    return true
  }

  /**
   * Server clock minus local clock, milliseconds. Continuous, but for steps beyond a frame, which are
   * counted.
   * @param {number} nowMs
   */
  offsetAt(nowMs) {
    if (this.pongs === 0) return this.output ?? 0
    const predicted = this.estimate.at(nowMs / 1000)
    if (this.output === null) return this.#set(predicted, nowMs)
    const error = predicted - this.output
    if (!this.settled || Math.abs(error) > STEP_BEYOND_MS) {
      this.trail = [] // coming to rest is not movement
      return this.#set(predicted, nowMs)
    }
    const msPerS = SLEW_MS_PER_S + SLEW_MORE.perS * Math.max(0, Math.abs(error) - SLEW_MORE.beyondMs)
    const most = (msPerS * Math.max(0, nowMs - this.outputAtMs)) / 1000
    return this.#set(this.output + clamp(error, -most, most), nowMs)
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

  /** How far the estimate moved within the last ten seconds: the controller must not chase that. */
  get movementMs() {
    if (this.output === null || !this.trail.length) return 0
    return Math.abs(this.output - this.trail[0].offsetMs)
  }

  /**
   * Called on every tick with both local clocks, the only use of the wall clock. True when the samples had to
   * go: then a burst of pings is due.
   * @param {number} wallMs
   * @param {number} nowMs
   */
  slept(wallMs, nowMs) {
    const before = this.lastLook
    this.lastLook = { wallMs, nowMs }
    if (!before) return false
    const passedMs = nowMs - before.nowMs
    const disagreeMs = Math.abs(wallMs - before.wallMs - passedMs)
    if (disagreeMs <= WALL_STEP_MS && passedMs <= FROZEN_MS) return false
    this.invalidate()
    return true
  }
}
