// @ts-check
/**
 * The messages of YouTube's player. They are what YouTube's own script exchanges with the frame, which would
 * need foreign code in our page; YouTube does not document them, so that only this module knows them.
 *
 * Messages come from another origin: every field is taken only if it has its type.
 */

export const YOUTUBE_ORIGIN = "https://www.youtube-nocookie.com"

export const VIDEO_ID = /^[\w-]{11}$/
const MESSAGE_CHARS = 100_000 // `initialDelivery` lists the player's functions
const CHANNEL = "widget"
const EVENTS = ["onReady", "onStateChange", "onError", "onPlaybackRateChange", "onAutoplayBlocked"]

/** @typedef {import("./remote_state.js").Report} Report */
/** @typedef {import("./remote_state.js").PlayerState} PlayerState */
/** @typedef {import("./remote_state.js").RemoteCommand} RemoteCommand */

/** @type {Record<number, PlayerState>} */
const STATES = { [-1]: "unstarted", 0: "ended", 1: "playing", 2: "paused", 3: "buffering", 5: "cued" }

/** @type {Record<number, import("./remote_state.js").FailureReason>} */
const ERRORS = {
  2: "bad_address",
  5: "player_failed",
  100: "not_found",
  101: "not_embeddable",
  150: "not_embeddable",
  153: "no_referrer",
}

/** @type {import("../sync/latency_model.js").PlayerTraits} */
export const YOUTUBE_TRAITS = {
  rates: [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2],
  clock: "stamped",
  startCostMs: { fresh: 300, rest: 60 },
  seekCostMs: 550,
  mostCostMs: { start: 1500, seek: 4000 },
  pitch: false,
}

/**
 * The video's id in the address that the server stores: `https://www.youtube.com/watch?v=ID`.
 * @param {string} address
 */
export function videoIdOf(address) {
  const id = URL.canParse(address) ? new URL(address).searchParams.get("v") : null
  return id && VIDEO_ID.test(id) ? id : null
}

/**
 * The frame's address. Controls and keys of the player are off, because the room's controls replace them.
 * @param {string} videoId
 * @param {string} ownOrigin
 */
export function frameUrl(videoId, ownOrigin) {
  return playerUrl(videoId, ownOrigin).href
}

/** @param {string} what the id of a video, or "videoseries" @param {string} ownOrigin */
export function playerUrl(what, ownOrigin) {
  const url = new URL(`/embed/${what}`, YOUTUBE_ORIGIN)
  const options = {
    enablejsapi: "1",
    origin: ownOrigin,
    playsinline: "1",
    rel: "0",
    controls: "0",
    disablekb: "1",
  }
  for (const [name, value] of Object.entries(options)) url.searchParams.set(name, value)
  return url
}

/** Asks the frame to report; repeated until it does. */
export function listeningMessage() {
  return JSON.stringify({ event: "listening", id: 1, channel: CHANNEL })
}

/** To be sent once the frame reports. */
export function subscriptions() {
  return EVENTS.map((event) => call("addEventListener", [event]))
}

/** @param {RemoteCommand} command */
export function commandMessage(command) {
  if (command.do === "play") return call("playVideo")
  if (command.do === "pause") return call("pauseVideo")
  if (command.do === "seek") return call("seekTo", [command.toS, true])
  if (command.do === "rate") return call("setPlaybackRate", [command.rate])
  if (command.do === "volume") return call("setVolume", [Math.round(100 * command.volume)])
  return call(command.muted ? "mute" : "unMute")
}

/** @param {string} func @param {unknown[]} [args] */
function call(func, args = []) {
  return JSON.stringify({ event: "command", func, args, id: 1, channel: CHANNEL })
}

/**
 * What a message from the frame reports; null for anything that is none of the player's messages.
 * @param {unknown} data
 * @returns {Report | null}
 */
export function parseMessage(data) {
  const message = parseObject(data)
  if (!message) return null
  const { event, info } = message
  if (event === "onReady") return { ready: true }
  if (event === "onStateChange") return stateReport(info)
  if (event === "onPlaybackRateChange") return typeof info === "number" && info > 0 ? { rate: info } : null
  if (event === "onError")
    return typeof info === "number" ? { failure: ERRORS[info] ?? "player_failed" } : null
  if (event === "onAutoplayBlocked") return { blocked: true }
  if (event === "initialDelivery")
    return isObject(info) ? { ready: true, delivered: true, ...infoReport(info) } : null
  return event === "infoDelivery" && isObject(info) ? infoReport(info) : null
}

/** @param {unknown} data */
export function parseObject(data) {
  if (typeof data !== "string" || data.length > MESSAGE_CHARS) return null
  try {
    const parsed = JSON.parse(data)
    return isObject(parsed) ? parsed : null
  } catch {
    return null
  }
}

/** @param {unknown} value @returns {value is Record<string, any>} */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** @param {unknown} number @returns {Report | null} */
function stateReport(number) {
  const state = typeof number === "number" ? STATES[number] : undefined
  return state ? { state } : null
}

/**
 * `currentTimeLastUpdated_` is the frame's wall clock in seconds when the position was read.
 * @param {Record<string, any>} info
 * @returns {Report}
 */
function infoReport(info) {
  const isLive = isObject(info.videoData) ? info.videoData.isLive : undefined
  return {
    ...(stateReport(info.playerState) ?? {}),
    ...numberIf("positionS", info.currentTime, 0),
    ...numberIf("stampS", info.currentTimeLastUpdated_, 0),
    ...numberIf("durationS", info.duration, 0),
    ...numberIf("rate", info.playbackRate, Number.MIN_VALUE),
    ...numberIf("loadedShare", info.videoLoadedFraction, 0),
    ...(typeof isLive === "boolean" ? { live: isLive } : {}),
  }
}

/** @param {string} name @param {unknown} value @param {number} least */
function numberIf(name, value, least) {
  return typeof value === "number" && Number.isFinite(value) && value >= least ? { [name]: value } : {}
}
