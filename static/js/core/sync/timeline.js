// @ts-check
/**
 * Where the room is at an instant: the browser's half of the arithmetic that `playback/domain/timeline.py`
 * does on the server. Both read `tests/vectors/timeline.json`. A timeline is the wire's own object; nothing
 * here reads a clock.
 */

/** @typedef {import("../protocol.js").TimelineState} TimelineState */
/**
 * @typedef {Pick<TimelineState, "timestamp" | "current_time" | "is_playing" | "rate" | "duration"> &
 *   {duration_source?: string | null}} Motion
 */

const EXACT = "exact"

/** The phases in which a medium moves; in all others the room stands still. */
export const PLAYING = "playing"

/** @param {Motion} timeline */
export function velocity(timeline) {
  return timeline.is_playing ? timeline.rate : 0
}

/**
 * Media time in seconds at server time `nowMs`. Before `timestamp` a timeline stands still, which is what
 * makes a start that lies ahead a scheduled one.
 * @param {Motion} timeline
 * @param {number} nowMs
 */
export function positionAt(timeline, nowMs) {
  const elapsedMs = Math.max(0, nowMs - timeline.timestamp)
  const positionS = timeline.current_time + (velocity(timeline) * elapsedMs) / 1000
  return Math.min(Math.max(positionS, 0), limitOf(timeline))
}

/**
 * The last position there can be, in seconds. A medium may go on past a length that is an estimate.
 * @param {Pick<Motion, "duration" | "duration_source">} timeline
 */
export function limitOf({ duration, duration_source }) {
  return (duration_source ?? EXACT) === EXACT ? (duration ?? Infinity) : Infinity
}

/**
 * The server time at which a playing timeline reaches `positionS`; never, for one that stands still.
 * @param {Motion} timeline
 * @param {number} positionS
 */
export function instantOf(timeline, positionS) {
  const speed = velocity(timeline)
  return speed === 0 ? Infinity : timeline.timestamp + ((positionS - timeline.current_time) / speed) * 1000
}

/**
 * The timeline that an event carries. Every change that takes a revision carries a whole one.
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
