// @ts-check
/**
 * Where the medium's data ended for this player, while it moved in step with the room: the best there is to
 * know of a medium's length. Some elements take the length their file claims for their position when the data
 * ends; then the place is where the player was last seen.
 */

const IN_STEP_S = 2 // further off, positions of this player may not be those of others
const JUMP_S = 0.5
const FASTEST = 4

/** @typedef {import("../sync/target.js").Course} Course */
/** @typedef {import("../sync/target.js").Seen} Seen */
/** @typedef {import("./end_of_data.js").DataEnd} DataEnd */

export class NaturalEnd {
  constructor() {
    /** Null: it has not ended, or not by itself. @type {number | null} */
    this.endS = null
    this.wasEnded = false
  }

  /**
   * `dataEnd` has looked already.
   * @param {Seen} seen
   * @param {Course | null} course
   * @param {DataEnd} dataEnd
   * @returns {boolean} whether it has just ended, in step
   */
  look(seen, course, dataEnd) {
    const begins = seen.ended && !this.wasEnded
    this.wasEnded = seen.ended
    if (!seen.ended) this.endS = null
    else if (begins) this.endS = this.#endS(seen, course, dataEnd)
    return begins && this.endS !== null
  }

  /** @param {Seen} seen @param {Course | null} course @param {DataEnd} dataEnd */
  #endS(seen, course, { moved, lastS, lastMs }) {
    if (!moved || lastS === null || !course?.timeline.is_playing) return null
    const sinceS = (seen.nowMs - lastMs) / 1000
    const jumped = seen.currentTimeS > lastS + FASTEST * sinceS + JUMP_S
    const endS = jumped ? lastS + Math.min(sinceS, JUMP_S) : seen.currentTimeS
    return Math.abs(endS - course.at(seen.serverMs)) <= IN_STEP_S ? endS : null
  }
}
