// @ts-check
/** The codecs of the tracks of an MP4 file, as its sample descriptions name them, and of a Matroska file. Pure. */

const BOX = [0x73, 0x74, 0x73, 0x64] // "stsd"
const TO_CODEC = 16 // from the box's name: version, number of entries, size of the first one
const CODEC_CHARS = 4
const CODEC = /^[a-z0-9][a-z0-9 .-]{3}$/i

/**
 * The first codec of each track whose description is within these bytes, such as "hvc1" and "mp4a".
 * @param {Uint8Array} bytes of any part of the file
 * @returns {string[]}
 */
export function sampleEntries(bytes) {
  const found = []
  for (let at = bytes.indexOf(BOX[0]); at >= 0; at = bytes.indexOf(BOX[0], at + 1)) {
    if (!BOX.every((byte, i) => bytes[at + i] === byte)) continue
    const name = String.fromCharCode(...bytes.subarray(at + TO_CODEC, at + TO_CODEC + CODEC_CHARS))
    if (CODEC.test(name)) found.push(name)
  }
  return found
}

/** An element with the id of a track's codec, and the length of the codec's name. */
const CODEC_ID = /\x86([\x84-\xa0])([VA]_[A-Z0-9_/]{1,30})/g
const LENGTH = 0x80 // in front of the length

/** Codecs of Matroska, by what MP4 files call them; longer names first. @type {[string, string][]} */
const IN_MATROSKA = [
  ["V_MPEGH/ISO/HEVC", "hvc1"],
  ["V_MPEG4/ISO/AVC", "avc1"],
  ["V_MPEG4", "mp4v"],
  ["V_MPEG2", "MPEG-2"],
  ["V_VP9", "vp09"],
  ["V_VP8", "vp08"],
  ["V_AV1", "av01"],
  ["A_AC3", "ac-3"],
  ["A_EAC3", "ec-3"],
  ["A_DTS", "dtsc"],
  ["A_TRUEHD", "mlpa"],
  ["A_AAC", "mp4a"],
  ["A_MPEG/L3", "mp3"],
  ["A_MPEG/L2", "MP2"],
  ["A_VORBIS", "Vorbis"],
  ["A_PCM", "PCM"],
  ["A_FLAC", "flac"],
  ["A_ALAC", "alac"],
  ["A_OPUS", "opus"],
]

/**
 * The codecs of a Matroska file, by what MP4 files call them, such as "hvc1" and "dtsc"; others by their own name.
 * @param {Uint8Array} bytes of its beginning
 * @returns {string[]}
 */
export function matroskaCodecs(bytes) {
  // One character for each byte; the decoder called "latin1" is that of windows-1252.
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")
  return [...text.matchAll(CODEC_ID)].map(([, length, name]) => {
    const codec = name.slice(0, length.charCodeAt(0) - LENGTH)
    return IN_MATROSKA.find(([prefix]) => codec.startsWith(prefix))?.[1] ?? codec
  })
}

const SOUND = /^(A_|mp4a|mp[23]|[ae]c-3|dts|mlpa|alac|flac|opus|vorbis|pcm)/i
const PICTURE = /^(V_|hvc1|hev1|dvh|avc|mp4v|vp0|av01|mpeg-2)/i

/** The first of these codecs that is of a track. @param {string[]} codecs @param {"sound" | "picture"} track */
export function codecOfTrack(codecs, track) {
  const pattern = track === "sound" ? SOUND : PICTURE
  return codecs.find((codec) => pattern.test(codec))?.replace(/^[VA]_/, "") ?? ""
}
