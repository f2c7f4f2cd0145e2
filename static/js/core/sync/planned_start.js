// @ts-check
/**
 * A start that is planned: be paused at a position that lies ahead, start when the room gets there, early by
 * what starting costs. It turns a seek, whose length nobody knows, into a start, whose length we have
 * learned.
 */

import { hasData } from "./stall_detector.js"
import { instantOf } from "./timeline.js"

// to start in, beyond what being placed is known to take
const MARGIN_MS = { buffered: 250, unbuffered: 1000 }
const GROWTH = 1.6 // of the margin, when it was not enough,
const ALLOWANCE = 1.25 // and no less than this times what getting ready has just taken
const MARGIN_MOST_MS = 4000 // standing still longer, with the data there, is worse than to start a little off
const TRIES = 3
const CONTENT_MS = 3000 // after this long take what there is: iOS buffers little before it plays
const PUNCTUAL_MS = 0.2
// a start further ahead than this is planned as it is, a nearer one is late already
export const SCHEDULED_MS = 5
export const SLEW_WITHIN_MS = 400 // a player closer than this is steered, not restarted
// a start later than this is planned again: that takes half a second, slewing would take three
const LATE_MS = 60
export const TAIL_S = 1.5 // never restart a player for the last moments

/** @typedef {import("./target.js").Course} Course */
/** @typedef {import("./target.js").Seen} Seen */

export class PlannedStart {
  /** @param {{positionS: number, atMs: number, nowMs: number, marginMs?: number, tries?: number}} plan */
  constructor({ positionS, atMs, nowMs, marginMs = 0, tries = 0 }) {
    this.positionS = positionS
    this.atMs = atMs
    this.marginMs = marginMs
    this.tries = tries
    this.sinceMs = nowMs
    this.placed = false
    /**
     * @type {{kind: import("./latency_model.js").SeekKind, sinceMs: number} | null} under way to its place
     */
    this.placing = null
  }

  /** The room starts later than now. @param {Course} course @param {Seen} seen */
  static scheduled({ timeline }, seen) {
    return new PlannedStart({ positionS: timeline.current_time, atMs: timeline.timestamp, nowMs: seen.nowMs })
  }

  /**
   * The player is ahead and cannot be taken back: it starts where it stands, when the room gets there.
   * @param {Course} course
   * @param {Seen} seen
   */
  static here({ timeline }, seen) {
    const plan = new PlannedStart({
      positionS: seen.currentTimeS,
      atMs: instantOf(timeline, seen.currentTimeS),
      nowMs: seen.nowMs,
    })
    plan.placed = true
    return plan
  }

  /**
   * The room moves already: meet it where it will be, not before `leastMs` from now.
   * @param {Course} course
   * @param {Seen} seen
   * @param {import("./latency_model.js").LatencyModel} costs
   * @param {number} [leastMs]
   */
  static ahead(course, seen, costs, leastMs = 0) {
    const kind = seen.buffered(course.at(seen.serverMs)) ? "buffered" : "unbuffered"
    return PlannedStart.#after(course, seen, Math.max(MARGIN_MS[kind] + costs.placeMs[kind], leastMs), 0)
  }

  /** This one was missed: the next allows for what it took. @param {Course} course @param {Seen} seen */
  again(course, seen) {
    const tookMs = seen.nowMs - this.sinceMs
    const marginMs = Math.max(GROWTH * this.marginMs, ALLOWANCE * tookMs, MARGIN_MS.buffered)
    return PlannedStart.#after(course, seen, Math.min(marginMs, MARGIN_MOST_MS), this.tries + 1)
  }

  /** @param {Course} course @param {Seen} seen @param {number} marginMs @param {number} tries */
  static #after(course, seen, marginMs, tries) {
    const atMs = seen.serverMs + marginMs
    return new PlannedStart({ positionS: course.at(atMs), atMs, nowMs: seen.nowMs, marginMs, tries })
  }

  /** @param {Seen} seen */
  ready(seen) {
    if (seen.seeking) return false
    return hasData(seen) || (seen.readyState >= 2 && seen.nowMs - this.sinceMs > CONTENT_MS)
  }

  /** How long `play()` is overdue; negative while there is time. @param {Seen} seen @param {number} costMs */
  lateMs(seen, costMs) {
    return seen.serverMs - (this.atMs - costMs)
  }

  /**
   * @param {number} lateMs
   * @param {Course} course
   * @param {Seen} seen
   * @returns {"early" | "now" | "missed"}
   */
  verdict(lateMs, course, seen) {
    if (lateMs < -PUNCTUAL_MS) return "early"
    const missed = lateMs > LATE_MS && this.tries < TRIES && course.leftS(seen) > TAIL_S
    return missed ? "missed" : "now"
  }
}
