// @ts-check
/** How far a preparation is between two reports: a file that is copied takes a few seconds. */

const LONGEST_S = 2 // without a report for longer, it may stand still
const NEARLY_DONE = 0.99 // only the server says that it is done

/**
 * @param {{state: string, progress: number, left_s?: number | null}} report
 * @param {number} elapsedMs since the report
 */
export function shareAfter({ state, progress, left_s: leftS }, elapsedMs) {
  if (state !== "running" || !leftS) return progress
  const ahead = ((1 - progress) / leftS) * Math.min(Math.max(elapsedMs / 1000, 0), LONGEST_S)
  return Math.max(progress, Math.min(NEARLY_DONE, progress + ahead))
}
