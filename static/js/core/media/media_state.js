// @ts-check
/**
 * The state of the loaded media: where the player can seek to, where the data ends, why it failed, and whether
 * the player can be aligned with the room.
 */

import { PlannedStart } from "../sync/planned_start.js"
import { SLEW_WITHIN_MS, TAIL_S } from "../sync/timeline.js"
import { EndOfData } from "./end_of_data.js"
import { SeekBudget } from "./seek_budget.js"

const RELOAD_MS = 5000 // failed media is not loaded more often because the room moved

/** @typedef {import("../sync/timeline.js").TimelineState} TimelineState */
/** @typedef {import("../sync/timeline.js").SyncTarget} SyncTarget */
/** @typedef {import("../sync/timeline.js").ElementState} ElementState */
/** @typedef {import("../sync/sync_controller.js").Effect} Effect */
/** @typedef {import("./seek_budget.js").Refusal} Refusal */
/**
 * What the player of a stream says about its failure, `forControl` to those who can choose other media. `ownCopy`: the
 * viewer may choose a file of their own instead. `returns`: it is opened again when its server is back. `fault`: the
 * cause, for the host's page.
 * @typedef {{title: string, text: string, forControl?: string, codec?: string | null, ownCopy?: boolean,
 *   returns?: boolean, fault?: string}} Message
 */
/**
 * `unsupported`: nothing of it was ever shown. `broken_off`: played up to `atS`. `no_data`: a seek to `atS`
 * failed. `interrupted`: the connection broke, and it is being loaded again.
 * @typedef {{kind: "unsupported" | "broken_off" | "no_data" | "interrupted", atS: number | null, message?: Message |
 *   null}} Failure
 */

export class MediaState {
  seeks = new SeekBudget()
  endOfData = new EndOfData()
  unaligned = new Unaligned()
  tracks = new TrackCheck()
  /** @type {Failure | null} */
  failure = null
  reloadedMs = -Infinity
  wantsReload = false
  /** Nothing is loaded until the viewer agrees. */
  asking = false
  /** Where a live stream is; null for other media. @type {import("../sync/timeline.js").LiveMapping | null} */
  live = null

  /**
   * The element starts to load. Knowledge of the media stays valid if it is loaded again.
   * @param {boolean} again
   */
  loadStarted(again) {
    this.failure = null
    this.wantsReload = false
    this.live = null
    this.asking = false
    if (again) return this.seeks.reopened()
    this.seeks.reset()
    this.endOfData.reset()
    this.tracks.reset()
    this.unaligned.leave()
  }

  /**
   * The element failed.
   * @param {ElementState} element
   * @param {boolean} retrying it will be loaded again
   * @param {Message | null} message
   */
  failed(element, retrying, message) {
    this.endOfData.update(element)
    this.failure = { ...failureOf(this.endOfData, retrying), message }
    this.seeks.pending = null
  }

  /** The media are a live stream. @param {import("../sync/timeline.js").LiveMapping | null} mapping */
  wentLive(mapping) {
    this.live = mapping
    this.seeks.stream = mapping === null
    this.seeks.live = true
  }

  /** The browser does not know the format. */
  unsupported() {
    this.failure ??= { kind: "unsupported", atS: null }
  }

  /** The room's motion changed. @param {TimelineState | null} timeline */
  roomMoved(timeline) {
    this.seeks.renew()
    this.#reconsiderFailure(timeline)
  }

  /** The room waits for its players, or resumes at the same position. @param {TimelineState} timeline */
  roomWaited(timeline) {
    this.seeks.roomWaited()
    this.#reconsiderFailure(timeline)
  }

  /** @param {TimelineState | null} timeline */
  #reconsiderFailure(timeline) {
    this.wantsReload ||= timeline !== null && this.failure !== null && isWorthReload(this.failure, timeline)
  }

  /** Whether failed media has to be loaded again now. @param {number} nowMs */
  takeReload(nowMs) {
    const due = this.wantsReload && nowMs - this.reloadedMs >= RELOAD_MS
    this.wantsReload = false
    if (due) this.reloadedMs = nowMs
    return due
  }

  /**
   * All seeks of the player go through here.
   * @param {ElementState} element
   * @param {number} toS
   * @param {Effect[]} effects
   */
  seek(element, toS, effects) {
    effects.push({ do: "seek", toS })
    this.seeks.seekRequested(element, toS)
    this.endOfData.sought(toS)
  }

  /**
   * Returns `astray` if the pending seek led elsewhere. A seek that hangs is taken back.
   * @param {ElementState} element
   * @param {Effect[]} effects
   * @returns {"astray" | null}
   */
  update(element, effects) {
    this.endOfData.update(element)
    const fromS = this.seeks.pending?.fromS ?? 0
    const result = this.seeks.update(element)
    if (result === "hangs") this.seek(element, fromS, effects)
    return result === "astray" || result === "hangs" ? "astray" : null
  }
}

// ---------------------------------------------------------------- failures

/** @param {EndOfData} endOfData @param {boolean} retrying @returns {Failure} */
function failureOf({ attached, moved, lastS }, retrying) {
  if (retrying) return { kind: "interrupted", atS: lastS }
  if (!attached) return { kind: "unsupported", atS: null }
  return { kind: moved ? "broken_off" : "no_data", atS: lastS ?? 0 }
}

/**
 * Whether the room moved to a position that may be good. A room that stands at its start may have loaded the
 * same address again, an event that a page without a connection misses.
 * @param {Failure} failure
 * @param {TimelineState} timeline
 */
function isWorthReload({ kind, atS }, timeline) {
  if (kind === "interrupted") return false
  const isAtStart = !timeline.is_playing && timeline.current_time === 0
  return isAtStart || (atS !== null && timeline.current_time < atS - TAIL_S)
}

const MISSING_AFTER_S = 2 // by then some of each track was decoded
const READY_MS = 1000 // a player that stands ready has decoded the beginning of each track

/**
 * `audioBytes` is counted by Chromium and WebKit, `hasAudio` is Firefox's, `audioTracks` WebKit's.
 * @typedef {{audioBytes?: number, hasAudio?: boolean, audioTracks?: number, pictureWidth: number, frames?: number}}
 *   Decoded
 */
/** @typedef {{sound: boolean | null, picture: boolean | null}} ExpectedTracks null: not known */

/**
 * Which track is not played. A browser that does not know the format of one track plays the other and reports
 * nothing; a film without sound looks the same from here, unless its source says what it has.
 * @param {Decoded & {isFilm: boolean, playedS: number, expected: ExpectedTracks}} playback
 * @returns {"sound" | "picture" | null}
 */
export function missingTrack({ isFilm, playedS, expected, ...decoded }) {
  if (playedS < MISSING_AFTER_S) return null
  const { audioBytes, hasAudio, audioTracks, pictureWidth, frames } = decoded
  const isSilent = (audioBytes === 0 && !audioTracks) || hasAudio === false
  if (isSilent && (expected.sound ?? isFilm)) return "sound"
  const isBlack = pictureWidth === 0 || frames === 0
  return isBlack && (expected.picture ?? isFilm) ? "picture" : null
}

/**
 * Checks that there is sound and a picture, before a start, so that the host knows in time, and after it; finds a
 * missing track once for each source.
 */
export class TrackCheck {
  /** Where the media first played; Infinity after a track was found missing. @type {number | null} */
  #firstS = null
  #readyMs = Infinity

  reset() {
    this.#firstS = null
    this.#readyMs = Infinity
  }

  /**
   * @param {ElementState} element
   * @param {Decoded & {isFilm: boolean, expected: ExpectedTracks}} playback
   * @returns {"sound" | "picture" | null}
   */
  update(element, playback) {
    if (this.#firstS === Infinity || element.seeking || element.readyState < 3) return null
    const track = element.paused ? this.#standing(element, playback) : this.#playing(element, playback)
    if (track) this.#firstS = Infinity
    return track
  }

  /** @param {ElementState} element @param {Omit<Parameters<typeof missingTrack>[0], "playedS">} playback */
  #playing(element, playback) {
    this.#firstS ??= element.currentTimeS
    return missingTrack({ ...playback, playedS: element.currentTimeS - this.#firstS })
  }

  /**
   * A hidden tab may decode later, and not every browser counts the first picture.
   * @param {ElementState} element
   * @param {Omit<Parameters<typeof missingTrack>[0], "playedS">} playback
   */
  #standing({ nowMs, readyState, hidden }, playback) {
    if (readyState < 4 || hidden) return null
    this.#readyMs = Math.min(this.#readyMs, nowMs)
    if (nowMs - this.#readyMs < READY_MS) return null
    return missingTrack({ ...playback, frames: undefined, playedS: Infinity })
  }
}

// ---------------------------------------------------------------- players that cannot seek to the room

const IDLE_MS = 250
const WAIT_MOST_S = 30 // standing still for longer is worse than being elsewhere
const LASTING_MS = 1000 // shorter ones are over before the message is read

/**
 * A player that cannot seek to the room's position: it plays on, or waits where it is until the room arrives.
 */
class Unaligned {
  /** @type {Refusal | null} */
  reason = null
  sinceMs = Infinity

  /** @param {Refusal} reason @param {number} nowMs */
  enter(reason, nowMs) {
    this.sinceMs = Math.min(this.sinceMs, nowMs)
    this.reason = reason
  }

  leave() {
    this.reason = null
    this.sinceMs = Infinity
  }

  /** The reason, once it has lasted long enough to be worth a message. @param {number} nowMs */
  lastingReason(nowMs) {
    return nowMs - this.sinceMs >= LASTING_MS ? this.reason : null
  }

  /**
   * A planned start at the position of a paused player that is ahead of the room, when the room arrives soon.
   * @param {SyncTarget} target
   * @param {ElementState} element
   */
  meetingPoint(target, element) {
    return this.#waitsForRoom(target, element) && element.paused ? PlannedStart.here(target, element) : null
  }

  /** @param {SyncTarget} target @param {ElementState} element */
  #waitsForRoom(target, element) {
    const aheadMs = -target.errorMs(element)
    return this.reason !== "stream" && aheadMs >= SLEW_WITHIN_MS && aheadMs <= WAIT_MOST_S * 1000
  }

  /**
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {Effect[]} effects
   * @returns {{state: "ready" | "loading" | "playing" | "ended", askInMs: number}}
   */
  update(target, element, effects) {
    effects.push({ do: "rate", rate: target.rate, preservesPitch: target.rate !== 1 })
    if (this.#waitsForRoom(target, element)) {
      effects.push({ do: "pause" })
      return { state: "ready", askInMs: 0 }
    }
    const untilMs = target.timeline.timestamp - element.serverMs
    if (untilMs > 0 && element.paused) return { state: "ready", askInMs: Math.min(untilMs, IDLE_MS) }
    if (element.ended) return { state: "ended", askInMs: IDLE_MS }
    if (element.paused) effects.push({ do: "play" })
    return { state: element.readyState < 3 ? "loading" : "playing", askInMs: IDLE_MS }
  }
}
