// @ts-check
/** What a browser needs to play a stream, from the list that describes it: HLS (RFC 8216) or DASH. Pure. */

import { codecName } from "./stream_faults.js"

/**
 * Of each rendition the media types that a player would open; null: the list does not name its codecs. A stream plays if
 * one rendition of each group does.
 * @typedef {(string[] | null)[][]} Groups
 */

const VARIANT = /^#EXT-X-STREAM-INF:(.*)$/gm
const CODECS = /(?:^|,)CODECS="([^"]*)"/
const IS_SOUND = /^(mp4a|ac-3|ec-3|ac-4|opus|flac|alac|vorbis|dts)/i
const IS_MP3 = /^(mp3|mp4a\.(40\.34|69|6b))$/i
const IS_TEXT = /^(wvtt|stpp|text|tx3g)/i
const OLD_AVC = /^(avc[13])\.(\d+)\.(\d+)$/ // profile and level as decimal numbers

/** @param {string} text of a master playlist @returns {Groups} */
export function hlsGroups(text) {
  const variants = [...text.matchAll(VARIANT)].map(([, attributes]) => {
    const codecs = CODECS.exec(attributes)?.[1]
    return codecs ? typesOf(codecs) : null
  })
  return variants.length ? [variants] : []
}

/** As players of HLS read them; captions never keep a stream from playing. @param {string} codecs */
function typesOf(codecs) {
  const named = codecs.split(",").map((codec) => codec.trim())
  return named.filter((codec) => codec && !IS_TEXT.test(codec)).map(typeOf)
}

/** @param {string} codec */
function typeOf(codec) {
  if (IS_MP3.test(codec)) return "audio/mpeg"
  if (IS_SOUND.test(codec))
    return `audio/mp4; codecs="${/^(opus|flac)$/i.test(codec) ? codec.toLowerCase() : codec}"`
  const hex = (/** @type {string} */ number) => Number(number).toString(16).padStart(2, "0")
  const current = codec.replace(
    OLD_AVC,
    (_all, name, profile, level) => `${name}.${hex(profile)}00${hex(level)}`,
  )
  return `video/mp4; codecs="${current}"`
}

const TAG = /<(?:[\w.-]+:)?(AdaptationSet|Representation)\b([^>]*)>/g

/** @param {string} text of an MPD @returns {Groups} one group for the pictures, one for the sound */
export function dashGroups(text) {
  /** @type {Record<string, (string[] | null)[]>} */
  const groups = {}
  let set = ""
  for (const [, name, attributes] of text.matchAll(TAG)) {
    if (name === "AdaptationSet") {
      set = attributes
      continue
    }
    const [mime, codecs] = ["mimeType", "codecs"].map((key) => valueOf(attributes, key) ?? valueOf(set, key))
    const kind = /^(audio|video)\//.exec(mime ?? "")?.[1]
    if (kind) (groups[kind] ??= []).push(codecs ? [`${mime}; codecs="${codecs}"`] : null)
  }
  return Object.values(groups)
}

/** @param {string} attributes @param {string} key */
function valueOf(attributes, key) {
  return new RegExp(`\\s${key}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1] ?? null
}

/**
 * Whether a browser plays a stream; null if the list does not show that.
 * @param {Groups} groups
 * @param {(type: string) => boolean} isSupported
 * @returns {{plays: boolean, codec?: string | null} | null}
 */
export function verdictOf(groups, isSupported) {
  if (!groups.length) return null
  const missing = groups.map((renditions) => missingIn(renditions, isSupported))
  const failed = missing.find((types) => types?.length)
  if (failed) return { plays: false, codec: codecName(failed.map(codecsOf).join()) || null }
  return missing.includes(null) ? null : { plays: true }
}

/**
 * The types that no rendition of a group can do without; empty: one plays; null: that is not known.
 * @param {(string[] | null)[]} renditions
 * @param {(type: string) => boolean} isSupported
 */
function missingIn(renditions, isSupported) {
  if (renditions.some((types) => types?.every(isSupported))) return []
  if (renditions.includes(null)) return null
  return [...new Set(renditions.flatMap((types) => (types ?? []).filter((type) => !isSupported(type))))]
}

/** @param {string} type */
function codecsOf(type) {
  return /codecs="([^"]*)"/.exec(type)?.[1] ?? ""
}
