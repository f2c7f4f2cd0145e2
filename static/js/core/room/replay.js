// @ts-check
/**
 * An evening played again: its stretches one after another, without what was between them. Pure.
 *
 * `playback/domain/evening/replay.py` finds the moments of comments; `tests/vectors/replay.json` tests both.
 */

/** @typedef {{media: number, at: number, lasts: number, position: number, rate: number}} Stretch */

/** @param {Stretch[]} stretches @returns {number} seconds */
export function lengthOf(stretches) {
  const last = stretches.at(-1)
  return last ? last.at + last.lasts : 0
}

/**
 * What a replay shows at a time: the index of the stretch, and the position in its media.
 * @param {Stretch[]} stretches in order, not empty
 * @param {number} atS
 */
export function placeAt(stretches, atS) {
  const clampedS = Math.min(Math.max(atS, 0), lengthOf(stretches))
  let low = 0
  for (let high = stretches.length; high - low > 1;) {
    const middle = (low + high) >> 1
    if (stretches[middle].at <= clampedS) low = middle
    else high = middle
  }
  const { at, position, rate } = stretches[low]
  return { index: low, positionS: position + rate * (clampedS - at) }
}

/**
 * The time of the replay at which a stretch is at a position of its media.
 * @param {Stretch} stretch
 * @param {number} positionS
 */
export function momentOf({ at, lasts, position, rate }, positionS) {
  return at + Math.min(Math.max((positionS - position) / rate, 0), lasts)
}

/**
 * How many of the items, which are in order, are due by then.
 * @param {{at: number}[]} items
 * @param {number} atS
 */
export function dueBy(items, atS) {
  let count = 0
  while (count < items.length && items[count].at <= atS) count++
  return count
}
