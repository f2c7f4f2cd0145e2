// @ts-check
/**
 * Which of the media element's events are our own doing. What we do is entered before we do it; an event that
 * matches no entry is somebody else's (the browser hiding a tab, a headset's button, an extension). By
 * identity, never by a span of time: within any such span a real act of somebody else is lost, and after it a
 * late event of ours becomes a stranger's.
 *
 * Plays and pauses are told apart by count: each that changes something fires once. Places and rates are told
 * apart by value, because two writes in one task fire two events that both see the second, and two seeks may
 * fire one. A stranger who wants what we want is none.
 */

const NEAR_S = 0.021 // half a frame at 24 fps; Chromium gives back what was written, others round
const NEAR_RATE = 1e-3

/** @typedef {"play" | "pause" | "seeked" | "ratechange"} MediaEvent */

export class Ledger {
  constructor() {
    this.clear()
  }

  /** A new source: events of the old one never come. */
  clear() {
    this.expected = { play: 0, pause: 0 }
    /** @type {number | null} */
    this.place = null
    this.rate = 1
  }

  /**
   * We are about to do something that will cause this event.
   * @param {MediaEvent} type @param {number} [value] where to, or how fast
   */
  expect(type, value = 0) {
    if (type === "seeked") this.place = value
    else if (type === "ratechange") this.rate = value
    else this.expected[type] += 1
  }

  /** It was refused: no event will come. @param {"play" | "pause"} type */
  withdraw(type) {
    this.expected[type] = Math.max(0, this.expected[type] - 1)
  }

  /**
   * An event came: was it ours? Ask about places only while the element stands; where it moves, steering sees
   * to them.
   * @param {MediaEvent} type
   * @param {number} value the element's current time or rate
   */
  claim(type, value) {
    if (type === "seeked") return this.place !== null && Math.abs(value - this.place) <= NEAR_S
    if (type === "ratechange") return Math.abs(value - this.rate) <= NEAR_RATE
    if (this.expected[type] === 0) return false
    this.expected[type] -= 1
    return true
  }
}
