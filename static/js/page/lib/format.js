// @ts-check
/** Times as people read them: pure. */

/**
 * 754 is 12:34, 7082 is 1:58:02.
 * @param {number | null | undefined} seconds
 */
export function clockTime(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–:––"
  const whole = Math.max(0, Math.floor(seconds))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0")
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/**
 * How far off, without its sign: 3 ms, 420 ms, 1.4 s.
 * @param {number} ms
 */
export function distance(ms) {
  const size = Math.abs(ms)
  if (size < 999.5) return `${Math.round(size)} ms`
  return size < 99_500 ? `${(size / 1000).toFixed(size < 9950 ? 1 : 0)} s` : clockTime(size / 1000)
}

/**
 * With its sign, for a setting: +120 ms, 0 ms.
 * @param {number} ms
 */
export function signed(ms) {
  return ms === 0 ? "0 ms" : `${ms > 0 ? "+" : "−"}${distance(ms)}`
}
