// @ts-check
/**
 * The position by the frames that a video shows: each has its media time and when it is displayed. Closer to the picture
 * than an element's own position where that advances in steps.
 */

const VALID_MS = 300 // a video that shows no frame for longer stands, or is in a hidden tab
const JUMP_MS = 8 // less is rounding
const NEAR_S = 0.1 // after a stall Firefox reports a frame of 0.7 s later (seen), which it does not show yet
const MOST_BACK_S = 0.25 // more is another place

export class FrameClock {
  /** @type {{mediaS: number, shownMs: number, rate: number} | null} */
  #frame = null

  /**
   * A frame is shown.
   * @param {number} mediaS
   * @param {number} shownMs when
   * @param {number} rate
   * @returns {boolean} whether it is not the one that the frames before let expect
   */
  shown(mediaS, shownMs, rate) {
    const expectedS = this.#at(shownMs)
    this.#frame = { mediaS, shownMs, rate }
    return expectedS === null || Math.abs(expectedS - mediaS) * 1000 > JUMP_MS
  }

  /** The last frame was of another place. */
  forget() {
    this.#frame = null
  }

  /**
   * Null if no frame was shown recently, or if it is far from what the element reports.
   * @param {number} nowMs
   * @param {number} elementS
   */
  positionS(nowMs, elementS) {
    const positionS = this.#at(nowMs)
    if (positionS === null || !this.#frame || nowMs - this.#frame.shownMs > VALID_MS) return null
    return Math.abs(positionS - elementS) < NEAR_S * this.#frame.rate ? positionS : null
  }

  /** @param {number} atMs */
  #at(atMs) {
    const frame = this.#frame
    return frame && frame.mediaS + ((atMs - frame.shownMs) / 1000) * frame.rate
  }
}

/**
 * A film that plays does not go back. What is known of its position is a little wrong each time, in either direction, so
 * that a cue that has just begun would be taken away and shown again.
 */
export class ForwardPosition {
  /** @type {number | null} */
  #lastS = null

  /**
   * The latest position of all that were near this one.
   * @param {number} positionS
   * @param {number} rate
   */
  at(positionS, rate) {
    const backS = this.#lastS === null ? 0 : this.#lastS - positionS
    if (this.#lastS === null || backS < 0 || backS > MOST_BACK_S * rate) this.#lastS = positionS
    return this.#lastS
  }

  /** The next position is that of another place. */
  forget() {
    this.#lastS = null
  }
}
