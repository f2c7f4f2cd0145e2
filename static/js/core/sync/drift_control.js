// @ts-check
/** Keeping a moving player on course: starving is noticed, errors are steered away, costs are learned. */

import { left } from "./target.js"
import { StallWatch, hasData } from "./stall_detector.js"
import { SLEW_WITHIN_MS, TAIL_S } from "./planned_start.js"

const BUSY_MS = 50
const STUCK_MS = 2000 // WebKitGTK: now and then a change of the rate stops the element for good
const STUCK_TRIES = 4
const WELL_MS = 10_000 // moving for so long, what was stuck is forgotten

/** @typedef {import("./target.js").Course} Course */
/** @typedef {import("./target.js").Seen} Seen */
/** @typedef {import("./sync_controller.js").Effect} Effect */
/**
 * @typedef {{what: "start" | "seek", kind: any, lateMs: number}} Lesson what the next settled look teaches
 *   about
 */

export class DriftControl {
  /**
   * @param {{costs: import("./latency_model.js").LatencyModel, steering:
   *   import("./rate_control.js").RateControl, medium: import("../media/media_facts.js").Medium}} parts
   */
  constructor({ costs, steering, medium }) {
    this.medium = medium
    this.costs = costs
    this.steering = steering
    this.stalls = new StallWatch()
    this.degraded = false
    this.unstuck = 0 // how often it was placed again because it stood
    this.startedMs = 0
    /** @type {import("./rate_control.js").Decision | null} */
    this.decision = null
    /** @type {Lesson | null} */
    this.lesson = null
  }

  /** Nothing that was under way counts any more. */
  reset() {
    this.lesson = null
    this.stalls.reset()
  }

  /**
   * The player moves from now on.
   * @param {Seen} seen
   * @param {Lesson | null} lesson
   * @param {number} [settleMs]
   */
  take(seen, lesson, settleMs) {
    this.lesson = lesson
    this.startedMs = seen.nowMs
    this.stalls.reset()
    this.steering.begin(seen.nowMs, settleMs)
  }

  /**
   * It was told to play, `lateMs` after it should have been.
   * @param {Seen} seen
   * @param {import("./latency_model.js").StartKind} kind
   * @param {number} lateMs
   */
  started(seen, kind, lateMs) {
    const lesson = seen.hidden
      ? null
      : /** @type {Lesson} */ ({ what: "start", kind, lateMs: Math.max(0, lateMs) })
    this.take(seen, lesson, this.steering.startSettleMs)
  }

  /**
   * One look at a moving player. Null: it is lost, and must be started anew.
   * @param {Course} course @param {Seen} seen @param {Effect[]} effects
   * @returns {{state: "playing" | "buffering" | "ended", askInMs: number} | null}
   */
  look(course, seen, effects) {
    this.decision = null
    if (seen.ended || course.leftS(seen) <= 0)
      return { state: seen.ended ? "ended" : "playing", askInMs: 2 * BUSY_MS }
    if (this.starving(seen, effects)) return this.#wait(course, seen, effects)
    if (this.#fellBehind(course, seen, effects)) return null
    const askInMs = seen.locked ? this.#steer(course, seen, effects) : this.#coast(course, seen, effects)
    return askInMs === null ? null : { state: "playing", askInMs }
  }

  // ---------------------------------------------------------------- starving

  /**
   * For data; at the room's speed when it comes. One that stands still with data ahead is placed again, now
   * and then.
   * @param {Course} course
   * @param {Seen} seen
   * @param {Effect[]} effects
   */
  #wait(course, seen, effects) {
    effects.push({ do: "rate", rate: course.rate, preservesPitch: course.rate !== 1 })
    if (!this.#stuck(seen) || course.leftS(seen) <= TAIL_S)
      return { state: /** @type {const} */ ("buffering"), askInMs: BUSY_MS }
    this.unstuck += 1
    return null
  }

  /** @param {Seen} seen */
  #stuck(seen) {
    const stoodMs =
      seen.nowMs - Math.max(this.stalls.beganMs, this.stalls.movedMs === Infinity ? 0 : this.stalls.movedMs)
    return (
      this.unstuck < STUCK_TRIES && !seen.seeking && hasData(seen) && stoodMs > STUCK_MS * 2 ** this.unstuck
    )
  }

  /** Reported when it begins. @param {Seen} seen @param {Effect[]} effects */
  starving(seen, effects) {
    this.stallNews = this.stalls.look(seen)
    if (this.stallNews === "began") effects.push({ do: "report", type: "buffer_start", waitedMs: 0 })
    return this.stalls.stalled
  }

  /**
   * A stall is over: near enough to be steered, or not?
   * @param {Course} course
   * @param {Seen} seen
   * @param {Effect[]} effects
   */
  #fellBehind(course, seen, effects) {
    if (this.stallNews !== "ended") return false
    effects.push({ do: "report", type: "buffer_end", waitedMs: seen.nowMs - this.stalls.beganMs })
    this.steering.acquire(seen.nowMs)
    return Math.abs(course.errorMs(seen)) >= SLEW_WITHIN_MS && course.leftS(seen) > TAIL_S
  }

  /**
   * The room stands, or the player starts: whatever it starved of, it does no more.
   * @param {Seen} seen
   * @param {Effect[]} effects
   */
  relieved(seen, effects) {
    if (!this.stalls.stalled) return
    this.stalls.stalled = false
    effects.push({ do: "report", type: "buffer_end", waitedMs: seen.nowMs - this.stalls.beganMs })
  }

  // ---------------------------------------------------------------- steering

  /**
   * Without a clock nothing is corrected; the player simply goes on.
   * @param {Course} course
   * @param {Seen} seen
   * @param {Effect[]} effects
   */
  #coast(course, seen, effects) {
    this.steering.acquire(seen.nowMs)
    effects.push({ do: "rate", rate: course.rate, preservesPitch: course.rate !== 1 })
    return BUSY_MS
  }

  /**
   * Null: it should be sought, and cannot be.
   * @param {Course} course
   * @param {Seen} seen
   * @param {Effect[]} effects
   */
  #steer(course, seen, effects) {
    const decision = this.steering.tick({
      nowMs: seen.nowMs,
      errorMs: course.errorMs(seen),
      roomRate: course.rate,
      reliable: !seen.seeking && this.stalls.moves(seen),
      bufferedAheadS: seen.bufferedAheadS,
      remainingS: Math.min(left(seen), course.leftS(seen)),
      hidden: seen.hidden,
      movementMs: seen.movementMs,
    })
    this.decision = decision
    if (seen.nowMs - this.startedMs > WELL_MS && this.stalls.fed) this.unstuck = 0
    this.degraded = this.steering.degraded(seen.nowMs)
    if (decision.landedMs !== null) this.#learn(decision.landedMs, effects)
    effects.push({ do: "rate", rate: decision.rate, preservesPitch: decision.preservesPitch })
    return decision.seek && !this.#seek(course, seen, effects) ? null : decision.lookInMs
  }

  /**
   * Into the next lap without stopping.
   * @param {Course} course
   * @param {Seen} seen
   * @param {Effect[]} effects
   */
  lap(course, seen, effects) {
    this.steering.acquire(seen.nowMs)
    return this.#seek(course, seen, effects)
  }

  /**
   * Seek without stopping, to where the room will be once that is done; false if it cannot.
   * @param {Course} course
   * @param {Seen} seen
   * @param {Effect[]} effects
   */
  #seek(course, seen, effects) {
    const kind = seen.buffered(course.at(seen.serverMs)) ? "buffered" : "unbuffered"
    const toS = course.within(seen, course.at(seen.serverMs + this.costs.seekMs[kind]))
    if (this.medium.seeks.refusal(seen, toS)) return false
    this.lesson = { what: "seek", kind, lateMs: 0 }
    this.stalls.reset()
    this.medium.seek(seen, toS, effects)
    return true
  }

  /** @param {number} errorMs @param {Effect[]} effects */
  #learn(errorMs, effects) {
    if (!this.lesson) return
    const { what, kind, lateMs } = this.lesson
    if (what === "start") this.costs.started(kind, errorMs - lateMs)
    else this.costs.landed(kind, errorMs)
    this.lesson = null
    effects.push({ do: "learned" })
  }
}
