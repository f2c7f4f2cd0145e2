// @ts-check
/**
 * The messages of Vimeo's player, as its own library exchanges them with the frame: methods to it, events from it. Its
 * positions carry no time, and whether it takes other rates depends on the plan of the video's owner.
 *
 * Messages come from another origin: every field is taken only if it has its type.
 */

export const VIMEO_ORIGIN = "https://player.vimeo.com"

const PATH = /^\/([1-9]\d{3,14})(?:\/([0-9a-f]{6,32}))?$/
const MESSAGE_CHARS = 100_000
const EVENTS = [
  ...["play", "playing", "pause", "ended", "timeupdate", "seeked", "progress", "durationchange"],
  ...["bufferstart", "bufferend", "playbackratechange", "error"],
]

/** @typedef {import("./remote_state.js").Report} Report */
/** @typedef {import("./remote_state.js").RemoteCommand} RemoteCommand */

/** @type {import("../sync/latency_model.js").PlayerTraits} */
export const VIMEO_TRAITS = {
  rates: [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2],
  clock: "coarse",
  startCostMs: { fresh: 300, rest: 60 },
  seekCostMs: 550,
  mostCostMs: { start: 1500, seek: 4000 },
  pitch: false,
}

/**
 * The frame's address for the one that the server stores: `https://vimeo.com/ID`, or with the key of a video that is not
 * listed `https://vimeo.com/ID/KEY`. `dnt`: no cookies and no statistics.
 * @param {string} address
 */
export function vimeoFrameUrl(address) {
  const found = URL.canParse(address) ? PATH.exec(new URL(address).pathname) : null
  if (!found) return null
  const url = new URL(`/video/${found[1]}`, VIMEO_ORIGIN)
  if (found[2]) url.searchParams.set("h", found[2])
  const options = {
    dnt: "1",
    playsinline: "1",
    controls: "0",
    keyboard: "0",
    title: "0",
    byline: "0",
    portrait: "0",
  }
  for (const [name, value] of Object.entries(options)) url.searchParams.set(name, value)
  return url.href
}

/** Asks the player whether it is ready. */
export function pingMessage() {
  return { method: "ping" }
}

export function vimeoSubscriptions() {
  return EVENTS.map((value) => ({ method: "addEventListener", value }))
}

/** @param {RemoteCommand} command */
export function vimeoCommand(command) {
  if (command.do === "seek") return { method: "setCurrentTime", value: command.toS }
  if (command.do === "rate") return { method: "setPlaybackRate", value: command.rate }
  if (command.do === "volume") return { method: "setVolume", value: command.volume }
  if (command.do === "muted") return { method: "setMuted", value: command.muted }
  return { method: command.do }
}

/** @type {Record<string, Report>} */
const STATES = {
  play: { state: "buffering" },
  playing: { state: "playing" },
  pause: { state: "paused" },
  ended: { state: "ended" },
  bufferstart: { stalled: true },
  bufferend: { stalled: false },
  timeupdate: { stalled: false },
}

/**
 * What a message from the frame reports; null for anything that is none of the player's messages.
 * @param {unknown} message
 * @returns {Report | null}
 */
export function parseVimeoMessage(message) {
  const { event, method, data } = parsed(message)
  if (event === "ready" || method === "ping") return { ready: true, delivered: true }
  if (event === "error") return errorReport(data)
  if (typeof event !== "string" || !EVENTS.includes(event)) return null
  const { seconds, duration, percent, playbackRate } = isObject(data) ? data : {}
  return {
    ...STATES[event],
    ...(event === "timeupdate" || event === "seeked" ? numberIf("positionS", seconds) : {}),
    ...numberIf("durationS", duration),
    ...(event === "progress" ? numberIf("loadedShare", percent) : {}),
    ...(event === "playbackratechange" ? numberIf("rate", playbackRate) : {}),
  }
}

/** @param {unknown} message @returns {Record<string, any>} */
function parsed(message) {
  if (typeof message !== "string") return isObject(message) ? message : {}
  if (message.length > MESSAGE_CHARS) return {}
  try {
    const object = JSON.parse(message)
    return isObject(object) ? object : {}
  } catch {
    return {}
  }
}

/** @param {unknown} value @returns {value is Record<string, any>} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** @param {unknown} data @returns {Report | null} */
function errorReport(data) {
  const { name, method } = isObject(data) ? data : {}
  if (method === "setPlaybackRate") return { fixedRate: true }
  if (name === "NotAllowedError" && method === "play") return { blocked: true }
  if (name === "NotFoundError") return { failure: "not_found" }
  if (name === "PrivacyError" || name === "PasswordError" || method === "ready")
    return { failure: "not_embeddable" }
  return method === "play" && name !== "AbortError" ? { failure: "player_failed" } : null
}

/** @param {string} name @param {unknown} value */
function numberIf(name, value) {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? { [name]: value } : {}
}
