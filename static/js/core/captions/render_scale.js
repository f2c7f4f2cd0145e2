// @ts-check
/**
 * How large captions with styles are drawn: smaller than the picture while the browser cannot draw them for each frame of
 * the film, because smaller ones are drawn faster.
 */

/** Lower captions are hard to read. */
export const LEAST_HEIGHT_PX = 360

const SCALES = [1, 0.75, 0.5]
const LOOK_MS = 1000
const LATE_SHARE = 0.15 // of the frames; fewer that come too late are hardly seen
const SPARE = 0.6 // of the time between two frames, in which a larger one has to be drawn
const CALM_MS = 4000
const MOST_CALM_MS = 120_000 // after scales that were too large, again and again

export class RenderScale {
  #level = 0
  #drawnMs = /** @type {number[]} */ ([])
  #late = 0
  #sinceMs = -1
  #calmSinceMs = -1
  #calmMs = CALM_MS

  /** @param {number} ms how long a picture took */
  drawn(ms) {
    this.#drawnMs.push(ms)
  }

  /** A frame was shown while the picture before it was still being drawn. */
  late() {
    this.#late++
  }

  /** Of width and height. */
  get scale() {
    return SCALES[this.#level]
  }

  /** @param {number} nowMs @returns {boolean} whether another scale is better from now on */
  update(nowMs) {
    if (this.#sinceMs < 0) this.#sinceMs = this.#calmSinceMs = nowMs
    const passedMs = nowMs - this.#sinceMs
    if (passedMs < LOOK_MS) return false
    const frames = this.#drawnMs.length + this.#late
    const isLate = this.#late > LATE_SHARE * frames
    const drawnMs = this.#drawnMs.sort((a, b) => a - b)[this.#drawnMs.length >> 1] ?? 0
    const before = this.#level
    if (isLate) this.#lower(nowMs)
    else if (frames) this.#raise(nowMs, drawnMs, passedMs / frames)
    this.#drawnMs = []
    this.#late = 0
    this.#sinceMs = nowMs
    return this.#level !== before
  }

  /** @param {number} nowMs */
  #lower(nowMs) {
    this.#calmSinceMs = nowMs
    if (this.#level < SCALES.length - 1) this.#level++
  }

  /** @param {number} nowMs @param {number} drawnMs @param {number} intervalMs between two frames */
  #raise(nowMs, drawnMs, intervalMs) {
    if (this.#level === 0 || nowMs - this.#calmSinceMs < this.#calmMs) return
    const growth = (SCALES[this.#level - 1] / SCALES[this.#level]) ** 2
    if (drawnMs * growth > SPARE * intervalMs) return
    this.#level--
    this.#calmSinceMs = nowMs
    this.#calmMs = Math.min(2 * this.#calmMs, MOST_CALM_MS)
  }
}
