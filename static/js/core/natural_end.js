// @ts-check
/**
 * Where the medium's data ended for this player, while it moved in step with the room: the best there is to know of a
 * medium's length. Some elements take the length their file claims for their position when the data ends; then the place
 * is where the player was last seen.
 */

const IN_STEP_S = 2 // further off, positions of this player may not be those of others
const JUMP_S = 0.5
const FASTEST = 4

/** @typedef {import("./course.js").Course} Course */
/** @typedef {import("./course.js").Seen} Seen */

export class NaturalEnd {
  constructor() {
    /** Null: it has not ended, or not by itself. @type {number | null} */
    this.endS = null
    this.wasEnded = false
    this.#placed()
  }

  /** It was sought or got another medium: what was seen before says nothing about the place. */
  #placed() {
    /** @type {number | null} */
    this.lastS = null
    this.lastMs = 0
    this.moved = false
  }

  /** @param {Seen} seen @param {Course | null} course @returns {boolean} whether it has just ended, in step */
  look(seen, course) {
    const begins = seen.ended && !this.wasEnded
    this.wasEnded = seen.ended
    if (begins) this.endS = this.#endS(seen, course)
    if (seen.ended) return begins && this.endS !== null
    this.endS = null
    if (seen.seeking || seen.readyState < 1 || (this.lastS !== null && seen.currentTimeS < this.lastS)) this.#placed()
    else this.#follow(seen)
    return false
  }

  /** @param {Seen} seen */
  #follow(seen) {
    this.moved ||= this.lastS !== null && seen.currentTimeS > this.lastS
    this.lastS = seen.currentTimeS
    this.lastMs = seen.nowMs
  }

  /** @param {Seen} seen @param {Course | null} course */
  #endS(seen, course) {
    if (!this.moved || this.lastS === null || !course?.timeline.is_playing) return null
    const sinceS = (seen.nowMs - this.lastMs) / 1000
    const jumped = seen.currentTimeS > this.lastS + FASTEST * sinceS + JUMP_S
    const endS = jumped ? this.lastS + Math.min(sinceS, JUMP_S) : seen.currentTimeS
    return Math.abs(endS - course.at(seen.serverMs)) <= IN_STEP_S ? endS : null
  }
}
