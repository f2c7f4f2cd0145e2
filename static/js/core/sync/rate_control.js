// @ts-check
/**
 * What to do about a player's error: nothing, a trim nobody hears, one short excursion of the rate, or a
 * seek.
 *
 * Decides only; `page/player.js` acts. An excursion chooses its rate once and ends where the error crosses
 * zero: that is one event to the ear, where proportional control makes a dozen, and it cannot oscillate. It
 * runs with `preservesPitch` off, because resampling does exactly what it is told while time stretching
 * ignores small rates and loses 18 ms whenever it starts. At a room rate other than 1 the stretching is on
 * already and loses nothing.
 *
 * The error is in milliseconds of the room's time; positive means the player is behind. Numbers without
 * another source were measured on Chromium 156 with its null sink.
 */

import { RateSupport } from "./rate_support.js"
import { MUSIC_PITCH_BEYOND, excursionFor, zoneOf } from "./excursion.js"
import { ErrorSamples, StairSamples, clamp } from "./error_samples.js"
import { SeekOnly } from "../media/seek_only.js"

export const SETTLE_MS = 350 // after a start or seek: the audio pipeline is still filling
// Chromium, after a start: what is seen 150 ms after play() stays so to within 2 ms (of 490 looks)
export const START_SETTLE_MS = 175
const LANDING_MS = 50 // sampling until the first errors after that are known
export const ACQUIRE_MS = 100 // sampling while acquiring or slewing
export const LOCKED_MS = 250 // sampling in step
export const HIDDEN_MS = 1000 // browsers round the timers of hidden tabs to this
const TREAD_MS = 40 // of Firefox's clock: looks are spread over it,
const SPREAD = (Math.sqrt(5) - 1) / 2 // as evenly as any number of them can be

const DEAD_LEAST_MS = 5 // two players at its opposite ends are 10 ms apart: together to any ear
const DEAD_FRESH_MS = 2.5 // soon after a start: there two clocks that are still learning come on top of that
// looks at a staircase are off by 20 ms either way; 95 % of them stay within 25
const DEAD_STAIRS_MS = { fresh: 4, steady: 8 }
const STAIRS_FRESH_MS = 6000
const DEAD_MOST_MS = 60
const DEAD_PER_MOVEMENT = 2 // do not chase the clock's own estimate while it moves

const HURRY_MS = 1500 // so soon after a start or a seek no listener has settled into the sound
const CROSSED_MS = 0.3 // an excursion is over this close to zero
const GIVE_UP = 1.5 // times its planned length
const WORSE_MS = 30 // beyond what was planned: something else happened meanwhile, decide anew
const LOOK_AT = 0.9 // of the time left in an excursion: look again just before the end
const CHECK_LEAST_MS = 4
const CHECK_COARSE_CLOCK_MS = 50 // a staircase's tread is 40 ms: no news before

const TRIM_OVER_MS = 10000 // a trim takes the error away in ten seconds
const TRIM_MOST = 600e-6 // 1 cent
const TRIM_STEP = 1e-4
const TRIM_EVERY_MS = 1000

const SEEK_BEYOND_MS = { video: 400, audio: 700, relaxed: 1000 }
const SEEK_GAP_MS = 2000 // a seek must have landed and been measured before the next

const THRASH_SEEKS = 3
const THRASH_WITHIN_MS = 30000
const RELAX_MS = 60000
const BUSY_LATE_MS = 50 // a look that comes so late says that the machine has other things to do
const BUFFER_LEAST_S = 2 // never speed into an empty buffer
const TAIL_S = 1.5 // ends differ between browsers: leave the last moments alone

/**
 * @typedef {object} Look One look at the player, both clocks read in one task.
 * @property {number} nowMs local time
 * @property {number} errorMs room time; positive is behind
 * @property {number} roomRate
 * @property {boolean} reliable false while seeking, starved or paused
 * @property {number} bufferedAheadS
 * @property {number} remainingS
 * @property {boolean} hidden
 * @property {number} movementMs how far the clock's estimate moved lately
 */
/**
 * @typedef {object} Decision
 * @property {number} rate what `playbackRate` should be
 * @property {boolean} preservesPitch
 * @property {boolean} seek to where the timeline will be after the learned cost
 * @property {number} lookInMs
 * @property {"settling" | "dead" | "fine" | "coarse" | "seek"} zone
 * @property {number | null} errorMs filtered
 * @property {number | null} landedMs the first error after a start or seek: what its cost was wrong by
 */

export class RateControl {
  /**
   * @param {{engine: "chromium" | "firefox" | "webkit", audioOnly?: boolean, capability?: RateSupport}}
   *   player
   */
  constructor({ engine, audioOnly = false, capability }) {
    this.engine = engine
    this.audioOnly = audioOnly
    this.capability = capability ?? new RateSupport(engine)
    this.exact = engine === "chromium" // its clock says where it is, not where it was up to 40 ms ago
    this.samples = this.exact ? new ErrorSamples() : new StairSamples()
    this.seekOnly = new SeekOnly()
    this.looks = 0
    /** @type {{u: number, plannedMs: number, startedMs: number, watched: boolean} | null} */
    this.excursion = null
    /** @type {number[]} */
    this.seeks = []
    this.relaxedUntilMs = -Infinity
    this.dueMs = Infinity // when the next look was asked for
    this.acquire(0, 0)
  }

  get startSettleMs() {
    return this.exact ? START_SETTLE_MS : SETTLE_MS
  }

  /** Begin afresh after anything that moved the player: look at it only when it has settled. */
  acquire(/** @type {number} */ nowMs, settleMs = SETTLE_MS) {
    this.samples.discontinuity()
    this.excursion = null
    this.capability.forgetExcursion()
    this.trim = 0
    this.trimmedMs = -Infinity
    this.quietUntilMs = nowMs + settleMs
    this.landing = true
    this.justBegun = false
    this.sought = false
  }

  /** The same after a start: soon after it more may be mended. */
  begin(/** @type {number} */ nowMs, settleMs = SETTLE_MS) {
    this.acquire(nowMs, settleMs)
    this.justBegun = true
  }

  /** @param {number} nowMs */
  degraded(nowMs) {
    return nowMs < this.relaxedUntilMs
  }

  /** @param {Look} look @returns {Decision} */
  tick(look) {
    this.capability.look(look.nowMs)
    if (look.hidden || look.nowMs - this.dueMs > BUSY_LATE_MS) this.#busy()
    const decision = this.#decide(look)
    const lookInMs = decision.lookInMs + this.#spreadMs()
    this.dueMs = look.nowMs + lookInMs
    return { ...decision, lookInMs }
  }

  /** On top of an interval that is a multiple of the tread each look would fall on the same place of it. */
  #spreadMs() {
    return this.exact ? 0 : TREAD_MS * ((this.looks++ * SPREAD) % 1)
  }

  /** What an excursion does now is not the browser's doing. */
  #busy() {
    this.capability.forgetExcursion()
    if (this.excursion) this.excursion.watched = false
  }

  /** @param {Look} look @returns {Decision} */
  #decide(look) {
    if (look.nowMs < this.quietUntilMs)
      return this.#decision(look, "settling", { lookInMs: this.quietUntilMs - look.nowMs })
    if (!look.reliable) return this.#interrupted(look)
    this.samples.add(look.nowMs, look.errorMs, this.#u)
    return this.excursion ? this.#slewing(look) : this.#resting(look)
  }

  get #u() {
    return this.excursion ? this.excursion.u : 0
  }

  /** Starved or seeking: no excursion may run on unwatched. @param {Look} look */
  #interrupted(look) {
    this.acquire(look.nowMs, SETTLE_MS)
    return this.#decision(look, "settling", { lookInMs: ACQUIRE_MS })
  }

  /** @param {Look} look */
  #resting(look) {
    if (this.samples.count < this.samples.enough)
      return this.#decision(look, "settling", { lookInMs: this.landing ? LANDING_MS : ACQUIRE_MS })
    const errorMs = this.samples.estimate()
    const landedMs = this.landing ? errorMs : null
    if (this.landing && this.sought) this.seekOnly.landed(errorMs)
    this.landing = false
    this.capability.verify(errorMs, look.nowMs)
    const decision = this.#correct(look, errorMs)
    this.justBegun = false
    return { ...decision, landedMs }
  }

  /** @param {Look} look @param {number} errorMs */
  #correct(look, errorMs) {
    const size = Math.abs(errorMs)
    if (size <= this.deadZoneMs(look) || look.remainingS < TAIL_S) return this.#rest(look, errorMs)
    if (size > this.seekBeyondMs(look.nowMs)) return this.#seek(look, errorMs)
    if (!this.capability.slewOk) return this.#rest(look, errorMs)
    if (errorMs > 0 && look.bufferedAheadS < BUFFER_LEAST_S) return this.#rest(look, errorMs)
    return this.#depart(look, errorMs)
  }

  /** @param {{nowMs: number, movementMs: number}} look */
  deadZoneMs(look) {
    const noiseMs = this.samples.uncertaintyMs() + DEAD_PER_MOVEMENT * look.movementMs
    return clamp(noiseMs, this.#deadLeastMs(look.nowMs), DEAD_MOST_MS) * (this.degraded(look.nowMs) ? 2 : 1)
  }

  /** @param {number} nowMs */
  #deadLeastMs(nowMs) {
    if (this.exact) return this.#hurrying(nowMs) ? DEAD_FRESH_MS : DEAD_LEAST_MS
    return this.#isFresh(nowMs) ? DEAD_STAIRS_MS.fresh : DEAD_STAIRS_MS.steady
  }

  /** @param {number} nowMs */
  #isFresh(nowMs) {
    return nowMs - this.quietUntilMs < STAIRS_FRESH_MS
  }

  /** @param {number} nowMs */
  #hurrying(nowMs) {
    return nowMs - this.quietUntilMs < HURRY_MS
  }

  /** @param {number} nowMs */
  seekBeyondMs(nowMs) {
    if (this.degraded(nowMs)) return SEEK_BEYOND_MS.relaxed
    if (!this.capability.slewOk) return this.seekOnly.beyondMs(this.justBegun)
    return this.audioOnly ? SEEK_BEYOND_MS.audio : SEEK_BEYOND_MS.video
  }

  /** @param {Look} look @param {number} errorMs */
  #rest(look, errorMs) {
    this.#retrim(look, errorMs)
    // on stairs many looks tell more
    const lookInMs = !this.exact && this.#isFresh(look.nowMs) ? ACQUIRE_MS : LOCKED_MS
    return this.#decision(look, "dead", { errorMs, lookInMs: look.hidden ? HIDDEN_MS : lookInMs })
  }

  /** The drift between sound card and server, taken up silently; only where resampling is exact. */
  #retrim(/** @type {Look} */ look, /** @type {number} */ errorMs) {
    if (look.nowMs - this.trimmedMs < TRIM_EVERY_MS || look.remainingS < TAIL_S) return
    this.trimmedMs = look.nowMs
    const exact = this.exact && look.roomRate === 1 && this.capability.slewOk
    const wanted = clamp(errorMs / TRIM_OVER_MS, -TRIM_MOST, TRIM_MOST)
    this.trim = exact ? Math.round(wanted / TRIM_STEP) * TRIM_STEP : 0
  }

  /** @param {Look} look @param {number} errorMs */
  #depart(look, errorMs) {
    const u = excursionFor(errorMs, { hurrying: this.#hurrying(look.nowMs), audioOnly: this.audioOnly })
    this.excursion = { u, plannedMs: errorMs, startedMs: look.nowMs, watched: true }
    this.trim = 0
    return this.#decision(look, zoneOf(u), { errorMs, lookInMs: this.#nextLook(errorMs, u) })
  }

  /** @param {Look} look */
  #slewing(look) {
    const { u, plannedMs, startedMs, watched } = /** @type {NonNullable<typeof this.excursion>} */ (
      this.excursion
    )
    const errorMs = this.exact ? look.errorMs : this.samples.estimate()
    const tooLong = look.nowMs - startedMs > (GIVE_UP * Math.abs(plannedMs)) / Math.abs(u)
    const starving = u > 0 && look.bufferedAheadS < BUFFER_LEAST_S / 2
    const worse = Math.abs(errorMs) > Math.abs(plannedMs) + WORSE_MS
    const ending = look.remainingS < TAIL_S
    if (!ending && errorMs * Math.sign(u) > CROSSED_MS && !tooLong && !starving && !worse) {
      return this.#decision(look, zoneOf(u), { errorMs, lookInMs: this.#nextLook(errorMs, u) })
    }
    this.excursion = null
    this.samples.discontinuity()
    if (watched && !starving && !worse && !ending) this.capability.finished(plannedMs)
    return this.#decision(look, "dead", { errorMs, lookInMs: ACQUIRE_MS })
  }

  /** @param {number} errorMs @param {number} u */
  #nextLook(errorMs, u) {
    const least = this.exact ? CHECK_LEAST_MS : CHECK_COARSE_CLOCK_MS
    return clamp((LOOK_AT * Math.abs(errorMs)) / Math.abs(u), least, ACQUIRE_MS)
  }

  /** @param {Look} look @param {number} errorMs */
  #seek(look, errorMs) {
    const free = this.justBegun && !this.capability.slewOk
    const gapMs = this.capability.slewOk ? SEEK_GAP_MS : this.seekOnly.gapMs
    if (!free && look.nowMs - (this.seeks.at(-1) ?? -Infinity) < gapMs) return this.#rest(look, errorMs)
    if (!free) this.seeks = [...this.seeks.filter((at) => look.nowMs - at < THRASH_WITHIN_MS), look.nowMs]
    if (this.seeks.length >= THRASH_SEEKS) this.relaxedUntilMs = look.nowMs + RELAX_MS
    this.acquire(look.nowMs)
    this.sought = true
    return this.#decision(look, "seek", { seek: true, errorMs, lookInMs: SETTLE_MS })
  }

  /**
   * @param {Look} look @param {Decision["zone"]} zone @param {Partial<Decision>} rest
   * @returns {Decision}
   */
  #decision(look, zone, rest) {
    const u = this.excursion ? this.excursion.u : this.trim
    return {
      rate: look.roomRate * (1 + u),
      preservesPitch: this.#preservesPitch(look.roomRate, u),
      seek: false,
      errorMs: null,
      landedMs: null,
      zone,
      lookInMs: LOCKED_MS,
      ...rest,
    }
  }

  /** @param {number} roomRate @param {number} u */
  #preservesPitch(roomRate, u) {
    if (roomRate !== 1) return true
    return u === 0 || (this.audioOnly && Math.abs(u) > MUSIC_PITCH_BEYOND)
  }
}
