// @ts-check
/**
 * The server's clock, as seen from here: min-RTT regression over pings.
 *
 * Averages believe delayed samples; the faster an exchange, the less it can lie, and so the more it weighs. A line
 * through all of ten minutes also follows the drift between the two crystals, so that the estimate holds through minutes
 * without network. What comes out is slewed, because a jump in the clock would be chased by the player as if it were
 * drift. The true offset is within half the fastest round trip; half the asymmetry of a path cannot be seen by anybody
 * (hence the fine-tune).
 *
 * No sample is thrown away for a faster neighbour: on a line whose jitter has no floor (48 ms, 9 ms normal) that takes
 * the error six seconds after the page came from 12.5 to 4.3 ms (95th percentile of 200 simulated lines), and costs a
 * line with a floor nothing.
 *
 * All local times are `performance.now()` milliseconds, handed in.
 */

import { clamp } from "./samples.js"

export const MEMORY_S = 600 // longer histories bend with temperature
const SAMPLES = 256 // ten minutes of pings while playing, with room for bursts
export const USABLE_AFTER = 5 // pongs; half a second of the first burst
export const SETTLED_AFTER = 30 // pongs, ten seconds: a page that just came is busy and hears them late; so long the output follows freely
export const STALE_PONG_MS = 5000 // a pong that took longer says nothing
const WEIGHT_FLOOR_MS = 0.3 // keeps the weight of the very fastest sample finite
const TYPICAL = 0.25 // the part of the samples that a path's ordinary jitter lets through as fast as it gets
const SLOPE_PRIOR = 60 // simulated with crystals up to 50 ppm apart; 400 followed too late (p95 3.1 ms for 2.1), 20 shakes in the first minute
const SLOPE_LIMIT = 0.2 // ms per s (200 ppm): beyond it the samples are wrong, not the crystal
const SLOPE_FROM_S = 15 // samples must reach back so far before a slope means anything
const SLEW_MS_PER_S = 0.5 // far below what the controller would notice
const SLEW_MORE = { beyondMs: 1, perS: 0.5 } // an error that large is no noise: half of what is beyond, each second
const STEP_BEYOND_MS = 25 // a whole frame wrong: better to step once
const ROUTE_S = 40 // so long on a slower path, and it is a new path
const ROUTE_RTT_MS = 15
const ROUTE_OFFSET_MS = 5
const ROUTE_AGREE = { samples: 3, withinMs: 10 } // a path has a floor that is met again and again; a busy uplink has none
const WALL_STEP_MS = 250 // local clocks disagree: slept, or somebody set the wall clock
const FROZEN_MS = 3000 // nothing ran for so long: frozen tab
const MOVEMENT_MS = 10000 // how far back `movementMs` looks

/** @typedef {{t0: number, t1: number, t2: number, clock_id: string}} Pong */
/** @typedef {{tS: number, rttMs: number, offsetMs: number}} Sample */

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
    /** @type {Sample[]} */
    this.samples = []
    this.pongs = 0
    this.meanOffsetMs = 0
    this.meanTimeS = 0
    this.slope = 0
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
    return this.samples.length ? Math.min(...this.samples.map((sample) => sample.rttMs)) : null
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
    if (pong.t0 < this.lastT0 || t3 - pong.t0 > STALE_PONG_MS || t3 < pong.t0 || pong.t2 < pong.t1) return false
    this.lastT0 = pong.t0
    if (this.clockId !== null && pong.clock_id !== this.clockId) this.invalidate()
    this.clockId = pong.clock_id
    this.pongs += 1
    this.#keep(sampleOf(pong, t3))
    this.#discardOldRoute()
    this.#fit()
    return true
  }

  /** @param {Sample} sample */
  #keep(sample) {
    this.samples.push(sample)
    if (this.samples.length > SAMPLES || this.samples[0].tS < sample.tS - MEMORY_S) this.samples.shift()
  }

  /** A longer way (Wi-Fi to mobile) would lose against the memory of the shorter one for ten minutes. */
  #discardOldRoute() {
    const sinceS = /** @type {Sample} */ (this.samples.at(-1)).tS - ROUTE_S
    if (this.samples[0].tS > sinceS) return
    const recent = this.samples.filter((sample) => sample.tS > sinceS)
    if (recent.length < ROUTE_AGREE.samples) return
    const rtts = recent.map((sample) => sample.rttMs).sort((a, b) => a - b)
    if (rtts[0] <= /** @type {number} */ (this.delayMs) + ROUTE_RTT_MS) return
    if (rtts[ROUTE_AGREE.samples - 1] - rtts[0] > ROUTE_AGREE.withinMs) return
    const disagreements = recent.map((sample) => Math.abs(sample.offsetMs - this.#predict(sample.tS)))
    if (Math.min(...disagreements) > ROUTE_OFFSET_MS) this.samples = recent
  }

  /** Weighted ridge regression: offset = mean + slope * (t - mean t), the slope drawn towards zero. */
  #fit() {
    const floorMs = /** @type {number} */ (this.delayMs)
    const leastMs = this.#weightFloorMs(floorMs)
    const weights = this.samples.map((sample) => 1 / (leastMs + sample.rttMs - floorMs) ** 2)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const mean = (/** @type {(sample: Sample) => number} */ of) =>
      this.samples.reduce((sum, sample, i) => sum + weights[i] * of(sample), 0) / total
    this.meanTimeS = mean((sample) => sample.tS)
    this.meanOffsetMs = mean((sample) => sample.offsetMs)
    const spanS = /** @type {Sample} */ (this.samples.at(-1)).tS - this.samples[0].tS
    this.slope = spanS >= SLOPE_FROM_S ? this.#slopeOf(weights) : 0
  }

  /**
   * Where no two round trips are alike, one lucky sample must not carry all the weight: its offset is as noisy as
   * theirs. With 4 and 9 ms of normal jitter this takes the 95th percentile of the error from 8.2 to 3.6 ms and from
   * 12.1 to 5.8 ms; a path with a floor keeps its 0.3 ms. @param {number} floorMs
   */
  #weightFloorMs(floorMs) {
    const extra = this.samples.map((sample) => sample.rttMs - floorMs).sort((a, b) => a - b)
    return Math.max(WEIGHT_FLOOR_MS, extra[Math.floor(extra.length * TYPICAL)])
  }

  /** @param {number[]} weights */
  #slopeOf(weights) {
    let sxx = 0
    let sxy = 0
    this.samples.forEach((sample, i) => {
      const dt = sample.tS - this.meanTimeS
      sxx += weights[i] * dt * dt
      sxy += weights[i] * dt * (sample.offsetMs - this.meanOffsetMs)
    })
    return clamp(sxy / (sxx + SLOPE_PRIOR), -SLOPE_LIMIT, SLOPE_LIMIT)
  }

  /** @param {number} tS */
  #predict(tS) {
    return this.meanOffsetMs + this.slope * (tS - this.meanTimeS)
  }

  /**
   * Server clock minus local clock, milliseconds. Continuous, but for steps beyond a frame, which are counted.
   * @param {number} nowMs
   */
  offsetAt(nowMs) {
    if (this.pongs === 0) return this.output ?? 0
    const predicted = this.#predict(nowMs / 1000)
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
   * Called on every tick with both local clocks, the only use of the wall clock. True when the samples had to go:
   * then a burst of pings is due.
   * @param {number} wallMs @param {number} nowMs
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

/**
 * Offset and delay of one exchange (RFC 5905, section 8); the true offset lies within half the delay.
 * @param {{t0: number, t1: number, t2: number}} pong @param {number} t3
 * @returns {Sample}
 */
export function sampleOf({ t0, t1, t2 }, t3) {
  return {
    tS: t3 / 1000,
    rttMs: Math.max(0, t3 - t0 - (t2 - t1)),
    offsetMs: (t1 - t0 + (t2 - t3)) / 2,
  }
}
