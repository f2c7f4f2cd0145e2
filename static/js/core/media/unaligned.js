// @ts-check
/**
 * A player that cannot be taken to the room's position: it plays what it has, or waits where it is until the
 * room gets there.
 */

import { PlannedStart, SLEW_WITHIN_MS } from "../sync/planned_start.js"

const IDLE_MS = 250
const WAIT_MOST_S = 30 // standing still for longer is worse than being at another place
const SAID_MS = 1000 // shorter ones are gone before they are read

/** @typedef {import("../sync/target.js").Course} Course */
/** @typedef {import("../sync/target.js").Seen} Seen */
/** @typedef {import("../sync/sync_controller.js").Effect} Effect */
/** @typedef {import("./seek_budget.js").Refusal} Refusal */

export class Unaligned {
  constructor() {
    /** @type {Refusal | null} */
    this.reason = null
    this.sinceMs = Infinity
  }

  /** @param {Refusal} reason @param {number} nowMs */
  enter(reason, nowMs) {
    this.sinceMs = Math.min(this.sinceMs, nowMs)
    this.reason = reason
  }

  leave() {
    this.reason = null
    this.sinceMs = Infinity
  }

  /** The reason, once it has lasted long enough to be worth a sentence. @param {number} nowMs */
  trouble(nowMs) {
    return nowMs - this.sinceMs >= SAID_MS ? this.reason : null
  }

  /**
   * Where the player stands ahead of a room that will come by soon: a start right here, at that instant.
   * @param {Course} course
   * @param {Seen} seen
   */
  meeting(course, seen) {
    return this.#waits(course, seen) && seen.paused ? PlannedStart.here(course, seen) : null
  }

  /** @param {Course} course @param {Seen} seen */
  #waits(course, seen) {
    const aheadMs = -course.errorMs(seen)
    return this.reason !== "stream" && aheadMs >= SLEW_WITHIN_MS && aheadMs <= WAIT_MOST_S * 1000
  }

  /**
   * One look at a player that plays on by itself.
   * @param {Course} course
   * @param {Seen} seen
   * @param {Effect[]} effects
   * @returns {{state: "ready" | "loading" | "playing" | "ended", askInMs: number}}
   */
  look(course, seen, effects) {
    effects.push({ do: "rate", rate: course.rate, preservesPitch: course.rate !== 1 })
    if (this.#waits(course, seen)) return this.#stop(effects)
    const untilMs = course.timeline.timestamp - seen.serverMs
    if (untilMs > 0 && seen.paused) return { state: "ready", askInMs: Math.min(untilMs, IDLE_MS) }
    if (seen.ended) return { state: "ended", askInMs: IDLE_MS }
    if (seen.paused) effects.push({ do: "play" })
    return { state: seen.readyState < 3 ? "loading" : "playing", askInMs: IDLE_MS }
  }

  /** To wait for the room. @param {Effect[]} effects */
  #stop(effects) {
    effects.push({ do: "pause" })
    return { state: /** @type {const} */ ("ready"), askInMs: 0 }
  }
}
