// @ts-check
/**
 * What of a stream is refused before it is parsed: lists that would keep the page busy or fill its memory, and pages in
 * place of media.
 */

export const MAX_LIST_BYTES = 16 * 2 ** 20
export const MAX_PART_BYTES = 256 * 2 ** 20
const MAX_PARTS = 100_000 // of one list: two days in parts of two seconds
const MAX_TAGS = 4 * MAX_PARTS
const MAX_RENDITIONS = 500
const MAX_DASH_PARTS = 500_000 // of all renditions together
const PAGE = /^\s*<(?:!doctype|html|head|body|!--|\?xml)/i
const PAGE_BYTES = 100
const BOX = /^[a-zA-Z]{4}$/

/** Whether an HLS list names more than a page can take. @param {string} text */
export function isHlsListTooLarge(text) {
  return (
    text.length > MAX_LIST_BYTES ||
    occurs(text, "#EXT", MAX_TAGS) ||
    occurs(text, "#EXTINF", MAX_PARTS) ||
    occurs(text, "#EXT-X-STREAM-INF", MAX_RENDITIONS) ||
    occurs(text, "#EXT-X-MEDIA:", MAX_RENDITIONS)
  )
}

/** Whether a text occurs more than `most` times. @param {string} text @param {string} part @param {number} most */
function occurs(text, part, most) {
  let found = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length))
    if (++found > most) return true
  return false
}

const TAG =
  /<(?:[\w.-]+:)?(MPD|Period|AdaptationSet|Representation|SegmentTemplate|SegmentList|SegmentURL|S)\b([^>]*)>/g
const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?/

/** Whether a DASH list names more than a page can take. @param {string} text */
export function isDashListTooLarge(text) {
  if (text.length > MAX_LIST_BYTES) return true
  const count = new DashCount()
  for (const [, name, attributes] of text.matchAll(TAG)) {
    count.read(name, attributes)
    if (count.parts > MAX_DASH_PARTS || count.renditions > MAX_RENDITIONS) return true
  }
  return false
}

/** The parts that a DASH list names, also by repetition and by a pattern; those of a set count for each rendition. */
class DashCount {
  renditions = 0
  #own = 0
  /** Of the period and of the set: every rendition in it has them. */
  #inherited = { period: 0, set: 0 }
  /** @type {"period" | "set" | "own"} */
  #level = "period"
  #shared = 0
  #durationS = 0
  #timescale = 1

  get parts() {
    return this.#own + this.#shared + this.#inherited.period + this.#inherited.set
  }

  /** @param {string} name of a tag @param {string} attributes */
  read(name, attributes) {
    const number = (/** @type {string} */ key) => numberOf(attributes, key)
    if (name === "MPD") this.#durationS = durationOf(attributes, "mediaPresentationDuration")
    else if (name === "Period") this.#open("period", { period: 0, set: 0 })
    else if (name === "AdaptationSet") this.#open("set", { ...this.#inherited, set: 0 })
    else if (name === "Representation") {
      this.renditions += 1
      this.#shared += this.#inherited.set || this.#inherited.period
      this.#level = "own"
    } else if (name === "S") this.#add(1 + this.#repeats(number("r") ?? 0, number("d") ?? 0))
    else if (name === "SegmentURL") this.#add(1)
    else {
      this.#timescale = number("timescale") ?? 1
      const duration = number("duration")
      if (duration && name === "SegmentTemplate") this.#add((this.#durationS * this.#timescale) / duration)
    }
  }

  /** @param {"period" | "set"} level @param {{period: number, set: number}} inherited */
  #open(level, inherited) {
    this.#level = level
    this.#inherited = inherited
  }

  /** A negative number repeats until the end. @param {number} times @param {number} duration */
  #repeats(times, duration) {
    if (times >= 0) return times
    return duration > 0 ? (this.#durationS * this.#timescale) / duration : Infinity
  }

  /** @param {number} parts */
  #add(parts) {
    if (this.#level === "own") this.#own += parts
    else this.#inherited[this.#level] += parts
  }
}

/** @param {string} attributes @param {string} key @returns {number | null} */
function numberOf(attributes, key) {
  const found = new RegExp(`\\s${key}\\s*=\\s*["']\\s*(-?[\\d.]+)`).exec(attributes)
  return found ? Number(found[1]) : null
}

/** In seconds; 0 if there is none. @param {string} attributes @param {string} key */
function durationOf(attributes, key) {
  const value = new RegExp(`\\s${key}\\s*=\\s*["']\\s*([^"']+)`).exec(attributes)?.[1] ?? ""
  const [days, hours, minutes, seconds] = (DURATION.exec(value) ?? [])
    .slice(1)
    .map((text) => Number(text ?? 0))
  return (days ?? 0) * 86_400 + (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)
}

/** Whether a server answered with a page in place of media. @param {ArrayBuffer | Uint8Array} data */
export function isPage(data) {
  const bytes = (data instanceof Uint8Array ? data : new Uint8Array(data)).subarray(0, PAGE_BYTES)
  return PAGE.test(String.fromCharCode(...bytes).replace(/^\xEF\xBB\xBF/, ""))
}

/**
 * Whether a part is no MP4 although it should be. Browsers may wait for the rest of such a part without an end.
 * @param {ArrayBuffer} data
 * @param {string | undefined} mime
 */
export function isBroken(data, mime) {
  if (!/\/mp4$/.test(mime ?? "") || data.byteLength < 8) return false
  return !BOX.test(String.fromCharCode(...new Uint8Array(data, 4, 4)))
}
