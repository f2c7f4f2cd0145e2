// @ts-check
/**
 * How many tracks in a row could not be played: the queue goes on past a few of them, and not through all of
 * it.
 */

export const MOST_IN_A_ROW = 3
const HEARD_S = 5 // a track that was heard for so long ends the row

export class FailedTracks {
  constructor() {
    this.inARow = 0
    this.heardS = 0
    /** @type {number | null} */
    this.lastS = null
  }

  /** One more. @returns {boolean} whether to go on to the next one */
  failed() {
    this.inARow += 1
    this.#listenAgain()
    if (this.inARow < MOST_IN_A_ROW) return true
    this.inARow = 0
    return false
  }

  /** A track came to its end, or a person chose what to play. */
  forget() {
    this.inARow = 0
    this.#listenAgain()
  }

  /**
   * Called every second with the place of what is heard; null where nothing is.
   * @param {number | null} positionS
   */
  look(positionS) {
    const movedS = positionS === null || this.lastS === null ? 0 : positionS - this.lastS
    if (movedS > 0 && movedS < HEARD_S) this.heardS += movedS
    this.lastS = positionS
    if (this.heardS >= HEARD_S) this.forget()
  }

  #listenAgain() {
    this.heardS = 0
    this.lastS = null
  }
}
