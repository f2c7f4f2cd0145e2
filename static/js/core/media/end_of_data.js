// @ts-check
/**
 * Where the data of media ends: before the end that the room knows, at its natural end, or well before the
 * length that its file claims. Causes are a transfer that broke off or a wrong header.
 */

import { TAIL_S } from "../sync/timeline.js"

/** @typedef {import("../sync/timeline.js").SyncTarget} SyncTarget */
/** @typedef {import("../sync/timeline.js").ElementState} ElementState */

const BETWEEN_UPDATES_S = 0.5 // the player may have moved for this long since the last update

/**
 * Where the data of the loaded media ends. At such an end the element reports `ended` and sets its position
 * to its duration, so that the true position is known only from the updates before.
 */
export class EndOfData {
  /** @type {number | null} */
  endS = null
  /** The player played up to the end; otherwise a seek to there found no data. */
  played = false
  ended = false
  attached = false
  /** The last position before the end. @type {number | null} */
  lastS = null
  lastMs = -Infinity
  moved = false

  /** Other media was loaded. */
  reset() {
    this.endS = null
    this.played = false
    this.attached = false
    this.sought(null)
  }

  /** A seek was requested: earlier motion says nothing about the position. @param {number | null} toS */
  sought(toS) {
    this.ended = false
    this.lastS = toS
    this.lastMs = -Infinity
    this.moved = false
  }

  /**
   * @param {Pick<ElementState, "nowMs" | "currentTimeS" | "paused" | "ended" | "seeking" | "readyState">}
   *   element
   */
  update(element) {
    this.attached ||= element.readyState >= 1
    const ended = element.ended && !element.seeking
    if (ended && !this.ended) this.#recordEnd(element)
    this.ended = ended
    if (element.ended || element.seeking || element.readyState < 1) return
    if (!element.paused) this.moved ||= this.lastS !== null && element.currentTimeS > this.lastS
    this.lastS = element.currentTimeS
    this.lastMs = element.nowMs
  }

  /** @param {Pick<ElementState, "nowMs" | "currentTimeS">} element */
  #recordEnd(element) {
    const passedS = Math.max(0, (element.nowMs - this.lastMs) / 1000)
    const sinceS = Math.min(passedS, this.moved ? BETWEEN_UPDATES_S : 0)
    this.endS = Math.min((this.lastS ?? 0) + sinceS, element.currentTimeS)
    this.played = this.moved
  }

  /**
   * Whether the player is at an end that is not the room's, and the room is not before it.
   * @param {SyncTarget} target
   * @param {ElementState} element
   */
  brokeOff(target, element) {
    if (!element.ended || this.endS === null) return false
    if (!(this.#durationS(target, element) - this.endS > TAIL_S)) return false
    return target.positionAt(element.serverMs) > this.endS - TAIL_S
  }

  /**
   * The room's duration comes from its players, a moment later. A position beyond it that the element claims
   * to have is no end.
   * @param {SyncTarget} target
   * @param {ElementState} element
   */
  #durationS({ timeline }, { durationS }) {
    const roomS = timeline.duration ?? durationS
    return !this.played && durationS > roomS ? durationS : roomS
  }
}

const IN_STEP_S = 2 // further off, this player's positions may not be those of others
const JUMP_S = 0.5
const FASTEST = 4

/**
 * Where the data ended for a player that moved in step with the room: the best known duration of the media.
 * Some elements set their position to the duration that their file claims; then the last position before
 * counts.
 */
export class NaturalEnd {
  /** Null if the player has not ended, or not by itself. @type {number | null} */
  endS = null
  wasEnded = false

  /**
   * Call this after `endOfData.update`.
   * @param {ElementState} element
   * @param {SyncTarget | null} target
   * @param {EndOfData} endOfData
   * @returns {boolean} whether the player has just ended, in step
   */
  update(element, target, endOfData) {
    const ended = endOfData.ended // also false after a seek, which the element may not have begun
    const begins = ended && !this.wasEnded
    this.wasEnded = ended
    if (!ended) this.endS = null
    else if (begins) this.endS = this.#endS(element, target, endOfData)
    return begins && this.endS !== null
  }

  /** @param {ElementState} element @param {SyncTarget | null} target @param {EndOfData} endOfData */
  #endS(element, target, { moved, lastS, lastMs }) {
    if (!moved || lastS === null || !target?.timeline.is_playing) return null
    const sinceS = (element.nowMs - lastMs) / 1000
    const jumped = element.currentTimeS > lastS + FASTEST * sinceS + JUMP_S
    const endS = jumped ? lastS + Math.min(sinceS, JUMP_S) : element.currentTimeS
    return Math.abs(endS - target.positionAt(element.serverMs)) <= IN_STEP_S ? endS : null
  }
}

const SHORT_S = 2
const SHORT_SHARE = 0.02
const ENDED = "ended" // source of the room's duration: players reached the end of the data there
const TAGS = "tags" // source of the room's duration: the library read it from the file

/** @typedef {{endS: number, claimedS: number}} Truncation */

/**
 * Whether data ends well before the claimed duration.
 * @param {number} endS
 * @param {number | null} claimedS
 */
export function isTruncated(endS, claimedS) {
  if (claimedS === null || !Number.isFinite(claimedS)) return false
  return claimedS - endS > Math.max(SHORT_S, SHORT_SHARE * claimedS)
}

/**
 * Detects that a file's data ends well before its claimed duration.
 *
 * Chromium keeps the header's duration as the element's at such an end, and the room learns the true one. For
 * an MP3 without a header the element's duration is a guess; the library counts frames, so its duration is
 * preferred.
 */
export class TruncationDetector {
  /** @type {string | null} */
  url = null
  /** @type {number | null} */
  libraryS = null

  /**
   * @param {Pick<import("../sync/timeline.js").TimelineState, "media" | "duration" | "duration_source"> |
   *   null} timeline
   * @param {number | null} durationS of the element; NaN or null while unknown
   * @returns {Truncation | null}
   */
  update(timeline, durationS) {
    const url = timeline?.media?.url ?? null
    if (url !== this.url) this.libraryS = null
    this.url = url
    if (!timeline || url === null) return null
    const { duration, duration_source } = timeline
    if (duration_source === TAGS) this.libraryS = duration
    const claimedS = this.libraryS ?? durationS
    if (duration_source !== ENDED || duration === null || claimedS === null) return null
    return isTruncated(duration, claimedS) ? { endS: duration, claimedS } : null
  }
}
