// @ts-check
/**
 * Detects a buffer underrun: the player should move, has no data, and it is not a seek of ours.
 *
 * The position decides. A player whose position moves at its rate, with data buffered ahead, is not stalled,
 * whatever its `readyState` is: in WebKitGTK that stays at 2 after every seek, for good.
 */

import { ownRemainingS } from "./timeline.js"

const NOTICED_MS = 250 // shorter gaps flicker; Jellyfin's 3 s leave the room wondering
const OWN_SEEK_MS = 1000 // a seek of ours may take this long before it counts
const FROZEN_MS = 700 // Firefox and Safari may freeze without a `waiting` event
const READY_AHEAD_S = 3 // resuming with less would stall again at once
const DATA_AHEAD_S = 1 // with this much ahead `readyState` 2 is enough data to move
const END_SLACK_S = 0.25 // the buffered range may end a little before the duration
const MOVED_S = 0.002 // a clock that stands may tremble
const STILL_MS = 150 // Firefox moves its clock in steps of 40 ms
const PACE_MS = 500 // interval over which the speed is judged
const PACE_LEAST = 0.5 // of the rate; less means a device that cannot keep up
const LATE_MS = 3000 // with a second until others read it, five seconds are kept

/** @typedef {import("./timeline.js").ElementState} ElementState */
/** @typedef {"fine" | "began" | "stalled" | "ended"} StallChange */
/**
 * @typedef {Pick<ElementState, "nowMs" | "currentTimeS" | "durationS" | "readyState" | "seeking" | "paused" |
 *   "bufferedAheadS" | "idle" | "rate">} Playback
 */
/** @typedef {Pick<Playback, "currentTimeS" | "durationS" | "bufferedAheadS">} Buffered */

export class StallDetector {
  stalled = false
  beganMs = 0
  /** @type {number | null} */
  starvedSinceMs = null
  lastTimeS = NaN
  movedMs = Infinity
  /** The position moves, with data ahead. */
  flowing = false
  hasMoved = false
  /** Where the measurement of the speed started. @type {{nowMs: number, timeS: number} | null} */
  mark = null
  slow = false

  /** The player was moved or stopped on purpose: start over. A stall that was reported remains one. */
  reset() {
    this.starvedSinceMs = null
    this.lastTimeS = NaN
    this.movedMs = Infinity
    this.flowing = false
    this.hasMoved = false
    this.mark = null
    this.slow = false
  }

  /** @param {Playback} element @returns {StallChange} */
  update(element) {
    this.#trackMotion(element)
    const starved = this.#isStarved(element)
    if (this.stalled) return starved || !(this.flowing || hasEnough(element)) ? "stalled" : this.#end()
    if (!starved) this.starvedSinceMs = null
    else
      this.starvedSinceMs ??= element.readyState < 3 ? Math.min(this.movedMs, element.nowMs) : element.nowMs
    const toleratedMs = element.seeking ? OWN_SEEK_MS : NOTICED_MS
    if (this.starvedSinceMs === null || element.nowMs - this.starvedSinceMs < toleratedMs) return "fine"
    this.stalled = true
    this.beganMs = this.starvedSinceMs
    return "began"
  }

  #end() {
    this.stalled = false
    this.reset()
    return /** @type {StallChange} */ ("ended")
  }

  /** @param {Playback} element */
  #trackMotion(element) {
    const { nowMs, currentTimeS, paused } = element
    const moved = !(Math.abs(currentTimeS - this.lastTimeS) <= MOVED_S)
    const moves = moved && !paused && !Number.isNaN(this.lastTimeS)
    this.hasMoved ||= moves
    if (moved || paused) {
      this.lastTimeS = currentTimeS
      this.movedMs = nowMs
    }
    this.#measureSpeed(element)
    if (paused || element.seeking || this.slow || nowMs - this.movedMs > STILL_MS) this.flowing = false
    else if (moves) this.flowing = hasAhead(element, DATA_AHEAD_S)
  }

  /** @param {Playback} element */
  #measureSpeed({ nowMs, currentTimeS, paused, seeking, rate = 1 }) {
    if (paused || seeking) this.mark = null
    else if (!this.mark) this.mark = { nowMs, timeS: currentTimeS }
    else if (nowMs - this.mark.nowMs >= PACE_MS) {
      this.slow = currentTimeS - this.mark.timeS < (PACE_LEAST * rate * (nowMs - this.mark.nowMs)) / 1000
      this.mark = { nowMs, timeS: currentTimeS }
    }
  }

  /** @param {Playback} element */
  #isStarved(element) {
    if (element.seeking || element.nowMs - this.movedMs > FROZEN_MS) return true
    return !this.moves(element)
  }

  /** Whether the player seems to move, or is about to. @param {Playback} element */
  moves(element) {
    return element.readyState >= 3 || this.flowing || (!this.hasMoved && hasData(element))
  }
}

/** Whether the player can start. @param {Buffered & {readyState: number}} element */
export function hasData(element) {
  return element.readyState >= 3 || (element.readyState === 2 && hasAhead(element, DATA_AHEAD_S))
}

/**
 * Whether the player may resume without stalling again at once. Some browsers load no further while paused;
 * then the amount they are content with has to do.
 * @param {Buffered & {readyState: number, idle?: boolean}} element
 */
export function hasEnough(element) {
  if (element.readyState === 4 || (element.idle && element.readyState >= 2)) return true
  return element.readyState >= 2 && hasAhead(element, READY_AHEAD_S)
}

/** @param {Buffered} element @param {number} aheadS */
function hasAhead(element, aheadS) {
  return element.bufferedAheadS >= Math.min(aheadS, ownRemainingS(element) - END_SLACK_S)
}

/**
 * Why a player is stalled, as the room's event log records it. `decode`: it has the data and does not move.
 * @param {Pick<ElementState, "hidden" | "seeking" | "readyState">} element
 * @returns {"hidden" | "seek" | "network" | "decode"}
 */
export function stallReason({ hidden, seeking, readyState }) {
  if (hidden) return "hidden"
  if (seeking) return "seek"
  return readyState < 3 ? "network" : "decode"
}

/** How long a player has shown nothing new although it should: it loads, seeks or has run out of data. */
export class Standstill {
  #sinceMs = Infinity
  /** It has lasted so long that its viewer and the host should know. */
  late = false

  /**
   * @param {boolean} stands
   * @param {number} nowMs
   * @param {number} sinceMs when it began, as far as that is known
   */
  update(stands, nowMs, sinceMs = nowMs) {
    this.#sinceMs = stands ? Math.min(this.#sinceMs, sinceMs) : Infinity
    this.late = nowMs - this.#sinceMs >= LATE_MS
  }

  /** Time until it is late. @param {number} nowMs */
  leftMs(nowMs) {
    return this.late ? Infinity : this.#sinceMs + LATE_MS - nowMs
  }
}
