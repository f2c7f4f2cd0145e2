// @ts-check
/** Captions of an HLS stream: a list of short WebVTT files, each with the cues of some seconds. */

import { CaptionError, MAX_CUES } from "./caption_error.js"
import { plainText } from "./cue_text.js"
import { parseWebVtt } from "./webvtt.js"

const MAX_SEGMENTS = 5000
const MPEG_CLOCK_HZ = 90_000

/** @typedef {import("./cues.js").Cue} Cue */
/** @typedef {{url: string, startS: number, endS: number}} CaptionSegment */

/**
 * @param {string} text of the list
 * @param {string} url of the list
 * @returns {CaptionSegment[]} Throws CaptionError for another file, and for a list that still grows.
 */
export function parseSegmentList(text, url) {
  if (!text.startsWith("#EXTM3U") || !/^#EXT-X-ENDLIST/m.test(text)) throw new CaptionError("unknown")
  /** @type {CaptionSegment[]} */
  const segments = []
  let [startS, durationS] = [0, 0]
  for (const line of text.split("\n").map((each) => each.trim())) {
    const duration = /^#EXTINF:([\d.]+)/.exec(line)
    if (duration) durationS = Number(duration[1])
    if (!line || line.startsWith("#")) continue
    if (segments.length >= MAX_SEGMENTS) throw new CaptionError("too_many")
    if (URL.canParse(line, url))
      segments.push({ url: new URL(line, url).href, startS, endS: startS + durationS })
    startS += durationS
  }
  return segments
}

/**
 * How much later than its own times the cues of a segment are: `X-TIMESTAMP-MAP` names one instant on the clock of the
 * film and on that of the captions.
 * @param {string} text
 * @param {number} filmStartS where the clock of the film begins
 */
export function segmentOffsetS(text, filmStartS) {
  const header = text.split("\n\n", 1)[0]
  const film = /^X-TIMESTAMP-MAP=.*\bMPEGTS:(\d{1,16})/m.exec(header)
  const own = /^X-TIMESTAMP-MAP=.*\bLOCAL:(?:(\d{1,5}):)?(\d{2}):(\d{2})\.(\d{3})/m.exec(header)
  if (!film || !own) return 0
  const [, hours = "0", minutes, seconds, ms] = own
  const ownS = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(ms) / 1000
  return Number(film[1]) / MPEG_CLOCK_HZ - filmStartS - ownS
}

/** Collects the cues of segments in any order. A cue that lasts longer than a segment is in each of them. */
export class SegmentedCues {
  constructor() {
    /** @type {Map<string, Cue>} */
    this.cues = new Map()
  }

  /** @param {string} text of a segment @param {number} offsetS */
  add(text, offsetS) {
    for (const cue of cuesOf(text)) {
      const moved = { ...cue, startS: cue.startS + offsetS, endS: cue.endS + offsetS }
      const key = [moved.startS.toFixed(3), moved.endS.toFixed(3), cue.place, plainText(cue.nodes)].join(" ")
      if (this.cues.size >= MAX_CUES) throw new CaptionError("too_many")
      if (moved.endS > 0) this.cues.set(key, moved)
    }
  }

  /** @returns {Cue[]} */
  sorted() {
    return [...this.cues.values()].sort((a, b) => a.startS - b.startS)
  }
}

/** A segment without speech has none. @param {string} text */
function cuesOf(text) {
  try {
    return parseWebVtt(text)
  } catch (error) {
    if (error instanceof CaptionError && error.problem === "no_cues") return []
    throw error
  }
}
