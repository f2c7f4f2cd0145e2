// @ts-check
/**
 * The cause of a stream's failure, from the errors of hls.js: one name for each cause that a viewer or the host can act on.
 */

/**
 * @typedef {"missing" | "gone" | "forbidden" | "expired" | "page" | "replaced" | "too_large" | "no_cors" | "unreachable" |
 *   "slow" | "empty" | "codec" | "damaged" | "protected" | "server" | "no_media" | "concealed" |
 *   "withdrawn" | "unknown"} FaultKind
 */
/** @typedef {{kind: FaultKind, code: number | null, codec: string | null}} Fault */
/**
 * The parts of an error of hls.js that show its cause.
 * @typedef {{type?: string, details?: string, reason?: string, response?: {code?: number, text?: string},
 *   mimeType?: string}} StreamError
 */

/** What is refused before it is parsed: the cause stands in the answer's text. @type {Set<string>} */
const REFUSED = new Set(["too_large", "replaced"])

/** Whether this page refused what it was sent. @param {StreamError} error */
export function isRefused({ response }) {
  return REFUSED.has(response?.text ?? "")
}

const NEVER_STARTED = { 403: "forbidden", 401: "forbidden", 404: "missing", 410: "missing" }
const STARTED = { 403: "expired", 401: "expired", 404: "gone", 410: "gone" }
const RANGE_REFUSED = 416
const EMPTY = /no (levels|segments|fragments)|missing target duration|levelempty/i
const NOT_A_LIST = /EXTM3U/
// in a media type, and in a list of what the variants need
const CODECS = [/codecs="?([^";]+)/, /CODECS in variant not supported: \[?"([^"]+)/]

/**
 * @param {StreamError} error
 * @param {boolean} started whether some of the stream has played already
 * @param {(codec: string) => boolean} [isSupported] by this browser
 * @returns {Fault}
 */
export function streamFault(error, started, isSupported = () => false) {
  if (isRefused(error))
    return { kind: /** @type {FaultKind} */ (error.response?.text), code: null, codec: null }
  const code = error.response?.code ?? null
  return { kind: faultKind(error, code, started), code: code || null, codec: codecOf(error, isSupported) }
}

/** @param {StreamError} error @param {number | null} code @param {boolean} started @returns {FaultKind} */
function faultKind({ type = "", details = "", reason = "" }, code, started) {
  const answered = /** @type {Record<number, FaultKind>} */ (started ? STARTED : NEVER_STARTED)[code ?? 0]
  if (answered) return answered
  if (code !== null && code >= 400) return "server"
  if (type === "keySystemError" || details.startsWith("keySystem") || details === "keyLoadError")
    return "protected"
  if (/codec/i.test(details)) return "codec"
  if (/timeout/i.test(details)) return "slow"
  if (NOT_A_LIST.test(reason)) return "page"
  if (EMPTY.test(reason) || EMPTY.test(details)) return "empty"
  if (/LoadError$/.test(details)) return "unreachable"
  return type === "mediaError" || /pars|remux|append/i.test(details) ? "damaged" : "unknown"
}

/**
 * What is wrong with the answer to a request for a file; null if nothing is.
 * @param {number} status
 * @param {string} type of its content
 * @param {boolean} started
 * @returns {FaultKind | null}
 */
export function answerFault(status, type, started) {
  const answered = /** @type {Record<number, FaultKind>} */ (started ? STARTED : NEVER_STARTED)[status]
  if (answered) return answered
  if (status >= 400 && status !== RANGE_REFUSED) return "server"
  return /^text\/html\b/i.test(type) ? "replaced" : null
}

/** @type {Set<FaultKind>} */
const PASSING = new Set(["unreachable", "slow", "server"])
/** An encoder that is started again removes its list and old parts, or begins with an empty list. @type {Set<FaultKind>} */
const PASSING_LIVE = new Set(["gone", "missing", "empty", "damaged"])

/** A proxy whose server is away answers without permission for other sites. @type {Set<FaultKind>} */
const NOT_YET = new Set(["missing", "gone", "empty", "no_cors"])

/** Whether a stream that has played may go on by itself later. @param {Fault} fault @param {boolean} live */
export function mayPass({ kind }, live) {
  return PASSING.has(kind) || (live && PASSING_LIVE.has(kind))
}

/** Whether a stream that was never there may be there later. @param {Fault} fault @param {boolean} live */
export function mayBegin(fault, live) {
  return NOT_YET.has(fault.kind) || mayPass(fault, live)
}

/**
 * The codecs that are the cause; all of them if the browser supports each.
 * @param {StreamError} error
 * @param {(codec: string) => boolean} isSupported
 * @returns {string | null}
 */
function codecOf({ mimeType = "", reason = "" }, isSupported) {
  const named = (CODECS[0].exec(mimeType) ?? CODECS[1].exec(reason))?.[1].split(",") ?? []
  const missing = named.filter((codec) => !isSupported(codec.trim()))
  return codecName((missing.length ? missing : named).join()) || null
}

/** Names of codecs that people know, by what RFC 6381 calls them. @type {[RegExp, string][]} */
const NAMES = [
  [/^(hvc1|hev1|dvh1|dvhe)/i, "HEVC"],
  [/^(avc1|avc3)\.6E/i, "H.264 10 bit"],
  [/^(avc1|avc3)/i, "H.264"],
  [/^av01/i, "AV1"],
  [/^vp0?9/i, "VP9"],
  [/^vp0?8/i, "VP8"],
  [/^mp4v/i, "MPEG-4"],
  [/^(ac-3|mp4a\.a5)/i, "AC-3"],
  [/^(ec-3|mp4a\.a6)/i, "E-AC-3"],
  [/^ac-4/i, "AC-4"],
  [/^(dts[cehlx+-]|mp4a\.a9)/i, "DTS"],
  [/^mlpa/i, "TrueHD"],
  [/^(mp4a\.(69|6b)|mp3)/i, "MP3"],
  [/^mp4a/i, "AAC"],
  [/^alac/i, "ALAC"],
  [/^flac/i, "FLAC"],
  [/^opus/i, "Opus"],
]

/** The names of a list of codecs: "hvc1.2.4.L93,mp4a.40.2" is "HEVC, AAC". @param {string} codecs */
export function codecName(codecs) {
  const names = codecs
    .split(",")
    .map((codec) => codec.trim())
    .filter(Boolean)
    .map((codec) => NAMES.find(([pattern]) => pattern.test(codec))?.[1] ?? codec.slice(0, 20))
  return [...new Set(names)].join(", ")
}
