// @ts-check
/** Why a medium is not shown, and which change of the room is worth another attempt. Pure. */

import { TAIL_S } from "../sync/planned_start.js"

/**
 * `unsupported`: nothing of it was ever shown. `broken_off`: played up to `atS`. `no_data`: a seek to `atS`
 * failed. `interrupted`: the connection broke, and it is being fetched again.
 * @typedef {{kind: "unsupported" | "broken_off" | "no_data" | "interrupted", atS: number | null}} Failure
 */

/** @param {import("./end_of_data.js").DataEnd} dataEnd @param {boolean} retrying @returns {Failure} */
export function failureOf({ attached, moved, lastS }, retrying) {
  if (retrying) return { kind: "interrupted", atS: lastS }
  if (!attached) return { kind: "unsupported", atS: null }
  return { kind: moved ? "broken_off" : "no_data", atS: lastS ?? 0 }
}

/**
 * Whether the room went to a place that may be good. A room that stands at its start may have loaded the same
 * address once more, which a page without a connection does not hear of.
 * @param {Failure} failure
 * @param {import("../sync/timeline.js").TimelineState} timeline
 */
export function isLifted({ kind, atS }, timeline) {
  if (kind === "interrupted") return false
  const isAtStart = !timeline.is_playing && timeline.current_time === 0
  return isAtStart || (atS !== null && timeline.current_time < atS - TAIL_S)
}
