// @ts-check
/** Chapters as people type and paste them: a line each, with a time and a name. */

export const MAX_CHAPTERS = 100 // as in watchium/protocol/commands.py
export const MAX_TITLE_CHARS = 80 // as in playback/domain/chapters.py
const MAX_LINE_CHARS = 500
const MAX_S = 7 * 86400
const GAP = String.raw`[\s\-–—:|.,·]*`
const TIME = String.raw`(?:(\d{1,3}):)?(\d{1,3}):(\d{2}(?:[.,]\d{1,3})?)`
const FIRST = new RegExp(String.raw`^(?:\d{1,3}[.)]\s+)?[[(]?${TIME}[\])]?(?!\d|:\d)${GAP}(.*)$`)
const LAST = new RegExp(String.raw`^${GAP}(.*?)${GAP}[[(]?\b${TIME}[\])]?$`)

/** @typedef {{start: number, title: string}} TypedChapter `start` in seconds */
/**
 * `line`: the first that is no chapter, counted from 1.
 * @typedef {{kind: "no_time" | "too_late" | "too_many", line: number}} ChapterProblem
 */

/**
 * Read one chapter a line, such as `1:02:03 Opening` or `Opening - 2:03`; empty lines are skipped.
 * @param {string} text
 * @param {number | null} durationS of the media, if known
 * @returns {{chapters: TypedChapter[], problem: ChapterProblem | null}}
 */
export function parseChapters(text, durationS = null) {
  /** @type {TypedChapter[]} */
  const chapters = []
  for (const [i, line] of text.split(/\r\n?|\n/).entries()) {
    if (!line.trim()) continue
    const problem = (/** @type {ChapterProblem["kind"]} */ kind) => ({
      chapters,
      problem: { kind, line: i + 1 },
    })
    const chapter = chapterOf(line.trim().slice(0, MAX_LINE_CHARS))
    if (!chapter) return problem("no_time")
    if (chapter.start > MAX_S || (durationS && chapter.start >= durationS)) return problem("too_late")
    if (chapters.length >= MAX_CHAPTERS) return problem("too_many")
    chapters.push(chapter)
  }
  return { chapters: chapters.sort((a, b) => a.start - b.start), problem: null }
}

/** @param {string} line @returns {TypedChapter | null} */
function chapterOf(line) {
  const first = FIRST.exec(line)
  if (first) return typedChapter(first.slice(1, 4), first[4])
  const last = LAST.exec(line)
  return last && typedChapter(last.slice(2, 5), last[1])
}

/** @param {string[]} time hours or undefined, minutes, seconds @param {string} title @returns {TypedChapter | null} */
function typedChapter([hours, minutes, seconds], title) {
  const secondsS = Number(seconds.replace(",", "."))
  if (secondsS >= 60 || (hours !== undefined && Number(minutes) >= 60)) return null
  const start = Number(hours ?? 0) * 3600 + Number(minutes) * 60 + secondsS
  return { start: Math.round(start * 1000) / 1000, title: shortened(title.trim()) }
}

/** A pair of surrogates is one character. @param {string} title */
function shortened(title) {
  return [...title].slice(0, MAX_TITLE_CHARS).join("")
}

/** What `parseChapters` reads back. @param {TypedChapter[]} chapters */
export function chapterText(chapters) {
  return chapters.map(({ start, title }) => `${chapterTime(start)} ${title}`.trimEnd()).join("\n")
}

/** `1:02:03`, with milliseconds only if there are some. @param {number} positionS */
export function chapterTime(positionS) {
  const ms = Math.round(positionS * 1000)
  const [hours, minutes, rest] = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    (ms % 60_000) / 1000,
  ]
  const [whole, fraction] = rest
    .toFixed(3)
    .replace(/\.?0+$/, "")
    .split(".")
  const seconds = (whole || "0").padStart(2, "0") + (fraction ? `.${fraction}` : "")
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`
}
