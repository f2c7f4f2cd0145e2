// @ts-check
/**
 * Where a medium's data ends, when that is long before the end the room knows: a transfer that broke off, a
 * header that claims more than there is. The element then says `ended` and takes its own length for its
 * position, so that the place is known only to those who watched it come.
 */

import { TAIL_S } from "../sync/planned_start.js"

const BETWEEN_LOOKS_S = 0.5 // it moved on for as long as this since the last look

/** @typedef {import("../sync/target.js").Course} Course */
/** @typedef {import("../sync/target.js").Seen} Seen */

export class DataEnd {
  constructor() {
    this.newMedium()
  }

  newMedium() {
    /** @type {number | null} */
    this.endS = null
    /** It was played up to there; otherwise a seek to there found nothing. */
    this.played = false
    this.ended = false
    this.attached = false
    this.placed(null)
  }

  /**
   * A seek is asked for: what was played before it says nothing about the place.
   * @param {number | null} toS
   */
  placed(toS) {
    this.ended = false
    /** @type {number | null} */
    this.lastS = toS
    this.lastMs = -Infinity
    this.moved = false
  }

  /** @param {Pick<Seen, "nowMs" | "currentTimeS" | "paused" | "ended" | "seeking" | "readyState">} seen */
  look(seen) {
    this.attached ||= seen.readyState >= 1
    const ended = seen.ended && !seen.seeking
    if (ended && !this.ended) this.#ends(seen)
    this.ended = ended
    if (seen.ended || seen.seeking || seen.readyState < 1) return
    if (!seen.paused) this.moved ||= this.lastS !== null && seen.currentTimeS > this.lastS
    this.lastS = seen.currentTimeS
    this.lastMs = seen.nowMs
  }

  /** @param {Pick<Seen, "nowMs" | "currentTimeS">} seen */
  #ends(seen) {
    const sinceS = Math.min(Math.max(0, (seen.nowMs - this.lastMs) / 1000), this.moved ? BETWEEN_LOOKS_S : 0)
    this.endS = Math.min((this.lastS ?? 0) + sinceS, seen.currentTimeS)
    this.played = this.moved
  }

  /**
   * Whether the player stands at an end that is not the room's, and the room is not before it.
   * @param {Course} course
   * @param {Seen} seen
   */
  brokeOff(course, seen) {
    if (!seen.ended || this.endS === null || !(this.#lengthS(course, seen) - this.endS > TAIL_S)) return false
    return course.at(seen.serverMs) > this.endS - TAIL_S
  }

  /**
   * The room's length comes from its players, a moment later. A place beyond it that the element claims to
   * have is no end.
   * @param {Course} course
   * @param {Seen} seen
   */
  #lengthS({ timeline }, { durationS }) {
    const lengthS = timeline.duration ?? durationS
    return !this.played && durationS > lengthS ? durationS : lengthS
  }
}
