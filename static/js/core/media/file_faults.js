// @ts-check
/**
 * Why a browser does not play a file: from its first bytes, or, if its server does not let pages of other sites read
 * them, from how the browser failed. Pure.
 */

/** @typedef {import("../streams/stream_faults.js").FaultKind} FaultKind */
/** @typedef {{name: string, mime: string}} Container */

const BROKE_OFF = 2 // MediaError.MEDIA_ERR_NETWORK
const NO_MEDIA = 4 // MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED
/** Chromium gives no element a page or JSON of another site, and conceals how it failed on anything else. */
const BLOCKED = /MEDIA_ELEMENT_ERROR: Format error/
const PACKET_BYTES = 188 // of MPEG-TS

/**
 * The beginning of a file, as text, and what it then is. "." stands for bytes that are no characters, too.
 * @type {[RegExp, string, string][]}
 */
const CONTAINERS = [
  [/^.{4}ftyp/s, "MP4", "video/mp4"],
  [/^.E\xdf\xa3.{0,60}webm/s, "WebM", "video/webm"],
  [/^.E\xdf\xa3/s, "Matroska", "video/x-matroska"],
  [/^RIFF.{4}AVI /s, "AVI", "video/x-msvideo"],
  [/^RIFF.{4}WAVE/s, "WAV", "audio/wav"],
  [/^OggS/, "Ogg", "audio/ogg"],
  [/^fLaC/, "FLAC", "audio/flac"],
  [/^(ID3|\xff[\xe2-\xff])/, "MP3", "audio/mpeg"],
  [/^0&\xb2u/, "Windows Media", "video/x-ms-asf"],
  [/^FLV/, "Flash", "video/x-flv"],
  [/^...\xba/s, "MPEG", "video/mpeg"],
  [/^\.RMF/, "RealMedia", "application/vnd.rn-realmedia"],
  [new RegExp(`^G.{${PACKET_BYTES - 1}}G`, "s"), "MPEG-TS", "video/mp2t"],
]

/** What kind of file begins with these bytes; null if it is none that is known. @param {Uint8Array} bytes @returns {Container | null} */
export function containerOf(bytes) {
  const text = String.fromCharCode(...bytes.subarray(0, PACKET_BYTES + 1))
  const found = CONTAINERS.find(([pattern]) => pattern.test(text))
  return found ? { name: found[1], mime: found[2] } : null
}

/** Whether the browser could make nothing of what it got. @param {MediaError | null | undefined} error */
export function isNoMedia(error) {
  return error?.code === NO_MEDIA
}

/**
 * The cause if the server answers, but no page of another site may read what.
 * @param {MediaError | null | undefined} error of the element, which is not loaded again by itself
 * @param {boolean} attached whether the same address gave media before
 * @returns {FaultKind | null}
 */
export function concealedFault(error, attached) {
  if (attached) return error?.code === BROKE_OFF || isNoMedia(error) ? "withdrawn" : null
  if (!isNoMedia(error)) return null
  return BLOCKED.test(error?.message ?? "") ? "replaced" : "concealed"
}

/**
 * The cause if the server answers well, and the browser could not play it from its beginning.
 * @param {Container | null} container
 * @param {string[]} codecs in it, as far as they are known
 * @param {(type: string) => boolean} isSupported
 * @returns {{kind: FaultKind, codecs: string}}
 */
export function contentFault(container, codecs, isSupported) {
  if (!container) return { kind: "no_media", codecs: "" }
  const { name, mime } = container
  const missing = codecs.filter((codec) => !isSupported(`${mime}; codecs="${codec}"`))
  if (missing.length) return { kind: "codec", codecs: missing.join() }
  return isSupported(mime) ? { kind: "damaged", codecs: "" } : { kind: "codec", codecs: name }
}
