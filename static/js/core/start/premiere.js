// @ts-check
/** How long until a premiere, and what a change of its time means for members who wait. Pure. */

const SECOND_MS = 1000
const DAY_S = 86_400

/** @typedef {import("../protocol.js").TimelineState | null} Timeline */

/**
 * @param {number} leftMs
 * @returns {{days: number, hours: number, minutes: number, seconds: number}} rounded up, so that it ends at 0
 */
export function timeLeft(leftMs) {
  const seconds = Math.max(0, Math.ceil(leftMs / SECOND_MS))
  return {
    days: Math.floor(seconds / DAY_S),
    hours: Math.floor((seconds % DAY_S) / 3600),
    minutes: Math.floor((seconds % 3600) / 60),
    seconds: seconds % 60,
  }
}

/**
 * Whether members wait for it: it is ahead, and nothing plays.
 * @param {number | null | undefined} premiereAt
 * @param {Timeline} timeline
 * @param {number} nowMs
 */
export function isAwaited(premiereAt, timeline, nowMs) {
  if (!premiereAt || premiereAt <= nowMs) return false
  return !timeline?.is_playing || timeline.timestamp > nowMs
}

/**
 * @param {number | null | undefined} before
 * @param {number | null | undefined} after
 * @param {number} nowMs
 * @returns {"set" | "moved" | "cancelled" | null} null: nothing that members who wait have to know
 */
export function premiereChange(before, after, nowMs) {
  const [was, is] = [before, after].map((at) => (at && at > nowMs ? at : null))
  if (was === is) return null
  if (!is) return before && before > nowMs && !after ? "cancelled" : null
  return was ? "moved" : "set"
}
