// @ts-check
/**
 * Standing still where the room stands, exactly; while the room waits for its players, saying whether this
 * one is ready.
 */

import { left } from "./target.js"
import { enough } from "./stall_detector.js"
import { TAIL_S } from "./planned_start.js"

const IDLE_MS = 1000
const BUSY_MS = 50

/** @typedef {import("./target.js").Course} Course */
/** @typedef {import("./target.js").Seen} Seen */
/** @typedef {import("./sync_controller.js").Effect} Effect */
/** @typedef {{state: "ended" | "paused" | "ready" | "buffering" | "loading", askInMs: number}} Next */

export class PauseControl {
  /**
   * @param {{helm: import("./drift_control.js").DriftControl, launch:
   *   import("./start_control.js").StartControl}} parts
   */
  constructor({ helm, launch }) {
    this.helm = helm
    this.launch = launch
    this.placed = false
    /**
     * Why the player stands at another place than the room.
     * @type {import("../media/seek_budget.js").Refusal | null}
     */
    this.refusal = null
  }

  /** @param {Course} course @param {Seen} seen @param {Effect[]} effects @returns {Next} */
  look(course, seen, effects) {
    const { phase, rate } = course.timeline
    effects.push({ do: "rate", rate, preservesPitch: true })
    if (!seen.paused) effects.push({ do: "pause" })
    const moved = !this.placed && !atItsEnd(phase, seen) && this.#place(course, seen, effects)
    this.placed = true
    if (phase === "holding") return this.#hold(seen, moved, effects)
    this.helm.relieved(seen, effects)
    return { state: phase === "ended" ? "ended" : "paused", askInMs: IDLE_MS }
  }

  /** @param {Course} course @param {Seen} seen @param {Effect[]} effects */
  #place(course, seen, effects) {
    const positionS = course.at(seen.serverMs)
    this.refusal = this.launch.refusal(course, seen, positionS)
    return !this.refusal && this.launch.place(course, seen, positionS, effects)
  }

  /**
   * The room goes on when its players can: not before this one has the data.
   * @param {Seen} seen
   * @param {boolean} moved just now
   * @param {Effect[]} effects
   * @returns {Next}
   */
  #hold(seen, moved, effects) {
    if (moved || seen.seeking || !enough(seen)) {
      return { state: this.helm.stalls.stalled ? "buffering" : "loading", askInMs: BUSY_MS }
    }
    this.helm.relieved(seen, effects)
    return { state: "ready", askInMs: IDLE_MS }
  }
}

/**
 * Who is in the last moments of a medium that has ended stays there: ends differ between browsers.
 * @param {string} phase
 * @param {Seen} seen
 */
function atItsEnd(phase, seen) {
  return phase === "ended" && (seen.ended || left(seen) < TAIL_S)
}
