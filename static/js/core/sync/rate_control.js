// @ts-check
/**
 * Decides what to do about a player's error: nothing, an inaudible trim, one short excursion of the rate, or
 * a seek. `page/media/room_player.js` carries it out.
 *
 * An excursion chooses its rate once and ends where the error crosses zero: that is one audible event where
 * proportional control makes a dozen, and it cannot oscillate. It runs with `preservesPitch` off, because
 * resampling is exact while time stretching ignores small rates and loses 18 ms whenever it starts. At a room
 * rate other than 1 the stretching is on already and loses nothing.
 *
 * The error is in milliseconds of the room's time; positive means the player is behind. Numbers without
 * another source were measured on Chromium 156 with its null sink.
 */

import { MUSIC_PITCH_BEYOND, SeekThreshold, excursionFor, trimFor, zoneOf } from "./corrections.js"
import { ErrorSamples, StairSamples, clamp } from "./error_samples.js"
import { traitsOf } from "./latency_model.js"
import { RateSupport } from "./rate_support.js"
import { TAIL_S } from "./timeline.js"

export const SETTLE_MS = 350 // after a start or seek the audio pipeline is still filling
// Chromium, after a start: the error 150 ms after play() stays the same to within 2 ms (of 490 samples)
const START_SETTLE_MS = 175
const LANDING_MS = 50 // sampling interval until the first error after that is known
const ACQUIRE_MS = 100 // sampling interval while acquiring or slewing
const LOCKED_MS = 250 // sampling interval in step
const HIDDEN_MS = 1000 // browsers round the timers of hidden tabs to this
const STAIR_MS = 40 // step of Firefox's clock: samples are spread over it,
const SPREAD = (Math.sqrt(5) - 1) / 2 // as evenly as any number of them can be

const DEAD_LEAST_MS = 5 // two players at its opposite ends are 10 ms apart: together to any ear
const DEAD_FRESH_MS = 2.5 // soon after a start, because the error of two learning clocks is added
// samples of a staircase are off by 20 ms either way; 95 % of the estimates stay within 25
const DEAD_STAIRS_MS = { fresh: 4, steady: 8 }
const STAIRS_FRESH_MS = 6000
const DEAD_MOST_MS = 60
const DEAD_PER_MOVEMENT = 2 // do not chase the clock's own estimate while it moves

const HURRY_MS = 1500 // this soon after a start or a seek no listener has settled into the sound
const CROSSED_MS = 0.3 // an excursion is over this close to zero
const GIVE_UP = 1.5 // times its planned length
const WORSE_MS = 30 // beyond the planned correction: something else happened meanwhile, decide again
const SAMPLE_AT = 0.9 // of the time left in an excursion: take a sample just before its end
const CHECK_LEAST_MS = 4
const CHECK_COARSE_CLOCK_MS = 50 // a step of the staircase is 40 ms: nothing changes before
const TRIM_EVERY_MS = 1000

const SEEK_BEYOND_MS = { video: 400, audio: 700, relaxed: 1000 }
const SEEK_GAP_MS = 2000 // a seek must have landed and been measured before the next

const THRASH_SEEKS = 3
const THRASH_WITHIN_MS = 30000
const RELAX_MS = 60000
const BUSY_LATE_MS = 50 // a timer this late shows that the machine is busy
const BUFFER_LEAST_S = 2 // never speed up into an empty buffer

/**
 * @typedef {object} PlayerSample The state of the player, both clocks read in one task.
 * @property {number} nowMs local time
 * @property {number} errorMs room time; positive is behind
 * @property {number} roomRate
 * @property {boolean} reliable false while seeking, stalled or paused
 * @property {number} bufferedAheadS
 * @property {number} remainingS
 * @property {boolean} hidden
 * @property {number} movementMs how far the clock's estimate moved lately
 * @property {number} [playedRate] the rate that a player in a frame reports
 */
/**
 * @typedef {object} Decision
 * @property {number} rate for `playbackRate`
 * @property {boolean} preservesPitch
 * @property {boolean} seek to where the timeline will be after the learned latency
 * @property {number} askInMs
 * @property {"settling" | "dead" | "fine" | "coarse" | "seek"} zone
 * @property {number | null} errorMs filtered
 * @property {number | null} landedMs the first error after a start or seek, which its latency was wrong by
 */
/** @typedef {{u: number, plannedMs: number, startedMs: number, verifiable: boolean}} Excursion */

export class RateControl {
  looks = 0
  /** @type {Excursion | null} */
  excursion = null
  /** @type {number[]} */
  seeks = []
  relaxedUntilMs = -Infinity
  dueMs = Infinity // when the next tick was requested
  trim = 0
  trimmedMs = -Infinity
  quietUntilMs = 0
  landing = true
  justBegun = false
  sought = false

  /** @param {{engine: import("./latency_model.js").PlayerKind, audioOnly?: boolean, rateSupport?: RateSupport}} player */
  constructor({ engine, audioOnly = false, rateSupport }) {
    this.audioOnly = audioOnly
    this.rateSupport = rateSupport ?? new RateSupport(engine)
    this.exact = traitsOf(engine).clock === "exact" // it shows the position, not that of up to 40 ms ago
    this.samples = this.exact ? new ErrorSamples() : new StairSamples()
    this.seekThreshold = new SeekThreshold()
    this.acquire(0, 0)
  }

  get startSettleMs() {
    return this.exact ? START_SETTLE_MS : SETTLE_MS
  }

  /** Start over after anything that moved the player: sample it only when it has settled. */
  acquire(/** @type {number} */ nowMs, settleMs = SETTLE_MS) {
    this.samples.discontinuity()
    this.excursion = null
    this.rateSupport.forgetExcursion()
    this.trim = 0
    this.trimmedMs = -Infinity
    this.quietUntilMs = nowMs + settleMs
    this.landing = true
    this.justBegun = false
    this.sought = false
  }

  /** Start over after a start, when corrections may be larger. */
  acquireAfterStart(/** @type {number} */ nowMs, settleMs = SETTLE_MS) {
    this.acquire(nowMs, settleMs)
    this.justBegun = true
  }

  /** @param {number} nowMs */
  degraded(nowMs) {
    return nowMs < this.relaxedUntilMs
  }

  /** @param {PlayerSample} sample @returns {Decision} */
  tick(sample) {
    this.rateSupport.update(sample.nowMs)
    if (sample.hidden || sample.nowMs - this.dueMs > BUSY_LATE_MS) {
      // the result of the excursion says nothing about the browser
      this.rateSupport.forgetExcursion()
      if (this.excursion) this.excursion.verifiable = false
    }
    const decision = this.#decide(sample)
    const askInMs = decision.askInMs + this.#spreadMs()
    this.dueMs = sample.nowMs + askInMs
    return { ...decision, askInMs }
  }

  /** Intervals that are multiples of a stair would always sample the same point of it. */
  #spreadMs() {
    return this.exact ? 0 : STAIR_MS * ((this.looks++ * SPREAD) % 1)
  }

  /** @param {PlayerSample} sample @returns {Decision} */
  #decide(sample) {
    if (sample.nowMs < this.quietUntilMs)
      return this.#decision(sample, "settling", { askInMs: this.quietUntilMs - sample.nowMs })
    if (!sample.reliable) {
      this.acquire(sample.nowMs, SETTLE_MS) // no excursion may run on unobserved
      return this.#decision(sample, "settling", { askInMs: ACQUIRE_MS })
    }
    this.samples.add(sample.nowMs, sample.errorMs, this.excursion?.u ?? 0)
    return this.excursion ? this.#continueExcursion(sample, this.excursion) : this.#evaluate(sample)
  }

  /** @param {PlayerSample} sample */
  #evaluate(sample) {
    if (this.samples.count < this.samples.enough)
      return this.#decision(sample, "settling", { askInMs: this.landing ? LANDING_MS : ACQUIRE_MS })
    const errorMs = this.samples.estimate()
    const landedMs = this.landing ? errorMs : null
    const { sought } = this
    this.landing = false
    this.rateSupport.verify(errorMs, sample.nowMs)
    const decision = this.#correct(sample, errorMs)
    if (landedMs !== null && sought) this.seekThreshold.recordLanding(errorMs) // no bad one allows itself
    this.justBegun = false
    return { ...decision, landedMs }
  }

  /** @param {PlayerSample} sample @param {number} errorMs */
  #correct(sample, errorMs) {
    const size = Math.abs(errorMs)
    if (size <= this.deadZoneMs(sample) || sample.remainingS < TAIL_S) return this.#rest(sample, errorMs)
    if (size > this.seekBeyondMs(sample.nowMs)) return this.#seek(sample, errorMs)
    if (!this.rateSupport.slewOk) return this.#rest(sample, errorMs)
    if (errorMs > 0 && sample.bufferedAheadS < BUFFER_LEAST_S) return this.#rest(sample, errorMs)
    return this.#startExcursion(sample, errorMs)
  }

  /** @param {{nowMs: number, movementMs: number}} sample */
  deadZoneMs(sample) {
    const noiseMs = this.samples.uncertaintyMs() + DEAD_PER_MOVEMENT * sample.movementMs
    const deadMs = clamp(noiseMs, this.#deadLeastMs(sample.nowMs), DEAD_MOST_MS)
    return deadMs * (this.degraded(sample.nowMs) ? 2 : 1)
  }

  /** @param {number} nowMs */
  #deadLeastMs(nowMs) {
    if (this.exact) return this.#settledWithin(nowMs, HURRY_MS) ? DEAD_FRESH_MS : DEAD_LEAST_MS
    return this.#settledWithin(nowMs, STAIRS_FRESH_MS) ? DEAD_STAIRS_MS.fresh : DEAD_STAIRS_MS.steady
  }

  /** @param {number} nowMs @param {number} withinMs */
  #settledWithin(nowMs, withinMs) {
    return nowMs - this.quietUntilMs < withinMs
  }

  /** @param {number} nowMs */
  seekBeyondMs(nowMs) {
    if (this.degraded(nowMs)) return SEEK_BEYOND_MS.relaxed
    if (!this.rateSupport.slewOk) return this.seekThreshold.beyondMs(this.justBegun)
    return this.audioOnly ? SEEK_BEYOND_MS.audio : SEEK_BEYOND_MS.video
  }

  /** @param {PlayerSample} sample @param {number} errorMs */
  #rest(sample, errorMs) {
    this.#updateTrim(sample, errorMs)
    // a staircase needs many samples
    const acquiring = !this.exact && this.#settledWithin(sample.nowMs, STAIRS_FRESH_MS)
    const askInMs = sample.hidden ? HIDDEN_MS : acquiring ? ACQUIRE_MS : LOCKED_MS
    return this.#decision(sample, "dead", { errorMs, askInMs })
  }

  /** The drift between sound card and server is trimmed away only where resampling is exact. */
  #updateTrim(/** @type {PlayerSample} */ sample, /** @type {number} */ errorMs) {
    if (sample.nowMs - this.trimmedMs < TRIM_EVERY_MS || sample.remainingS < TAIL_S) return
    this.trimmedMs = sample.nowMs
    const exact = this.exact && sample.roomRate === 1 && this.rateSupport.slewOk
    this.trim = exact ? trimFor(errorMs) : 0
  }

  /** @param {PlayerSample} sample @param {number} errorMs */
  #startExcursion(sample, errorMs) {
    const u = excursionFor(errorMs, this.#settledWithin(sample.nowMs, HURRY_MS), this.audioOnly)
    this.excursion = { u, plannedMs: errorMs, startedMs: sample.nowMs, verifiable: true }
    this.trim = 0
    return this.#decision(sample, zoneOf(u), { errorMs, askInMs: this.#nextSampleMs(errorMs, u) })
  }

  /** @param {PlayerSample} sample @param {Excursion} excursion */
  #continueExcursion(sample, { u, plannedMs, startedMs, verifiable }) {
    const errorMs = this.exact ? sample.errorMs : this.samples.estimate()
    const tooLong = sample.nowMs - startedMs > (GIVE_UP * Math.abs(plannedMs)) / Math.abs(u)
    const starving = u > 0 && sample.bufferedAheadS < BUFFER_LEAST_S / 2
    const worse = Math.abs(errorMs) > Math.abs(plannedMs) + WORSE_MS
    const ending = sample.remainingS < TAIL_S
    if (!ending && errorMs * Math.sign(u) > CROSSED_MS && !tooLong && !starving && !worse) {
      return this.#decision(sample, zoneOf(u), { errorMs, askInMs: this.#nextSampleMs(errorMs, u) })
    }
    this.excursion = null
    this.samples.discontinuity()
    if (verifiable && !starving && !worse && !ending) this.rateSupport.excursionFinished(plannedMs)
    return this.#decision(sample, "dead", { errorMs, askInMs: ACQUIRE_MS })
  }

  /** @param {number} errorMs @param {number} u */
  #nextSampleMs(errorMs, u) {
    const least = this.exact ? CHECK_LEAST_MS : CHECK_COARSE_CLOCK_MS
    return clamp((SAMPLE_AT * Math.abs(errorMs)) / Math.abs(u), least, ACQUIRE_MS)
  }

  /** @param {PlayerSample} sample @param {number} errorMs */
  #seek(sample, errorMs) {
    const { nowMs } = sample
    const free = this.justBegun && !this.rateSupport.slewOk
    const gapMs = this.rateSupport.slewOk ? SEEK_GAP_MS : this.seekThreshold.gapMs
    if (!free && nowMs - (this.seeks.at(-1) ?? -Infinity) < gapMs) return this.#rest(sample, errorMs)
    if (!free) this.seeks = [...this.seeks.filter((at) => nowMs - at < THRASH_WITHIN_MS), nowMs]
    if (this.seeks.length >= THRASH_SEEKS) this.relaxedUntilMs = nowMs + RELAX_MS
    this.acquire(nowMs)
    this.sought = true
    return this.#decision(sample, "seek", { seek: true, errorMs, askInMs: SETTLE_MS })
  }

  /**
   * @param {PlayerSample} sample
   * @param {Decision["zone"]} zone
   * @param {Partial<Decision>} rest
   * @returns {Decision}
   */
  #decision(sample, zone, rest) {
    const u = this.excursion ? this.excursion.u : this.trim
    return {
      rate: sample.roomRate * (1 + u),
      preservesPitch: this.#preservesPitch(sample.roomRate, u),
      seek: false,
      errorMs: null,
      landedMs: null,
      zone,
      askInMs: LOCKED_MS,
      ...rest,
    }
  }

  /** @param {number} roomRate @param {number} u */
  #preservesPitch(roomRate, u) {
    if (roomRate !== 1) return true
    return u === 0 || (this.audioOnly && Math.abs(u) > MUSIC_PITCH_BEYOND)
  }
}
