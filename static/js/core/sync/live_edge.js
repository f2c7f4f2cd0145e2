// @ts-check
/**
 * Live streams by programme date time (in DASH, the date at which its positions begin): the encoder's wall clock in the
 * list says when a picture was made, the same for every viewer. All players aim at the same moment before now, so that
 * they are in step without a common position.
 *
 * A player's own position is of no use to others: it begins where the player joined.
 */

import { livePosition } from "./timeline.js"

const BEHIND_LEAST_S = 9 // three segments of three seconds: the last ones are still on their way
const SEGMENTS_BEHIND = 3
const EDGE_S = 1 // the last moment of the list may not be buffered
const LATE_MOST_S = 60 // a list that stands still goes on, or its clock is wrong

/**
 * @typedef {object} LiveSegment
 * @property {number} startS its position in this player
 * @property {number} durationS
 * @property {number | null} dateMs its wall time; null without programme date time
 */
/**
 * @typedef {object} LiveWindow
 * @property {LiveSegment[]} segments not empty
 * @property {number} segmentS the longest segment that the list may have
 */

/**
 * Null if the stream has no programme date time, or if its clock disagrees with the server's so much that the common
 * moment is not in the list. An encoder that was away leaves a jump in the dates and none in the positions: what counts
 * is the segment of the common moment, or the next one if there is none.
 * @param {LiveWindow} list
 * @param {number} serverMs
 * @param {boolean} [followed] the player has followed this stream: a list that is late has only stood still
 * @returns {import("./timeline.js").LiveMapping | null}
 */
export function liveMapping({ segments, segmentS }, serverMs, followed = false) {
  const behindS = Math.max(BEHIND_LEAST_S, SEGMENTS_BEHIND * Math.ceil(segmentS))
  const aimMs = serverMs - behindS * 1000
  const last = segments[segments.length - 1]
  const { startS, dateMs } = segments.find((segment) => endMs(segment) > aimMs) ?? last
  if (dateMs === null) return null
  const zeroS = dateMs / 1000 - startS
  const aimS = livePosition({ zeroS, behindS }, serverMs)
  const latestS = last.startS + last.durationS + (followed ? LATE_MOST_S : -EDGE_S)
  return segments[0].startS <= aimS && aimS <= latestS ? { zeroS, behindS } : null
}

/** @param {LiveSegment} segment */
function endMs({ dateMs, durationS }) {
  return dateMs === null ? -Infinity : dateMs + durationS * 1000
}
