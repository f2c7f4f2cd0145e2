// @ts-check
/**
 * Which of the media element's events are our own doing. What we do is entered before we do it; an event that matches
 * no entry is somebody else's (the browser hiding a tab, a headset's button, an extension). By identity, never by a
 * span of time: within any such span a real act of somebody else is lost, and after it a late event of ours becomes a
 * stranger's.
 */

const CLEAN_UP_MS = 5000 // entries whose event never came; it decides nothing else
const NEAR_S = 0.021 // half a frame at 24 fps; Chromium gives back what was written, others round
const NEAR_RATE = 1e-3

/** @typedef {"play" | "pause" | "seeked" | "ratechange"} MediaEvent */
/** @typedef {{type: MediaEvent, want: number | null, deadlineMs: number}} Entry */

export class Ledger {
  constructor() {
    /** @type {Entry[]} */
    this.entries = []
    /** Rates are told apart by their value alone: two writes in one task fire two events that both see the second. */
    this.rate = 1
  }

  /**
   * We are about to do something that will cause this event. A newer seek replaces an older one: only one `seeked`
   * arrives for both.
   * @param {MediaEvent} type @param {number} nowMs @param {number | null} [want] where or how fast
   */
  expect(type, nowMs, want = null) {
    if (type === "ratechange") return void (this.rate = want ?? 1)
    this.entries = this.entries.filter((entry) => entry.deadlineMs > nowMs && !(type === "seeked" && entry.type === type))
    this.entries.push({ type, want, deadlineMs: nowMs + CLEAN_UP_MS })
  }

  /**
   * An event came: was it ours? Older entries of the same type go with it; the browser may fire once for both.
   * @param {MediaEvent} type @param {number} value current time or rate, where that tells
   */
  claim(type, value) {
    if (type === "ratechange") return Math.abs(value - this.rate) <= NEAR_RATE
    const at = this.entries.findIndex((entry) => entry.type === type && near(entry, value))
    if (at < 0) return false
    this.entries = this.entries.filter((entry, i) => i > at || entry.type !== type)
    return true
  }

  /** A new source: events of the old one never come. */
  clear() {
    this.entries = []
  }
}

/** @param {Entry} entry @param {number} value */
function near({ want }, value) {
  return want === null || Math.abs(value - want) <= NEAR_S
}
