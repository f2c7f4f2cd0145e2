// @ts-check
/** Which engine plays here: the three differ in how they keep time. */

const GAP_S = 0.05 // browsers play across gaps as small as this

/** @returns {"chromium" | "firefox" | "webkit"} */
export function engine() {
  const agent = navigator.userAgent
  if (/Firefox\//.test(agent)) return "firefox"
  return /Chrom(e|ium)\//.test(agent) ? "chromium" : "webkit"
}

/** Under what to remember what was learned: another version may behave differently. */
export function version() {
  const found = /(Firefox|Chrom(?:e|ium)|Version)\/(\d+)/.exec(navigator.userAgent)
  return found ? `${engine()}-${found[2]}` : engine()
}

const EDGE_S = 0.1 // ends of ranges are rounded

/** Whether one of the ranges contains the position. @param {TimeRanges} ranges @param {number} positionS */
export function contains(ranges, positionS) {
  for (let i = 0; i < ranges.length; i++) {
    if (ranges.start(i) - EDGE_S <= positionS && positionS <= ranges.end(i) + EDGE_S) return true
  }
  return false
}

/** Seconds buffered from here on. @param {TimeRanges} ranges @param {number} positionS */
export function bufferedAhead(ranges, positionS) {
  for (let i = 0; i < ranges.length; i++) {
    if (ranges.start(i) <= positionS + GAP_S && positionS < ranges.end(i)) return ranges.end(i) - positionS
  }
  return 0
}
