// @ts-check
/** The cause of a DASH stream's failure, from the errors of shaka-player. */

import { codecName } from "./stream_faults.js"

/** @typedef {import("./stream_faults.js").FaultKind} FaultKind */
/**
 * The parts of an error of shaka-player that show its cause. `data` of a request that failed: the address and the
 * answer's code.
 * @typedef {{code?: number, category?: number, data?: any[]}} DashError
 */

const BAD_STATUS = 1001
const NO_ANSWER = 1002
export const TIMEOUT = 1003
const REFUSED = 1007 // by a filter of this page
const EMPTY = new Set([4003, 4004, 4018, 4036]) // no periods, no media in them
const NOT_A_LIST = new Set([4000, 4001, 4024])
const NO_CODEC = new Set([4032, 4012, 3014])
const NETWORK = 1
const MEDIA = 3
const MANIFEST = 4
const DRM = 6

/** @param {DashError} error @param {boolean} started @returns {import("./stream_faults.js").Fault} */
export function dashFault({ code = 0, category = 0, data = [] }, started) {
  const status = code === BAD_STATUS ? Number(data[1]) || null : null
  const refused = code === REFUSED ? data[0]?.fault : null
  return { kind: kindOf(code, category, status, started, refused), code: status, codec: null }
}

/** Whether a part could not be loaded, so that what is buffered still plays. @param {DashError} error */
export function isOfNetwork({ category }) {
  return category === NETWORK
}

/** What a filter throws. */
export class Refused extends Error {
  /** @param {FaultKind} fault */
  constructor(fault) {
    super(fault)
    this.fault = fault
  }
}

/**
 * @param {number} code
 * @param {number} category
 * @param {number | null} status
 * @param {boolean} started
 * @param {FaultKind | null} refused
 * @returns {FaultKind}
 */
function kindOf(code, category, status, started, refused) {
  if (status === 401 || status === 403) return started ? "expired" : "forbidden"
  if (status === 404 || status === 410) return started ? "gone" : "missing"
  if (code === BAD_STATUS) return "server"
  if (code === NO_ANSWER) return "unreachable"
  if (code === TIMEOUT) return "slow"
  if (code === REFUSED) return refused ?? "unknown"
  if (NO_CODEC.has(code)) return "codec"
  if (EMPTY.has(code)) return "empty"
  if (NOT_A_LIST.has(code)) return "page"
  if (category === DRM) return "protected"
  return category === MEDIA || category === MANIFEST ? "damaged" : "unknown"
}

const DESCRIPTION = /<(?:[\w.-]+:)?(AdaptationSet|Representation)\b([^>]*)>/g
const PLAYED = /^(audio|video)\// // others are captions
const MAX_NAMES = 40 // characters

/**
 * The names of the codecs in a list that a browser does not play; null if it plays each, or none is named. The player
 * says only that nothing is left to play.
 * @param {string} list
 * @param {(type: string) => boolean} isSupported
 * @returns {string | null}
 */
export function unsupportedCodecs(list, isSupported) {
  const missing = new Set()
  let set = ""
  for (const [, name, own] of list.matchAll(DESCRIPTION)) {
    if (name === "AdaptationSet") set = own
    const mime = attribute(own, "mimeType") ?? attribute(set, "mimeType") ?? "video/mp4"
    const codecs = attribute(own, "codecs") ?? attribute(set, "codecs") ?? ""
    if (!PLAYED.test(mime)) continue
    for (const codec of codecs.split(",").map((each) => each.trim()))
      if (codec && !isSupported(`${mime}; codecs="${codec}"`)) missing.add(codec)
  }
  return codecName([...missing].join()).slice(0, MAX_NAMES) || null
}

/** @param {string} attributes of a tag @param {string} name */
function attribute(attributes, name) {
  return new RegExp(`\\s${name}\\s*=\\s*(["'])(.*?)\\1`, "s").exec(attributes)?.[2] ?? null
}
