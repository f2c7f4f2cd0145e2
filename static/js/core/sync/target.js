// @ts-check
/** A timeline as one player has to sail it: where to be, how far off it is, how much is left. */

import { instantOf, limitOf, positionAt } from "./timeline.js"

const SEAM_MS = 300 // ends differ by this much; a start that lies further from the end is another start
const RESUME_S = 1 // a wait begins where the room is at the server, a message's way before it is known here
const END_GUARD_S = 0.25 // browsers differ about the end by tens of ms: never seek into that

/** @typedef {import("./timeline.js").TimelineState} TimelineState */
/**
 * @typedef {object} Seen The element and the clocks, read in one task.
 * @property {number} nowMs
 * @property {number} serverMs server time, shifted by the viewer's fine-tune
 * @property {boolean} locked the clock can be trusted
 * @property {number} clockSteps
 * @property {number} movementMs
 * @property {number} currentTimeS
 * @property {boolean} paused
 * @property {boolean} seeking
 * @property {boolean} ended
 * @property {boolean} muted
 * @property {boolean} hidden
 * @property {number} readyState
 * @property {number} [rate] at which the element is to play
 * @property {boolean} [idle] the browser fetches nothing now: it has what it wants
 * @property {number} durationS NaN while unknown
 * @property {number} bufferedAheadS
 * @property {(positionS: number) => boolean} buffered
 * @property {(positionS: number) => boolean} [seekable] whether the element says that it can go there
 */

export class Course {
  /** @param {TimelineState} timeline */
  constructor(timeline) {
    this.timeline = timeline
  }

  get rate() {
    return this.timeline.rate
  }

  /** @param {number} serverMs */
  at(serverMs) {
    return positionAt(this.timeline, serverMs)
  }

  /** Room time; positive is behind. @param {Seen} seen */
  errorMs(seen) {
    return (-1000 * this.#aheadS(seen)) / this.rate
  }

  /** Media time; positive is ahead. @param {Seen} seen */
  driftMs(seen) {
    return 1000 * this.#aheadS(seen)
  }

  /** @param {Seen} seen */
  #aheadS(seen) {
    return seen.currentTimeS - this.at(seen.serverMs)
  }

  /** Media between the room's position and the end. @param {Seen} seen */
  leftS(seen) {
    return this.#endS(seen) - this.at(seen.serverMs)
  }

  /** Where to seek for a position: never quite to the end. @param {Seen} seen @param {number} positionS */
  within(seen, positionS) {
    return Math.max(0, Math.min(positionS, this.#endS(seen) - END_GUARD_S))
  }

  /** @param {Seen} seen */
  over(seen) {
    return this.leftS(seen) <= END_GUARD_S
  }

  /** @param {Seen} seen */
  #endS({ durationS }) {
    return Math.min(Number.isFinite(durationS) ? durationS : Infinity, limitOf(this.timeline))
  }

  /**
   * Whether this one comes to its end just where another begins, as laps of a loop do: then it is sailed
   * until there.
   * @param {TimelineState} next
   * @param {number} serverMs
   */
  flowsInto(next, serverMs) {
    const mine = this.timeline
    if (
      !mine.is_playing ||
      !next.is_playing ||
      next.rate !== mine.rate ||
      next.media?.url !== mine.media?.url
    )
      return false
    if (mine.duration === null || next.timestamp <= serverMs || mine.timestamp > serverMs) return false
    return Math.abs(instantOf(mine, mine.duration) - next.timestamp) <= SEAM_MS
  }

  /**
   * Whether the room only begins or stops to wait for its players, where it is.
   * @param {TimelineState} next @param {number} serverMs
   */
  waitsOrResumes(next, serverMs) {
    const mine = this.timeline
    if (mine.phase !== "holding" && next.phase !== "holding") return false
    return (
      mine.media?.url === next.media?.url &&
      Math.abs(this.at(serverMs) - positionAt(next, serverMs)) < RESUME_S
    )
  }

  /**
   * Whether another timeline describes the same motion: then nothing is to be done about it.
   * @param {TimelineState} other @param {number} serverMs
   */
  same(other, serverMs) {
    const mine = this.timeline
    if (mine.is_playing !== other.is_playing || mine.rate !== other.rate || mine.phase !== other.phase)
      return false
    if (mine.media?.url !== other.media?.url) return false
    return [serverMs, serverMs + 1000].every((ms) => Math.abs(this.at(ms) - positionAt(other, ms)) < 1e-3)
  }
}

/** Media between the player and its own end. @param {Seen} seen */
export function left({ currentTimeS, durationS }) {
  return Number.isFinite(durationS) ? durationS - currentTimeS : Infinity
}
