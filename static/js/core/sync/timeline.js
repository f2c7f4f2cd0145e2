// @ts-check
/**
 * Where the room is at an instant, and what that means for one player. The browser's half of the arithmetic
 * that `playback/domain/timeline.py` does on the server; both read `tests/vectors/timeline.json`. A timeline
 * is the protocol's own object; nothing here reads a clock.
 */

/** @typedef {import("../protocol.js").TimelineState} TimelineState */
/**
 * @typedef {Pick<TimelineState, "timestamp" | "current_time" | "is_playing" | "rate" | "duration"> &
 *   {duration_source?: string | null}} Motion
 */

const EXACT = "exact"
const SEAM_MS = 300 // ends differ by this much; a start that is further from the end is another start
const RESUME_S = 1 // a wait starts at the server's position, a message's travel time before it is known here
const END_GUARD_S = 0.25 // browsers differ about the end by tens of ms: never seek into that

export const SLEW_WITHIN_MS = 400 // a player closer than this is corrected by its rate, not restarted
export const TAIL_S = 1.5 // never restart a player for the last moments

/** @param {Motion} timeline */
function velocity(timeline) {
  return timeline.is_playing ? timeline.rate : 0
}

/**
 * Media time in seconds at server time `nowMs`. Before `timestamp` a timeline stands still, so that a start
 * in the future is a scheduled one.
 * @param {Motion} timeline
 * @param {number} nowMs
 */
export function positionAt(timeline, nowMs) {
  const elapsedMs = Math.max(0, nowMs - timeline.timestamp)
  const positionS = timeline.current_time + (velocity(timeline) * elapsedMs) / 1000
  return Math.min(Math.max(positionS, 0), limitOf(timeline))
}

/**
 * The last possible position in seconds. Media may go on past a duration that is an estimate.
 * @param {Pick<Motion, "duration" | "duration_source">} timeline
 */
export function limitOf({ duration, duration_source }) {
  return (duration_source ?? EXACT) === EXACT ? (duration ?? Infinity) : Infinity
}

/**
 * The server time at which a playing timeline reaches `positionS`; infinity if it stands still.
 * @param {Motion} timeline
 * @param {number} positionS
 */
export function instantOf(timeline, positionS) {
  const speed = velocity(timeline)
  return speed === 0 ? Infinity : timeline.timestamp + ((positionS - timeline.current_time) / speed) * 1000
}

const SWITCH_MS = 300 // other media are opened this long before they start, so that they have a picture by then

/**
 * How long the media that play go on before other media are opened, which the room announced before they start.
 * @param {Motion | null} own the timeline that the player follows
 * @param {Motion | null} next
 * @param {number} serverMs
 */
export function untilSwitchMs(own, next, serverMs) {
  if (!own?.is_playing || !next?.is_playing) return 0
  return Math.max(0, next.timestamp - SWITCH_MS - serverMs)
}

/**
 * The timeline for a copy that shows every scene `shiftS` later than the room's media. What is before its beginning is
 * a scheduled start.
 * @param {TimelineState} timeline
 * @param {number} shiftS
 * @returns {TimelineState}
 */
export function shifted(timeline, shiftS) {
  if (!shiftS) return timeline
  const positionS = timeline.current_time + shiftS
  const waitsMs = timeline.is_playing ? (Math.max(0, -positionS) / timeline.rate) * 1000 : 0
  return {
    ...timeline,
    current_time: Math.max(0, positionS),
    timestamp: timeline.timestamp + waitsMs,
    duration: timeline.duration && Math.max(0, timeline.duration + shiftS),
  }
}

/**
 * The timeline in an event. Every change with a revision contains a complete one.
 * @param {import("../protocol.js").Envelope} event
 * @returns {TimelineState}
 */
export function timelineOf(event) {
  const change = /** @type {import("../protocol.js").Change} */ (event.payload)
  return {
    revision: event.revision ?? 0,
    timestamp: event.timestamp,
    current_time: change.current_time,
    is_playing: change.is_playing,
    rate: change.rate,
    phase: change.phase,
    duration: change.duration,
    media: change.media,
    hold: change.hold ?? null,
    duration_source: change.duration_source ?? null,
  }
}

/**
 * How a player's positions in a live stream and the wall clock are related: `zeroS` is the wall time of its position 0,
 * and all players aim `behindS` before now.
 * @typedef {{zeroS: number, behindS: number}} LiveMapping
 */

/** The player's position in a live stream at a moment. @param {LiveMapping} mapping @param {number} serverMs */
export function livePosition({ zeroS, behindS }, serverMs) {
  return serverMs / 1000 - behindS - zeroS
}

// ---------------------------------------------------------------- one player

/**
 * @typedef {object} ElementState The media element and the clocks, read in one task.
 * @property {number} nowMs
 * @property {number} serverMs server time, shifted by the viewer's fine-tuning
 * @property {boolean} locked the clock can be trusted
 * @property {number} clockSteps
 * @property {number} movementMs
 * @property {number} currentTimeS
 * @property {boolean} paused
 * @property {boolean} seeking
 * @property {boolean} ended
 * @property {boolean} muted
 * @property {boolean} hidden
 * @property {number} readyState
 * @property {number} [rate] the element's playback rate
 * @property {number} [playedRate] the rate that a player in a frame reports; it may not take every rate
 * @property {number} [slewWithinMs] closer than this it is corrected by its rate, not restarted
 * @property {number} [placedWithinS] closer than this a paused player is not sought
 * @property {boolean} [idle] the browser loads nothing now: it has buffered enough
 * @property {number} durationS NaN while unknown
 * @property {number} bufferedAheadS
 * @property {(positionS: number) => boolean} buffered
 * @property {(positionS: number) => boolean} [seekable] whether the element claims that it can seek there
 */

/** A timeline as the target of one player: where to be, how far off it is, how much is left. */
export class SyncTarget {
  /**
   * @param {TimelineState} timeline
   * @param {{live: LiveMapping | null}} [media] a live stream's positions follow the wall clock, not the room's position
   */
  constructor(timeline, media = { live: null }) {
    this.timeline = timeline
    this.media = media
  }

  get live() {
    return this.media.live
  }

  get rate() {
    return this.timeline.rate
  }

  /** @param {number} serverMs */
  positionAt(serverMs) {
    return this.live ? livePosition(this.live, serverMs) : positionAt(this.timeline, serverMs)
  }

  /** The server time at which the room plays a position. @param {number} positionS */
  instantOf(positionS) {
    return this.live
      ? (positionS + this.live.zeroS + this.live.behindS) * 1000
      : instantOf(this.timeline, positionS)
  }

  /** Room time; positive if the player is behind. @param {ElementState} element */
  errorMs(element) {
    return (-1000 * this.#aheadS(element)) / this.rate
  }

  /** Media time; positive if the player is ahead. @param {ElementState} element */
  driftMs(element) {
    return 1000 * this.#aheadS(element)
  }

  /** @param {ElementState} element */
  #aheadS(element) {
    return element.currentTimeS - this.positionAt(element.serverMs)
  }

  /** Whether the player is too far off to be corrected by its rate. @param {ElementState} element */
  isFar(element) {
    return Math.abs(this.errorMs(element)) >= (element.slewWithinMs ?? SLEW_WITHIN_MS)
  }

  /** Media between the room's position and the end. @param {ElementState} element */
  remainingS(element) {
    return this.#endS(element) - this.positionAt(element.serverMs)
  }

  /**
   * Where to seek for a position: never quite to the end.
   * @param {ElementState} element
   * @param {number} positionS
   */
  seekPosition(element, positionS) {
    return Math.max(0, Math.min(positionS, this.#endS(element) - END_GUARD_S))
  }

  /** @param {ElementState} element */
  isOver(element) {
    return this.remainingS(element) <= END_GUARD_S
  }

  /**
   * Ends differ between browsers: a player that ends a moment early waits for the room there.
   * @param {ElementState} element
   */
  isAtEnd(element) {
    return this.isOver(element) || (element.ended && this.remainingS(element) < TAIL_S)
  }

  /** @param {ElementState} element */
  #endS({ durationS }) {
    return Math.min(Number.isFinite(durationS) ? durationS : Infinity, limitOf(this.timeline))
  }

  /**
   * Whether this timeline ends just where another starts, as the laps of a loop do. The player then follows
   * it to its end.
   * @param {TimelineState} next
   * @param {number} serverMs
   */
  flowsInto(next, serverMs) {
    const own = this.timeline
    if (!own.is_playing || !next.is_playing || next.rate !== own.rate || next.media?.url !== own.media?.url)
      return false
    if (own.duration === null || next.timestamp <= serverMs || own.timestamp > serverMs) return false
    return Math.abs(instantOf(own, own.duration) - next.timestamp) <= SEAM_MS
  }

  /**
   * Whether the room only starts or stops waiting for its players, at its present position.
   * @param {TimelineState} next
   * @param {number} serverMs
   */
  waitsOrResumes(next, serverMs) {
    const own = this.timeline
    if (own.phase !== "holding" && next.phase !== "holding") return false
    return (
      own.media?.url === next.media?.url &&
      Math.abs(positionAt(own, serverMs) - positionAt(next, serverMs)) < RESUME_S
    )
  }

  /**
   * Whether another timeline describes the same motion, so that nothing has to be done.
   * @param {TimelineState} other
   * @param {number} serverMs
   */
  isSameMotion(other, serverMs) {
    const own = this.timeline
    if (own.is_playing !== other.is_playing || own.rate !== other.rate || own.phase !== other.phase)
      return false
    if (own.media?.url !== other.media?.url) return false
    return [serverMs, serverMs + 1000].every(
      (ms) => Math.abs(positionAt(own, ms) - positionAt(other, ms)) < 1e-3,
    )
  }
}

/**
 * Media between the player's own position and its end; infinity while the duration is unknown.
 * @param {Pick<ElementState, "currentTimeS" | "durationS">} element
 */
export function ownRemainingS({ currentTimeS, durationS }) {
  return Number.isFinite(durationS) ? durationS - currentTimeS : Infinity
}
