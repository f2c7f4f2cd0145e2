// @ts-check
/**
 * Which digit is shown before a scheduled start, and when it changes: from server times only, so that it is the same at the
 * same instant in all browsers. Pure.
 */

const DIGITS = 3
const SECOND_MS = 1000

/**
 * @param {number} startMs server time of the start
 * @param {number} nowMs server time
 * @returns {number} 3, 2 or 1; 0 before and after
 */
export function digitAt(startMs, nowMs) {
  const seconds = Math.ceil((startMs - nowMs) / SECOND_MS)
  return seconds >= 1 && seconds <= DIGITS ? seconds : 0
}

/**
 * @param {number} startMs
 * @param {number} nowMs
 * @returns {number | null} ms until the digit changes; null if it does not any more
 */
export function digitChangesInMs(startMs, nowMs) {
  const leftMs = startMs - nowMs
  if (leftMs <= 0) return null
  if (leftMs > DIGITS * SECOND_MS) return leftMs - DIGITS * SECOND_MS
  return leftMs - (Math.ceil(leftMs / SECOND_MS) - 1) * SECOND_MS
}
