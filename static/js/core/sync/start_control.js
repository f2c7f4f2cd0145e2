// @ts-check
/**
 * Carrying out a planned start: stand at the place, have data there, play in time. A start that is missed is
 * planned again, as often as the budget of seeks allows.
 */

import { SLEW_WITHIN_MS } from "./planned_start.js"

const SAME_PLACE_S = 0.0005 // a paused seek is exact; anything else is another picture sooner or later
const BUSY_MS = 50
// no placing takes so long: the machine slept, and the room would pay for it at every seek
const ASLEEP_MS = 10000

/** @typedef {import("./target.js").Course} Course */
/** @typedef {import("./target.js").Seen} Seen */
/** @typedef {import("./sync_controller.js").Effect} Effect */
/**
 * @typedef {{state: "loading" | "buffering" | "ready" | "playing", askInMs: number, precise?: boolean}} Next
 */

export class StartControl {
  /**
   * @param {{costs: import("./latency_model.js").LatencyModel, helm:
   *   import("./drift_control.js").DriftControl, medium: import("../media/media_facts.js").Medium}} parts
   */
  constructor({ costs, helm, medium }) {
    this.costs = costs
    this.helm = helm
    this.medium = medium
    /** @type {import("./planned_start.js").PlannedStart | null} */
    this.plan = null
    /** Sought or loaded since it last played: starting takes longer then. */
    this.flushed = true
  }

  /**
   * Why the player cannot be placed there; null where it can, or stands there.
   * @param {Course} course
   * @param {Seen} seen
   * @param {number} positionS
   */
  refusal(course, seen, positionS) {
    const toS = course.within(seen, positionS)
    return this.#isThere(seen, toS) ? null : this.medium.seeks.refusal(seen, toS)
  }

  /** @param {Seen} seen @param {number} toS */
  #isThere(seen, toS) {
    return !seen.seeking && Math.abs(seen.currentTimeS - toS) <= SAME_PLACE_S
  }

  /**
   * @param {Course} course
   * @param {Seen} seen
   * @param {number} positionS
   * @param {Effect[]} effects
   * @returns {boolean} whether it has to move
   */
  place(course, seen, positionS, effects) {
    const toS = course.within(seen, positionS)
    if (this.#isThere(seen, toS)) return false
    this.medium.seek(seen, toS, effects)
    this.flushed = true
    return true
  }

  /**
   * One look at a player that is to start; the plan is gone once it did. Null: its place is out of reach.
   * @param {Course} course
   * @param {Seen} seen
   * @param {Effect[]} effects
   * @returns {Next | null}
   */
  look(course, seen, effects) {
    const plan = /** @type {import("./planned_start.js").PlannedStart} */ (this.plan)
    if (!seen.paused) {
      plan.placed = false // it has moved meanwhile
      effects.push({ do: "pause" })
      return { state: "loading", askInMs: 0 }
    }
    if (!plan.placed) {
      if (this.refusal(course, seen, plan.positionS)) return null
      plan.placed = true
      const moves = this.place(course, seen, plan.positionS, effects)
      if (moves && !seen.hidden)
        plan.placing = {
          kind: seen.buffered(plan.positionS) ? "buffered" : "unbuffered",
          sinceMs: seen.nowMs,
        }
      return { state: "loading", askInMs: 0 }
    }
    if (!plan.ready(seen)) return this.#waitForData(seen, effects)
    this.#learnPlacing(plan, seen, effects)
    return this.#inTime(course, seen, effects)
  }

  /** @param {import("./planned_start.js").PlannedStart} plan @param {Seen} seen @param {Effect[]} effects */
  #learnPlacing(plan, seen, effects) {
    const placing = plan.placing
    plan.placing = null
    const tookMs = placing ? seen.nowMs - placing.sinceMs : 0
    if (!placing || seen.hidden || tookMs > ASLEEP_MS) return
    this.costs.placed(placing.kind, tookMs)
    effects.push({ do: "learned" })
  }

  /** @param {Seen} seen @param {Effect[]} effects @returns {Next} */
  #waitForData(seen, effects) {
    const overdue = this.plan !== null && seen.serverMs > this.plan.atMs
    return { state: overdue && this.helm.starving(seen, effects) ? "buffering" : "loading", askInMs: BUSY_MS }
  }

  /** @param {Course} course @param {Seen} seen @param {Effect[]} effects @returns {Next | null} */
  #inTime(course, seen, effects) {
    const plan = /** @type {import("./planned_start.js").PlannedStart} */ (this.plan)
    const kind = this.flushed ? "fresh" : "rest"
    const lateMs = plan.lateMs(seen, this.costs.startMs[kind])
    const verdict = plan.verdict(lateMs, course, seen)
    if (verdict === "now") return this.#start(seen, kind, lateMs, effects)
    if (verdict === "early") return { state: "ready", askInMs: -lateMs, precise: true }
    this.plan = plan.again(course, seen)
    return this.look(course, seen, effects)
  }

  /**
   * @param {Seen} seen
   * @param {"fresh" | "rest"} kind
   * @param {number} lateMs
   * @param {Effect[]} effects
   * @returns {Next}
   */
  #start(seen, kind, lateMs, effects) {
    this.plan = null
    this.flushed = false
    this.helm.degraded = lateMs > SLEW_WITHIN_MS
    this.helm.relieved(seen, effects)
    this.helm.started(seen, kind, lateMs)
    effects.push({ do: "play" })
    return { state: "playing", askInMs: BUSY_MS }
  }
}
