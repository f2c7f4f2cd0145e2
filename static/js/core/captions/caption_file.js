// @ts-check
/** A caption file of any format that can be shown as text. */

import { isAss, parseAss } from "./ass.js"
import { CaptionError } from "./caption_error.js"
import { isSrt, parseSrt } from "./srt.js"
import { decodeText } from "./text_decoding.js"
import { isWebVtt, parseWebVtt } from "./webvtt.js"

/** The file types that a viewer can choose. */
export const EXTENSIONS = ["srt", "vtt", "ass", "ssa"]
/** How files of captions made of pictures begin: PGS, and the packets of VobSub. */
const PICTURES = [
  [0x50, 0x47],
  [0, 0, 1, 0xba],
]

/**
 * Parse a file by its content: names and content types of captions are often wrong.
 * @param {Uint8Array} bytes
 * @param {string} [language]
 * @returns {import("./cues.js").Cue[]} Throws CaptionError.
 */
export function parseCaptions(bytes, language = "") {
  return readCaptions(bytes, language).cues
}

/**
 * The cues, and the text of a format that has styles, otherwise an empty one.
 * @param {Uint8Array} bytes
 * @param {string} [language]
 * @returns {{cues: import("./cues.js").Cue[], script: string}} Throws CaptionError.
 */
export function readCaptions(bytes, language = "") {
  if (PICTURES.some((start) => start.every((byte, i) => bytes[i] === byte)))
    throw new CaptionError("pictures")
  const text = decodeText(bytes, language)
  if (/^# VobSub index file/.test(text)) throw new CaptionError("pictures")
  if (isWebVtt(text)) return { cues: parseWebVtt(text), script: "" }
  if (isAss(text)) return { cues: parseAss(text), script: text }
  if (isSrt(text)) return { cues: parseSrt(text), script: "" }
  throw new CaptionError(text.trim() ? "unknown" : "no_cues")
}
