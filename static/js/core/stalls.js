// @ts-check
/**
 * Whether the player starves: it should move, has no data, and it is not a seek of ours.
 */

const NOTICED_MS = 250 // shorter gaps flicker; Jellyfin's 3 s leave the room wondering
const OWN_SEEK_MS = 1000 // a seek of ours may take this long before it counts
const FROZEN_MS = 700 // Firefox and Safari may freeze without saying `waiting`
const READY_AHEAD_S = 3 // resuming with less would starve again at once

/** @typedef {"fine" | "began" | "stalled" | "ended"} StallNews */

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
  }

  /**
   * @param {{nowMs: number, currentTimeS: number, readyState: number, seeking: boolean, paused: boolean, bufferedAheadS: number, remainingS: number, idle?: boolean}} seen
   * @returns {StallNews}
   */
  look(seen) {
    const starving = this.#starving(seen)
    if (this.stalled) return starving || !enough(seen) ? "stalled" : this.#over()
    if (!starving) this.starvingSinceMs = null
    else this.starvingSinceMs ??= seen.nowMs
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

  /** @param {Parameters<StallWatch["look"]>[0]} seen */
  #starving(seen) {
    if (seen.currentTimeS !== this.lastTimeS || seen.paused) {
      this.lastTimeS = seen.currentTimeS
      this.movedMs = seen.nowMs
    }
    return seen.readyState < 3 || seen.seeking || seen.nowMs - this.movedMs > FROZEN_MS
  }
}

/**
 * Whether it may go on without starving again at once. Some browsers fetch no further while they stand: what they call
 * enough has to do.
 * @param {{readyState: number, bufferedAheadS: number, remainingS: number, idle?: boolean}} seen
 */
export function enough({ readyState, bufferedAheadS, remainingS, idle = false }) {
  if (readyState === 4 || (idle && readyState >= 2)) return true
  return readyState === 3 && bufferedAheadS >= Math.min(READY_AHEAD_S, remainingS)
}
