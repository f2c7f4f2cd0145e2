// @ts-check
/** Keeps a moving player in step: detects stalls, corrects its error and learns its latencies. */

import { StallDetector, hasData } from "./stall_detector.js"
import { TAIL_S, ownRemainingS } from "./timeline.js"

const BUSY_MS = 50
const STUCK_MS = 2000 // WebKitGTK: occasionally a change of the rate stops the element for good
const STUCK_TRIES = 4
const RECOVERED_MS = 10_000 // after moving for this long the attempts are forgotten

/** @typedef {import("./timeline.js").SyncTarget} SyncTarget */
/** @typedef {import("./timeline.js").ElementState} ElementState */
/** @typedef {import("./sync_controller.js").Effect} Effect */
/** @typedef {import("./rate_control.js").RateControl} RateControl */
/**
 * What is used of a rate control: of RateControl, or of the one for players in a frame.
 * @typedef {Pick<RateControl, "tick" | "acquire" | "acquireAfterStart" | "degraded" | "deadZoneMs" |
 *   "seekBeyondMs" | "rateSupport" | "seeks" | "audioOnly"> & {readonly startSettleMs: number}} RateController
 */
/** @typedef {import("./latency_model.js").StartKind} StartKind */
/** @typedef {import("./latency_model.js").SeekKind} SeekKind */
/**
 * A start or seek whose latency the next settled error shows.
 * @typedef {{of: "start", kind: StartKind, lateMs: number} | {of: "seek", kind: SeekKind}} Measurement
 */

export class DriftControl {
  /**
   * @param {object} parts
   * @param {import("./latency_model.js").LatencyModel} parts.latencyModel
   * @param {RateController} parts.rateControl
   * @param {import("../media/media_state.js").MediaState} parts.media
   */
  constructor({ latencyModel, rateControl, media }) {
    this.media = media
    this.latencyModel = latencyModel
    this.rateControl = rateControl
    this.stalls = new StallDetector()
    /** @type {import("./stall_detector.js").StallChange} */
    this.stallChange = "fine"
    this.degraded = false
    this.unstickAttempts = 0
    this.startedMs = 0
    /** @type {import("./rate_control.js").Decision | null} */
    this.decision = null
    /** @type {Measurement | null} */
    this.measurement = null
  }

  /** Discard anything under way. */
  reset() {
    this.measurement = null
    this.stalls.reset()
  }

  /**
   * The player moves from now on.
   * @param {ElementState} element
   * @param {Measurement | null} measurement
   * @param {number} [settleMs]
   */
  begin(element, measurement, settleMs) {
    this.measurement = measurement
    this.startedMs = element.nowMs
    this.stalls.reset()
    this.rateControl.acquireAfterStart(element.nowMs, settleMs)
  }

  /**
   * `play()` was called, `lateMs` after it should have been.
   * @param {ElementState} element
   * @param {StartKind} kind
   * @param {number} lateMs
   */
  started(element, kind, lateMs) {
    /** @type {Measurement} */
    const measurement = { of: "start", kind, lateMs: Math.max(0, lateMs) }
    this.begin(element, element.hidden ? null : measurement, this.rateControl.startSettleMs)
  }

  /**
   * Update a moving player. Returns null if it is too far off and has to start again.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {Effect[]} effects
   * @returns {{state: "playing" | "buffering" | "ended", askInMs: number} | null}
   */
  update(target, element, effects) {
    this.decision = null
    if (element.ended || target.remainingS(element) <= 0)
      return { state: element.ended ? "ended" : "playing", askInMs: 2 * BUSY_MS }
    if (this.detectStall(element, effects)) return this.#waitForData(target, element, effects)
    if (this.#fellBehind(target, element, effects)) return null
    const correct = element.locked ? this.#correct : this.#coast
    const askInMs = correct.call(this, target, element, effects)
    return askInMs === null ? null : { state: "playing", askInMs }
  }

  // ---------------------------------------------------------------- stalls

  /**
   * At the room's rate, for when the data arrives. A player that stands although data is buffered is placed
   * again, a few times.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {Effect[]} effects
   */
  #waitForData(target, element, effects) {
    effects.push({ do: "rate", rate: target.rate, preservesPitch: target.rate !== 1 })
    if (!this.#isStuck(element) || target.remainingS(element) <= TAIL_S)
      return { state: /** @type {const} */ ("buffering"), askInMs: BUSY_MS }
    this.unstickAttempts += 1
    return null
  }

  /** @param {ElementState} element */
  #isStuck(element) {
    const { beganMs, movedMs } = this.stalls
    const stoodMs = element.nowMs - Math.max(beganMs, movedMs === Infinity ? 0 : movedMs)
    return (
      this.unstickAttempts < STUCK_TRIES &&
      !element.seeking &&
      hasData(element) &&
      stoodMs > STUCK_MS * 2 ** this.unstickAttempts
    )
  }

  /**
   * Return whether the player is stalled, and report the beginning.
   * @param {ElementState} element
   * @param {Effect[]} effects
   */
  detectStall(element, effects) {
    this.stallChange = this.stalls.update(element)
    if (this.stallChange === "began") effects.push({ do: "report", type: "buffer_start", waitedMs: 0 })
    return this.stalls.stalled
  }

  /**
   * A stall is over: whether the player is now too far off to be corrected by its rate.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {Effect[]} effects
   */
  #fellBehind(target, element, effects) {
    if (this.stallChange !== "ended") return false
    this.#reportEnd(element, effects)
    this.rateControl.acquire(element.nowMs)
    return target.isFar(element) && target.remainingS(element) > TAIL_S
  }

  /**
   * The room stands, or the player starts: a stall is over.
   * @param {ElementState} element
   * @param {Effect[]} effects
   */
  endStall(element, effects) {
    if (!this.stalls.stalled) return
    this.stalls.stalled = false
    this.#reportEnd(element, effects)
  }

  /** @param {ElementState} element @param {Effect[]} effects */
  #reportEnd(element, effects) {
    effects.push({ do: "report", type: "buffer_end", waitedMs: element.nowMs - this.stalls.beganMs })
  }

  // ---------------------------------------------------------------- corrections

  /**
   * Without a clock nothing is corrected; the player continues at the room's rate.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {Effect[]} effects
   * @returns {number | null}
   */
  #coast(target, element, effects) {
    this.rateControl.acquire(element.nowMs)
    effects.push({ do: "rate", rate: target.rate, preservesPitch: target.rate !== 1 })
    return BUSY_MS
  }

  /**
   * Returns null if the player should seek and cannot.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {Effect[]} effects
   * @returns {number | null}
   */
  #correct(target, element, effects) {
    const decision = this.rateControl.tick({
      nowMs: element.nowMs,
      errorMs: target.errorMs(element),
      roomRate: target.rate,
      reliable: !element.seeking && this.stalls.moves(element),
      bufferedAheadS: element.bufferedAheadS,
      remainingS: Math.min(ownRemainingS(element), target.remainingS(element)),
      hidden: element.hidden,
      movementMs: element.movementMs,
      playedRate: element.playedRate,
    })
    this.decision = decision
    if (element.nowMs - this.startedMs > RECOVERED_MS && this.stalls.flowing) this.unstickAttempts = 0
    this.degraded = this.rateControl.degraded(element.nowMs)
    if (decision.landedMs !== null) this.#learn(decision.landedMs, effects)
    effects.push({ do: "rate", rate: decision.rate, preservesPitch: decision.preservesPitch })
    return decision.seek && !this.#seek(target, element, effects) ? null : decision.askInMs
  }

  /**
   * Seek to the next lap of a loop without stopping.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {Effect[]} effects
   */
  seekToLap(target, element, effects) {
    this.rateControl.acquire(element.nowMs)
    return this.#seek(target, element, effects)
  }

  /**
   * Seek without stopping, to where the room will be when the seek is done. Returns false if it is not
   * possible.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {Effect[]} effects
   */
  #seek(target, element, effects) {
    const kind = element.buffered(target.positionAt(element.serverMs)) ? "buffered" : "unbuffered"
    const arrivalMs = element.serverMs + this.latencyModel.seekMs[kind]
    const toS = target.seekPosition(element, target.positionAt(arrivalMs))
    if (this.media.seeks.refusal(element, toS)) return false
    this.measurement = { of: "seek", kind }
    this.stalls.reset()
    this.media.seek(element, toS, effects)
    return true
  }

  /** @param {number} errorMs @param {Effect[]} effects */
  #learn(errorMs, effects) {
    const { measurement } = this
    if (!measurement) return
    if (measurement.of === "start")
      this.latencyModel.recordStart(measurement.kind, errorMs - measurement.lateMs)
    else this.latencyModel.recordSeek(measurement.kind, errorMs)
    this.measurement = null
    effects.push({ do: "learned" })
  }
}
