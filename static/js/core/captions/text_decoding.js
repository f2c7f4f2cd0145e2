// @ts-check
/**
 * Decodes caption files. Most are UTF-8; old ones have the encoding of their language's Windows, without any
 * mark, and some programs write UTF-16.
 */

import { CaptionError, MAX_BYTES } from "./caption_error.js"

const REPLACEMENT = "\ufffd"
const SAMPLE_BYTES = 2000
const DEFAULT_LEGACY_ENCODING = "windows-1252"

/** By language, what its files were written in before UTF-8. */
const LEGACY_ENCODINGS = /** @type {Record<string, string>} */ ({
  ...{ ar: "windows-1256", be: "windows-1251", bg: "windows-1251", cs: "windows-1250", el: "windows-1253" },
  ...{ et: "windows-1257", fa: "windows-1256", he: "windows-1255", hr: "windows-1250", hu: "windows-1250" },
  ...{ ja: "shift_jis", ko: "euc-kr", lt: "windows-1257", lv: "windows-1257", mk: "windows-1251" },
  ...{ pl: "windows-1250", ro: "windows-1250", ru: "windows-1251", sk: "windows-1250", sl: "windows-1250" },
  ...{ sr: "windows-1250", th: "windows-874", tr: "windows-1254", uk: "windows-1251", vi: "windows-1258" },
  ...{ zh: "gb18030" },
})

/**
 * @param {Uint8Array} bytes
 * @param {string} [language] of the captions, which decides between encodings that look alike
 * @returns {string} with `\n` as the only line end
 */
export function decodeText(bytes, language = "") {
  if (bytes.length > MAX_BYTES) throw new CaptionError("too_large")
  return decode(bytes, language).replace(/\r\n?/g, "\n").replaceAll("\0", "")
}

/** @param {Uint8Array} bytes @param {string} language */
function decode(bytes, language) {
  if (startsWith(bytes, 0xff, 0xfe)) return new TextDecoder("utf-16le").decode(bytes)
  if (startsWith(bytes, 0xfe, 0xff)) return new TextDecoder("utf-16be").decode(bytes)
  const wide = utf16WithoutMark(bytes)
  if (wide) return new TextDecoder(wide).decode(bytes)
  const text = new TextDecoder("utf-8").decode(bytes) // drops a byte order mark
  return isUtf8(text) ? text : new TextDecoder(legacyEncoding(language)).decode(bytes)
}

/** @param {Uint8Array} bytes @param {...number} start */
function startsWith(bytes, ...start) {
  return start.every((byte, i) => bytes[i] === byte)
}

/** Half of the bytes of plain UTF-16 text are zero, all at even or all at odd places. @param {Uint8Array} bytes */
function utf16WithoutMark(bytes) {
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  const zeros = [0, 0]
  sample.forEach((byte, i) => byte === 0 && zeros[i % 2]++)
  const [high, low] = zeros
  if (low > sample.length / 4 && low > 8 * high) return "utf-16le"
  return high > sample.length / 4 && high > 8 * low ? "utf-16be" : null
}

/**
 * A file cut within a character, or with one damaged byte, is still UTF-8; text in another encoding has hardly any
 * valid sequence of it.
 * @param {string} text
 */
function isUtf8(text) {
  if (!text.includes(REPLACEMENT)) return true
  let [valid, invalid] = [0, 0]
  for (const character of text) {
    if (character === REPLACEMENT) invalid++
    else if (character > "\x7f") valid++
  }
  return invalid * 4 <= valid
}

/** @param {string} language */
function legacyEncoding(language) {
  return LEGACY_ENCODINGS[language.split("-")[0]] ?? DEFAULT_LEGACY_ENCODING
}
