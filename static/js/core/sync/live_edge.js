// @ts-check
/**
 * Live streams by programme date time: the encoder's wall clock in the list says when a picture was made, the same for
 * every viewer. All players aim at the same moment before now, so that they are in step without a common position.
 *
 * A player's own position is of no use to others: it begins where the player joined.
 */

import { livePosition } from "./timeline.js"

const BEHIND_LEAST_S = 9 // three segments of three seconds: the last ones are still on their way
const SEGMENTS_BEHIND = 3
const EDGE_S = 1 // the last moment of the list may not be buffered

/**
 * @typedef {object} LiveWindow
 * @property {number} startS position of the list's first segment in this player
 * @property {number} endS
 * @property {number} segmentS the longest segment of the list
 * @property {number | null} dateMs wall time of the list's first segment; null without programme date time
 */

/**
 * Null if the stream has no programme date time, or if its clock disagrees with the server's so much that the common
 * moment is not in the list.
 * @param {LiveWindow} list
 * @param {number} serverMs
 * @returns {import("./timeline.js").LiveMapping | null}
 */
export function liveMapping({ startS, endS, segmentS, dateMs }, serverMs) {
  if (dateMs === null) return null
  const zeroS = dateMs / 1000 - startS
  const behindS = Math.max(BEHIND_LEAST_S, SEGMENTS_BEHIND * Math.ceil(segmentS))
  const aimS = livePosition({ zeroS, behindS }, serverMs)
  return startS <= aimS && aimS <= endS - EDGE_S ? { zeroS, behindS } : null
}
