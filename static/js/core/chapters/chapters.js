// @ts-check
/** Chapters of a film: the one at a position, and its neighbours. */

const MAX_CHAPTERS = 200
const MAX_TITLE_CHARS = 100
const RESTART_S = 3 // further into a chapter, "previous" goes to its own start

/** @typedef {{startS: number, endS: number, title: string}} Chapter */

/**
 * Chapters in the order of their starts, each ending where the next begins. Those that people type have no end: the last
 * one lasts for ever.
 * @param {{start: number, end?: number, title: string}[]} listed
 * @returns {Chapter[]}
 */
export function chapterList(listed) {
  const sorted = listed
    .filter(({ start, end }) => start >= 0 && (end === undefined || (end > start && Number.isFinite(end))))
    .sort((a, b) => a.start - b.start)
    .filter(({ start }, i, all) => i === 0 || start > all[i - 1].start)
    .slice(0, MAX_CHAPTERS)
  return sorted.map(({ start, end, title }, i) => ({
    startS: start,
    endS: Math.min(end ?? Infinity, sorted[i + 1]?.start ?? Infinity),
    title: title.slice(0, MAX_TITLE_CHARS),
  }))
}

/** @param {Chapter[]} chapters @param {number} positionS @returns {number} -1 before the first */
export function chapterAt(chapters, positionS) {
  return chapters.findLastIndex(({ startS }) => startS <= positionS)
}

/**
 * Where "next" and "previous" go; null if there is no such chapter.
 * @param {Chapter[]} chapters
 * @param {number} positionS
 * @param {1 | -1} step
 * @returns {number | null}
 */
export function neighbourS(chapters, positionS, step) {
  const at = chapterAt(chapters, positionS)
  if (step > 0) return chapters[at + 1]?.startS ?? null
  if (at < 0) return null
  const isInside = positionS - chapters[at].startS > RESTART_S
  return chapters[isInside ? at : Math.max(at - 1, 0)].startS
}
