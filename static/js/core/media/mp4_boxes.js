// @ts-check
/** Finds the boxes of an MP4 that describe its tracks and samples. */

const CONTAINERS = ["moov", "trak", "mdia", "mvex", "moof", "traf"]
const MOST_BOXES = 10_000

/** `at` and `end` are those of a box's content. @typedef {{type: string, at: number, end: number, inside: Box[]}} Box */

/** All boxes of a type, at any depth. @param {Box[]} boxes @param {string} type @returns {Box[]} */
export function each(boxes, type) {
  return boxes.flatMap((box) => [...(box.type === type ? [box] : []), ...each(box.inside, type)])
}

/** @param {Uint8Array} bytes @param {DataView} view @returns {Box[]} */
export function boxesOf(bytes, view, from = 0, to = bytes.length, depth = 0) {
  /** @type {Box[]} */
  const boxes = []
  let at = from
  while (at + 8 <= to && boxes.length < MOST_BOXES) {
    const size = view.getUint32(at) || to - at
    if (size < 8 || at + size > to) break // 64-bit sizes and cut boxes: nothing behind them is changed
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    const end = at + size
    const contains = CONTAINERS.includes(type) && depth < CONTAINERS.length
    boxes.push({
      type,
      at: at + 8,
      end,
      inside: contains ? boxesOf(bytes, view, at + 8, end, depth + 1) : [],
    })
    at = end
  }
  return boxes
}
