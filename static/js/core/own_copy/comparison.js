// @ts-check
/** Whether a viewer's own file is the room's media. A different file is a warning, never a refusal. */

/** Two copies of a film that were made differently have durations within this. */
const SAME_DURATION_S = 2.5

/** @typedef {{size?: number | null, sha256?: string | null, duration?: number | null}} Copy */
/**
 * `similar`: probably the same film, another copy. `unknown`: one of the durations is not known.
 * @typedef {"same" | "similar" | "different" | "unknown"} Likeness
 */

/** @param {Copy} own @param {Copy} room @returns {Likeness} */
export function compareCopies(own, room) {
  if (isKnown(own) && own.sha256 === room.sha256 && own.size === room.size) return "same"
  if (!isDuration(own.duration) || !isDuration(room.duration)) return "unknown"
  return Math.abs(own.duration - room.duration) <= SAME_DURATION_S ? "similar" : "different"
}

/** @param {Copy} copy */
function isKnown({ size, sha256 }) {
  return typeof size === "number" && typeof sha256 === "string"
}

/** Streams and damaged files have none. @param {unknown} seconds @returns {seconds is number} */
function isDuration(seconds) {
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0
}
