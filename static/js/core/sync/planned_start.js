// @ts-check
/**
 * A planned start: be paused at a position ahead of the room, and start when the room gets there, early by
 * the start latency. It replaces a seek, whose duration is unknown, by a start, whose latency has been
 * learned.
 */

import { hasData } from "./stall_detector.js"
import { TAIL_S } from "./timeline.js"

// time to start in, beyond the learned time that placing takes
const MARGIN_MS = { buffered: 250, unbuffered: 1000 }
const GROWTH = 1.6 // of the margin if it was not enough,
const ALLOWANCE = 1.25 // and at least this times the time that getting ready has just taken
// standing still longer, with the data buffered, is worse than starting a little off
const MARGIN_MOST_MS = 4000
const TRIES = 3
const CONTENT_MS = 3000 // after this long start with the data there is: iOS buffers little before it plays
const PUNCTUAL_MS = 0.2
// a start further ahead than this is planned as it is, a nearer one is late already
export const SCHEDULED_MS = 5
// a start later than this is planned again: that takes half a second, slewing would take three
const LATE_MS = 60

/** @typedef {import("./timeline.js").SyncTarget} SyncTarget */
/** @typedef {import("./timeline.js").ElementState} ElementState */

export class PlannedStart {
  /** @param {{positionS: number, atMs: number, nowMs: number, marginMs?: number, tries?: number}} plan */
  constructor({ positionS, atMs, nowMs, marginMs = 0, tries = 0 }) {
    this.positionS = positionS
    this.atMs = atMs
    this.marginMs = marginMs
    this.tries = tries
    this.sinceMs = nowMs
    this.placed = false
    /**
     * The seek to its position, while it is measured.
     * @type {{kind: import("./latency_model.js").SeekKind, sinceMs: number} | null}
     */
    this.placing = null
  }

  /** The room starts in the future. @param {SyncTarget} target @param {ElementState} element */
  static scheduled(target, element) {
    const atMs = target.timeline.timestamp
    return new PlannedStart({ positionS: target.positionAt(atMs), atMs, nowMs: element.nowMs })
  }

  /**
   * The player is ahead and cannot seek back: it starts at its own position when the room gets there.
   * @param {SyncTarget} target
   * @param {ElementState} element
   */
  static here(target, element) {
    const plan = new PlannedStart({
      positionS: element.currentTimeS,
      atMs: target.instantOf(element.currentTimeS),
      nowMs: element.nowMs,
    })
    plan.placed = true
    return plan
  }

  /**
   * The room moves already: meet it ahead, not before `leastMs` from now.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {import("./latency_model.js").LatencyModel} latencyModel
   * @param {number} [leastMs]
   */
  static ahead(target, element, latencyModel, leastMs = 0) {
    const kind = element.buffered(target.positionAt(element.serverMs)) ? "buffered" : "unbuffered"
    const marginMs = Math.max(MARGIN_MS[kind] + latencyModel.placeMs[kind], leastMs)
    return PlannedStart.#after(target, element, marginMs, 0)
  }

  /**
   * This start was missed: the next one allows for the time that this one took.
   * @param {SyncTarget} target
   * @param {ElementState} element
   */
  retry(target, element) {
    const tookMs = element.nowMs - this.sinceMs
    const marginMs = Math.max(GROWTH * this.marginMs, ALLOWANCE * tookMs, MARGIN_MS.buffered)
    return PlannedStart.#after(target, element, Math.min(marginMs, MARGIN_MOST_MS), this.tries + 1)
  }

  /**
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {number} marginMs
   * @param {number} tries
   */
  static #after(target, element, marginMs, tries) {
    const atMs = element.serverMs + marginMs
    return new PlannedStart({
      positionS: target.positionAt(atMs),
      atMs,
      nowMs: element.nowMs,
      marginMs,
      tries,
    })
  }

  /** @param {ElementState} element */
  isReady(element) {
    if (element.seeking) return false
    return hasData(element) || (element.readyState >= 2 && element.nowMs - this.sinceMs > CONTENT_MS)
  }

  /**
   * How long `play()` is overdue; negative while there is time.
   * @param {ElementState} element
   * @param {number} latencyMs
   */
  lateMs(element, latencyMs) {
    return element.serverMs - (this.atMs - latencyMs)
  }

  /**
   * @param {number} lateMs
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @returns {"early" | "now" | "missed"}
   */
  timing(lateMs, target, element) {
    if (lateMs < -PUNCTUAL_MS) return "early"
    const missed = lateMs > LATE_MS && this.tries < TRIES && target.remainingS(element) > TAIL_S
    return missed ? "missed" : "now"
  }
}
