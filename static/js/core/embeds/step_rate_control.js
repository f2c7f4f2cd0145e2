// @ts-check
/**
 * Decides what to do about the error of a player in a frame, which plays at few rates and whose position
 * arrives in reports: nothing, one burst at another rate, or a seek.
 *
 * A burst is timed, because the reports of its effect arrive too late to end it. Such players stretch the
 * sound in time, and switching that on and off loses 12 to 23 ms: the loss is learned from what every burst
 * leaves behind, in each direction, and planned for. Bursts of a quarter are audible; where the player turns
 * out to take steps of a twentieth, small errors are corrected by those.
 *
 * Errors are in milliseconds of the room's time; positive means that the player is behind. The numbers come
 * from a stand-in for YouTube's player in Chromium and from this control in virtual time
 * (tests/js/embeds/step_rate_control.test.js).
 */

import { clamp, median } from "../sync/error_samples.js"
import { RateSupport } from "../sync/rate_support.js"
import { TAIL_S } from "../sync/timeline.js"

const DEAD_MS = { stamped: 25, coarse: 40 } // less would chase the noise of the reports
const SETTLE_MS = 450 // until the reports show a change of the rate, a start or a seek
const WINDOW_MS = 2500 // the error is the median of this time: ten reports
const ENOUGH_MS = 1200
const ENOUGH_SAMPLES = 6
const JUMP_MS = 10 // the latest samples differ by more: the player was held up within the window
const ACQUIRE_MS = 100
const LOCKED_MS = 250 // as often as players report

const STEP = 0.25
const FINE_STEP = 0.05
const FINE_WITHIN_MS = 150 // a twentieth takes three seconds for this much
const PROOF_MS = 700 // by then a report shows whether the player took the rate
const BURST_MS = { least: 60, most: 8000 }
const LOSS_MS = { guess: 15, most: 60 } // of one burst, to the time stretching
const LOSS_GAIN = 0.4
const MISSED_SHARE = 0.7 // a burst that leaves this much of its error had no effect
const SAME_RATE = 1e-3

const SEEK_BEYOND_MS = { usual: 1500, withoutBursts: 400, relaxed: 5000 }
export const SLEW_WITHIN_MS = SEEK_BEYOND_MS.usual
const SEEK_GAP_MS = 5000 // a seek takes half a second, and its landing two to be measured
const THRASH = { seeks: 3, withinMs: 60_000, relaxMs: 60_000 }
const BUFFER_LEAST_S = 2

/** @typedef {import("../sync/rate_control.js").PlayerSample} PlayerSample */
/** @typedef {import("../sync/rate_control.js").Decision} Decision */
/**
 * `step` is added to the room's rate. `plannedMs` is what the burst is for, without the loss.
 * @typedef {{step: number, direction: "up" | "down", plannedMs: number, roomRate: number, startedMs: number,
 *   endsMs: number, errorMs: number}} Burst
 */

export class StepRateControl {
  audioOnly = false
  /** @type {number[]} */
  seeks = []
  /** @type {{nowMs: number, errorMs: number}[]} */
  samples = []
  /** @type {Burst | null} */
  burst = null
  /** The loss of a burst in each direction: the player is this much further behind than planned. */
  lossMs = { up: 0, down: 0 }
  /**
   * A burst is over; without a loss it would leave `leftMs`.
   * @type {{direction: "up" | "down", leftMs: number, plannedMs: number} | null}
   */
  ended = null
  /** Whether the player takes steps of a twentieth; null: not tried. @type {boolean | null} */
  fine = null
  quietUntilMs = 0
  relaxedUntilMs = -Infinity
  landing = true

  /** @param {import("../sync/latency_model.js").PlayerTraits} traits @param {RateSupport} [rateSupport] */
  constructor(traits, rateSupport = new RateSupport(traits)) {
    this.traits = traits
    this.rateSupport = rateSupport
    this.withoutBurstsMs = traits.seekBeyondMs ?? SEEK_BEYOND_MS.withoutBursts
    this.deadMs = traits.clock === "coarse" ? DEAD_MS.coarse : DEAD_MS.stamped
    if (!traits.pitch) this.lossMs = { up: LOSS_MS.guess, down: LOSS_MS.guess }
    if (!traits.rates.length) rateSupport.never = true
    rateSupport.update(0)
  }

  get startSettleMs() {
    return SETTLE_MS
  }

  /** Start over after anything that moved the player. */
  acquire(/** @type {number} */ nowMs, settleMs = SETTLE_MS) {
    this.samples = []
    this.burst = null
    this.ended = null
    this.rateSupport.forgetExcursion()
    this.quietUntilMs = nowMs + Math.max(settleMs, 0)
    this.landing = true
  }

  acquireAfterStart(/** @type {number} */ nowMs, settleMs = SETTLE_MS) {
    this.acquire(nowMs, settleMs)
  }

  degraded(/** @type {number} */ nowMs) {
    return nowMs < this.relaxedUntilMs
  }

  /** @param {{nowMs: number, movementMs: number}} sample */
  deadZoneMs({ nowMs, movementMs }) {
    return clamp(this.deadMs + movementMs, this.deadMs, 2 * this.deadMs) * (this.degraded(nowMs) ? 2 : 1)
  }

  seekBeyondMs(/** @type {number} */ nowMs) {
    if (this.degraded(nowMs)) return SEEK_BEYOND_MS.relaxed
    return this.rateSupport.slewOk ? SEEK_BEYOND_MS.usual : this.withoutBurstsMs
  }

  /** @param {PlayerSample} sample @returns {Decision} */
  tick(sample) {
    this.rateSupport.update(sample.nowMs)
    if (this.burst && (!sample.reliable || sample.roomRate !== this.burst.roomRate))
      this.acquire(sample.nowMs)
    if (this.burst) return this.#continueBurst(sample, this.burst)
    if (!sample.reliable) this.acquire(sample.nowMs)
    if (sample.nowMs < this.quietUntilMs)
      return this.#decision(sample, "settling", { askInMs: this.quietUntilMs - sample.nowMs })
    this.samples = this.samples.filter(({ nowMs }) => sample.nowMs - nowMs <= WINDOW_MS)
    this.samples.push({ nowMs: sample.nowMs, errorMs: sample.errorMs })
    const spanMs = sample.nowMs - this.samples[0].nowMs
    if (spanMs < ENOUGH_MS || this.samples.length < ENOUGH_SAMPLES)
      return this.#decision(sample, "settling", { askInMs: ACQUIRE_MS })
    const latest = this.samples.slice(-Math.ceil(this.samples.length / 3))
    const errorMs = medianOf(this.samples)
    if (Math.abs(errorMs - medianOf(latest)) <= JUMP_MS) return this.#evaluate(sample, errorMs)
    this.samples = latest
    return this.#decision(sample, "settling", { askInMs: ACQUIRE_MS })
  }

  /** @param {PlayerSample} sample @param {number} errorMs */
  #evaluate(sample, errorMs) {
    const size = Math.abs(errorMs)
    // a player that is this far off was held up, by an advertisement or its line: that is no latency
    const landedMs = this.landing && size <= SEEK_BEYOND_MS.usual ? errorMs : null
    this.landing = false
    if (this.ended) this.#endedWith(errorMs, this.ended, sample.nowMs)
    if (size <= this.deadZoneMs(sample) || sample.remainingS < TAIL_S)
      return this.#decision(sample, "dead", { errorMs, landedMs })
    const burst = size <= this.seekBeyondMs(sample.nowMs) ? this.#burstFor(sample, errorMs) : null
    if (burst) return { ...this.#startBurst(sample, burst), landedMs }
    if (size > this.#seekFromMs(sample, errorMs)) return { ...this.#seek(sample, errorMs), landedMs }
    return this.#decision(sample, "dead", { errorMs, landedMs })
  }

  /**
   * What a burst left behind shows its loss, and whether the player's rates have an effect at all.
   * @param {number} errorMs
   * @param {NonNullable<StepRateControl["ended"]>} ended
   * @param {number} nowMs
   */
  #endedWith(errorMs, { direction, leftMs, plannedMs }, nowMs) {
    this.ended = null
    const missed = errorMs / plannedMs > MISSED_SHARE
    this.rateSupport.excursionFinished(plannedMs)
    this.rateSupport.verify(missed ? errorMs : 0, nowMs)
    if (missed) return
    const lossMs = this.lossMs[direction]
    const seenMs = errorMs - leftMs
    this.lossMs[direction] = clamp(lossMs + LOSS_GAIN * (seenMs - lossMs), -LOSS_MS.most, LOSS_MS.most)
  }

  // ---------------------------------------------------------------- bursts

  /**
   * Null if the player has no rate for it.
   * @param {PlayerSample} sample
   * @param {number} errorMs
   * @returns {Burst | null}
   */
  #burstFor({ nowMs, roomRate, bufferedAheadS }, errorMs) {
    if (!this.rateSupport.slewOk || (errorMs > 0 && bufferedAheadS < BUFFER_LEAST_S)) return null
    const direction = errorMs > 0 ? "up" : "down"
    const size = this.fine !== false && Math.abs(errorMs) <= FINE_WITHIN_MS ? FINE_STEP : STEP
    const step = this.#stepAt(roomRate, Math.sign(errorMs), size)
    if (step === null) return null
    const wantedMs = Math.abs(errorMs) + Math.sign(errorMs) * this.lossMs[direction]
    const takesMs = clamp((wantedMs * roomRate) / Math.abs(step), BURST_MS.least, BURST_MS.most)
    const startedMs = nowMs
    return { step, direction, plannedMs: errorMs, roomRate, startedMs, endsMs: nowMs + takesMs, errorMs }
  }

  /**
   * The difference to the rate that the player can play at.
   * @param {number} roomRate
   * @param {number} sign
   * @param {number} size
   */
  #stepAt(roomRate, sign, size) {
    const { rates } = this.traits
    const wanted = Math.round((roomRate + sign * size) * 100) / 100
    if (typeof rates === "string") return wanted - roomRate
    if (wanted < Math.min(...rates) || wanted > Math.max(...rates)) return null
    if (size === FINE_STEP || rates.includes(wanted)) return wanted - roomRate
    return null
  }

  /** @param {PlayerSample} sample @param {Burst} burst */
  #startBurst(sample, burst) {
    this.burst = burst
    this.samples = []
    return this.#decision(sample, this.#zone(burst), {
      errorMs: burst.errorMs,
      askInMs: this.#askInMs(sample, burst),
    })
  }

  /** @param {PlayerSample} sample @param {Burst} burst */
  #continueBurst(sample, burst) {
    const elapsedMs = sample.nowMs - burst.startedMs
    const refused = this.#isRefused(sample, burst, elapsedMs)
    if (refused || sample.nowMs >= burst.endsMs || sample.remainingS < TAIL_S) {
      this.#endBurst(sample, burst, refused ? 0 : elapsedMs)
      return this.#decision(sample, "settling", { askInMs: SETTLE_MS })
    }
    const gainedMs = (burst.step / burst.roomRate) * elapsedMs
    const errorMs = burst.plannedMs - gainedMs
    return this.#decision(sample, this.#zone(burst), { errorMs, askInMs: this.#askInMs(sample, burst) })
  }

  /**
   * Whether the player reports that it did not take a step of a twentieth.
   * @param {PlayerSample} sample
   * @param {Burst} burst
   * @param {number} elapsedMs
   */
  #isRefused({ playedRate }, { step, roomRate }, elapsedMs) {
    if (Math.abs(step) > FINE_STEP + SAME_RATE || playedRate === undefined) return false
    if (Math.abs(playedRate - roomRate - step) < SAME_RATE) this.fine = true
    else if (this.fine === null && elapsedMs >= PROOF_MS) this.fine = false
    return this.fine === false
  }

  /** @param {PlayerSample} sample @param {Burst} burst @param {number} elapsedMs */
  #endBurst({ nowMs }, { step, roomRate, plannedMs, direction }, elapsedMs) {
    this.burst = null
    this.samples = []
    this.quietUntilMs = nowMs + SETTLE_MS
    if (elapsedMs === 0) return
    const gainedMs = (step / roomRate) * elapsedMs
    this.ended = { direction, leftMs: plannedMs - gainedMs, plannedMs }
  }

  /** @param {Burst} burst @returns {"fine" | "coarse"} */
  #zone({ step }) {
    return Math.abs(step) > FINE_STEP + SAME_RATE ? "coarse" : "fine"
  }

  /** @param {PlayerSample} sample @param {Burst} burst */
  #askInMs({ nowMs }, { endsMs }) {
    return clamp(endsMs - nowMs, 0, ACQUIRE_MS)
  }

  // ---------------------------------------------------------------- seeks

  /** The error beyond which a seek is worth it. @param {PlayerSample} sample @param {number} errorMs */
  #seekFromMs({ nowMs, roomRate }, errorMs) {
    const hasRate = this.#stepAt(roomRate, Math.sign(errorMs), STEP) !== null
    return hasRate || this.degraded(nowMs) ? this.seekBeyondMs(nowMs) : this.withoutBurstsMs
  }

  /** @param {PlayerSample} sample @param {number} errorMs */
  #seek(sample, errorMs) {
    const { nowMs } = sample
    if (nowMs - (this.seeks.at(-1) ?? -Infinity) < SEEK_GAP_MS)
      return this.#decision(sample, "dead", { errorMs })
    this.seeks = [...this.seeks.filter((at) => nowMs - at < THRASH.withinMs), nowMs]
    if (this.seeks.length >= THRASH.seeks) this.relaxedUntilMs = nowMs + THRASH.relaxMs
    this.acquire(nowMs)
    return this.#decision(sample, "seek", { seek: true, errorMs, askInMs: SETTLE_MS })
  }

  /**
   * @param {PlayerSample} sample
   * @param {Decision["zone"]} zone
   * @param {Partial<Decision>} rest
   * @returns {Decision}
   */
  #decision({ roomRate }, zone, rest) {
    return {
      rate: roomRate + (this.burst?.step ?? 0),
      preservesPitch: true,
      seek: false,
      errorMs: null,
      landedMs: null,
      zone,
      askInMs: LOCKED_MS,
      ...rest,
    }
  }
}

const medianOf = (/** @type {{errorMs: number}[]} */ samples) => median(samples.map(({ errorMs }) => errorMs))
