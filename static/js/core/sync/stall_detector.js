// @ts-check
/**
 * Whether the player starves: it should move, has no data, and it is not a seek of ours.
 *
 * What counts is the position. A player whose position moves at its rate, with data buffered ahead, does not
 * starve, whatever its `readyState` says: in WebKitGTK that stays at 2 after every seek, for good.
 */

import { left } from "./target.js"

const NOTICED_MS = 250 // shorter gaps flicker; Jellyfin's 3 s leave the room wondering
const OWN_SEEK_MS = 1000 // a seek of ours may take this long before it counts
const FROZEN_MS = 700 // Firefox and Safari may freeze without saying `waiting`
const READY_AHEAD_S = 3 // resuming with less would starve again at once
const DATA_AHEAD_S = 1 // with so much ahead `readyState` 2 is data enough to move
const END_SLACK_S = 0.25 // what is buffered may end a little before the length says
const MOVED_S = 0.002 // a clock that stands may tremble
const STILL_MS = 150 // Firefox moves its clock in treads of 40 ms
const PACE_MS = 500 // to judge the speed over
const PACE_LEAST = 0.5 // of the rate; less is a device that cannot keep up

/** @typedef {"fine" | "began" | "stalled" | "ended"} StallNews */
/**
 * @typedef {{nowMs: number, currentTimeS: number, durationS: number, readyState: number, seeking: boolean,
 *   paused: boolean, bufferedAheadS: number, idle?: boolean, rate?: number}} Seen
 */

export class StallWatch {
  constructor() {
    this.reset()
    this.stalled = false
    this.beganMs = 0
  }

  /** The player was moved or stopped on purpose: begin to look anew. A stall that was reported stays one. */
  reset() {
    /** @type {number | null} */
    this.starvingSinceMs = null
    this.lastTimeS = NaN
    this.movedMs = Infinity
    /** Its position moves, with data ahead. */
    this.fed = false
    this.begun = false
    /** @type {{nowMs: number, timeS: number} | null} from where its speed is judged */
    this.mark = null
    this.slow = false
  }

  /** @param {Seen} seen @returns {StallNews} */
  look(seen) {
    this.#move(seen)
    const starving = this.#starving(seen)
    if (this.stalled) return starving || !(this.fed || enough(seen)) ? "stalled" : this.#over()
    if (!starving) this.starvingSinceMs = null
    else this.starvingSinceMs ??= seen.readyState < 3 ? Math.min(this.movedMs, seen.nowMs) : seen.nowMs
    const patienceMs = seen.seeking ? OWN_SEEK_MS : NOTICED_MS
    if (this.starvingSinceMs === null || seen.nowMs - this.starvingSinceMs < patienceMs) return "fine"
    this.stalled = true
    this.beganMs = this.starvingSinceMs
    return "began"
  }

  #over() {
    this.stalled = false
    this.reset()
    return /** @type {StallNews} */ ("ended")
  }

  /** @param {Seen} seen */
  #move(seen) {
    const { nowMs, currentTimeS, paused } = seen
    const moved = !(Math.abs(currentTimeS - this.lastTimeS) <= MOVED_S)
    const moves = moved && !paused && !Number.isNaN(this.lastTimeS)
    this.begun ||= moves
    if (moved || paused) {
      this.lastTimeS = currentTimeS
      this.movedMs = nowMs
    }
    this.#judge(seen)
    if (paused || seen.seeking || this.slow || nowMs - this.movedMs > STILL_MS) this.fed = false
    else if (moves) this.fed = hasAhead(seen, DATA_AHEAD_S)
  }

  /** @param {Seen} seen */
  #judge({ nowMs, currentTimeS, paused, seeking, rate = 1 }) {
    if (paused || seeking) this.mark = null
    else if (!this.mark) this.mark = { nowMs, timeS: currentTimeS }
    else if (nowMs - this.mark.nowMs >= PACE_MS) {
      this.slow = currentTimeS - this.mark.timeS < (PACE_LEAST * rate * (nowMs - this.mark.nowMs)) / 1000
      this.mark = { nowMs, timeS: currentTimeS }
    }
  }

  /** @param {Seen} seen */
  #starving(seen) {
    if (seen.seeking || seen.nowMs - this.movedMs > FROZEN_MS) return true
    return !this.moves(seen)
  }

  /** Whether it moves as far as anybody can tell, or begins to. @param {Seen} seen */
  moves(seen) {
    return seen.readyState >= 3 || this.fed || (!this.begun && hasData(seen))
  }
}

/**
 * Whether it can start.
 * @param {{readyState: number, currentTimeS: number, durationS: number, bufferedAheadS: number}} seen
 */
export function hasData(seen) {
  return seen.readyState >= 3 || (seen.readyState === 2 && hasAhead(seen, DATA_AHEAD_S))
}

/**
 * Whether it may go on without starving again at once. Some browsers fetch no further while they stand: what
 * they call enough has to do.
 * @param {{readyState: number, currentTimeS: number, durationS: number, bufferedAheadS: number, idle?:
 *   boolean}} seen
 */
export function enough(seen) {
  if (seen.readyState === 4 || (seen.idle && seen.readyState >= 2)) return true
  return seen.readyState >= 2 && hasAhead(seen, READY_AHEAD_S)
}

/** @param {{currentTimeS: number, durationS: number, bufferedAheadS: number}} seen @param {number} aheadS */
function hasAhead(seen, aheadS) {
  return seen.bufferedAheadS >= Math.min(aheadS, left(seen) - END_SLACK_S)
}
