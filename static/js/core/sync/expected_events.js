// @ts-check
/**
 * Which events of the media element are caused by the page itself, and what others do to the element:
 * browsers refuse to play and pause hidden tabs, headsets and extensions press its buttons. None of that is
 * ever the room's doing, and none of it becomes a command.
 */

const NEAR_S = 0.021 // half a frame at 24 fps; Chromium returns the position that was set, others round it
const NEAR_RATE = 1e-3

/** @typedef {"play" | "pause" | "seeked" | "ratechange"} MediaEvent */
/** @typedef {import("./timeline.js").ElementState} ElementState */

/**
 * The page registers each action before it takes it; an event without a registered action has another cause.
 * By identity, never by a span of time: within any such span a foreign action would be missed, and after it a
 * late event of the page's own would be taken for a foreign one.
 *
 * Plays and pauses are matched by count: each that changes something fires once. Positions and rates are
 * matched by value, because two writes in one task fire two events that both see the second value, and two
 * seeks may fire one. A foreign action with the same result is ignored.
 */
export class ExpectedEvents {
  expected = { play: 0, pause: 0 }
  /** @type {number | null} */
  positionS = null
  rate = 1

  /** A new source is set: events of the old one never come. */
  clear() {
    this.expected = { play: 0, pause: 0 }
    this.positionS = null
    this.rate = 1
  }

  /**
   * The page is about to take an action that causes this event.
   * @param {MediaEvent} type
   * @param {number} [value] the position or the rate
   */
  expect(type, value = 0) {
    if (type === "seeked") this.positionS = value
    else if (type === "ratechange") this.rate = value
    else this.expected[type] += 1
  }

  /** The action was refused: no event will come. @param {"play" | "pause"} type */
  withdraw(type) {
    this.expected[type] = Math.max(0, this.expected[type] - 1)
  }

  /**
   * An event came: return whether the page caused it. Only call this for positions while the element is
   * paused; while it moves, the drift control corrects them.
   * @param {MediaEvent} type
   * @param {number} value the element's current time or rate
   */
  claim(type, value) {
    if (type === "seeked") return this.positionS !== null && Math.abs(value - this.positionS) <= NEAR_S
    if (type === "ratechange") return Math.abs(value - this.rate) <= NEAR_RATE
    if (this.expected[type] === 0) return false
    this.expected[type] -= 1
    return true
  }
}

const RESUME_MS = 1000 // after a foreign pause, play again, but not at once
const AGAIN_MS = 10000 // twice within this it is meant (headphones unplugged): wait for a user gesture

/** What keeps the player from playing although the room plays. */
export class Interference {
  /** Only a user gesture helps. */
  blocked = false
  mutedByUs = false
  /** The browser paused the hidden tab; it is over when the tab is visible. */
  suspended = false
  pausedMs = -Infinity
  notBeforeMs = -Infinity

  /** A gesture of the viewer: whatever was in the way, try again. */
  reset() {
    this.blocked = false
    this.suspended = false
    this.notBeforeMs = -Infinity
  }

  /** The element was paused by others. @param {ElementState} element */
  paused(element) {
    if (element.hidden) return void (this.suspended = true)
    this.blocked = element.nowMs - this.pausedMs < AGAIN_MS
    this.pausedMs = element.nowMs
    this.notBeforeMs = element.nowMs + RESUME_MS
  }

  /** `play()` was refused. @param {string} name of the DOMException @param {ElementState} element */
  playRefused(name, element) {
    if (name === "NotAllowedError" && !element.muted && !this.mutedByUs) this.mutedByUs = true
    else this.blocked = true
  }
}
