// @ts-check
/**
 * Which frame of a film is on the screen, where the browser does not report each of them: it follows from the last one
 * that was reported, and from the time between two.
 */

const RECENT_MS = 250 // a video that reports no frame for longer stands
const REPORTS = 24 // among so many, two are successive
const LEAST_S = 1 / 125
const UNREPORTED_S = 1 / 30 // between two pictures of captions where no frame is reported
const EARLY = 0.25 // of a frame: the screen shows some frames a little longer than others

export class FramePace {
  /** @type {{mediaS: number, shownMs: number, rate: number} | null} */
  #last = null
  /** Times between the last reported frames. @type {number[]} */
  #steps = []
  #drawnS = -1

  /**
   * The browser reports a frame.
   * @param {number} mediaS
   * @param {number} shownMs when
   * @param {number} rate
   * @returns {boolean} whether it is to be drawn: it was not expected
   */
  reported(mediaS, shownMs, rate) {
    const stepS = this.#last ? mediaS - this.#last.mediaS : 0
    if (stepS >= LEAST_S) this.#steps = [...this.#steps, stepS].slice(-REPORTS)
    else this.#steps = [] // it went back
    this.#last = { mediaS, shownMs, rate }
    const isDrawn = this.#steps.length > 0 && Math.abs(mediaS - this.#drawnS) < Math.min(...this.#steps) / 2
    this.#drawnS = mediaS
    return !isDrawn
  }

  /** @param {number} nowMs */
  isRecent(nowMs) {
    return this.#last !== null && nowMs - this.#last.shownMs < RECENT_MS
  }

  /**
   * For a browser that reports no frames (WebKitGTK): the element's position, if it is time to draw again.
   * @param {number} elementS
   * @returns {number | null}
   */
  elementDue(elementS) {
    if (Math.abs(elementS - this.#drawnS) < UNREPORTED_S) return null
    this.#drawnS = elementS
    return elementS
  }

  /**
   * The media time of the frame that is shown now; null if it is drawn already, or not known.
   * @param {number} nowMs
   * @returns {number | null}
   */
  frameDue(nowMs) {
    const last = this.#last
    if (!last || !this.#steps.length) return null
    const stepS = Math.min(...this.#steps)
    const passedS = ((nowMs - last.shownMs) / 1000) * last.rate
    const frames = Math.floor(passedS / stepS + EARLY)
    const mediaS = last.mediaS + frames * stepS
    if (frames < 1 || mediaS < this.#drawnS + stepS / 2) return null
    this.#drawnS = mediaS
    return mediaS
  }
}
