// @ts-check
/**
 * The messages of Twitch's player. It plays at one rate, and a live channel has no position that viewers could share: a
 * room starts it together and, in a recording, seeks those who are more than a second off.
 *
 * Messages come from another origin: every field is taken only if it has its type.
 */

export const TWITCH_ORIGIN = "https://player.twitch.tv"

const VIDEO = /^\/videos\/([1-9]\d{5,14})$/
const CHANNEL = /^\/(\w{3,25})$/
const COMMANDS = { pause: 2, play: 3, seek: 4, muted: 10, volume: 11 }
const STATES = new Map(
  /** @type {const} */ ([
    ["Idle", "paused"],
    ["Buffering", "buffering"],
    ["Playing", "playing"],
    ["Ended", "ended"],
  ]),
)

/** @typedef {import("./remote_state.js").Report} Report */
/** @typedef {import("./remote_state.js").RemoteCommand} RemoteCommand */

/** @type {import("../sync/latency_model.js").PlayerTraits} */
export const TWITCH_TRAITS = {
  rates: [],
  clock: "coarse",
  startCostMs: { fresh: 500, rest: 100 },
  seekCostMs: 800,
  mostCostMs: { start: 2000, seek: 4000 },
  seekBeyondMs: 1000,
  pitch: false,
}

/**
 * The frame's address for the one that the server stores: `https://www.twitch.tv/videos/ID` or the channel's. Twitch
 * refuses pages that do not name themselves as the parent.
 * @param {string} address
 * @param {string} ownHost without the port
 */
export function twitchFrameUrl(address, ownHost) {
  const path = URL.canParse(address) ? new URL(address).pathname : ""
  const video = VIDEO.exec(path)
  const channel = CHANNEL.exec(path)
  if (!video && !channel) return null
  const url = new URL("/", TWITCH_ORIGIN)
  if (video) url.searchParams.set("video", `v${video[1]}`)
  else if (channel) url.searchParams.set("channel", channel[1])
  for (const [name, value] of Object.entries({ parent: ownHost, autoplay: "false", controls: "false" }))
    url.searchParams.set(name, value)
  return url.href
}

/** Whether the address is of a live channel. @param {string} address */
export function isTwitchChannel(address) {
  return URL.canParse(address) && CHANNEL.test(new URL(address).pathname)
}

/** Null for what the player cannot do. @param {RemoteCommand} command */
export function twitchCommand(command) {
  if (command.do === "rate") return null
  const params = /** @type {Record<string, unknown>} */ ({
    seek: "toS" in command ? command.toS : undefined,
    volume: "volume" in command ? command.volume : undefined,
    muted: "muted" in command ? command.muted : undefined,
  })[command.do]
  return { namespace: "twitch-embed-player-proxy", eventName: COMMANDS[command.do], params }
}

/**
 * What a message from the frame reports; null for anything that is none of the player's messages.
 * @param {unknown} message
 * @returns {Report | null}
 */
export function parseTwitchMessage(message) {
  if (typeof message !== "object" || message === null) return null
  const { namespace, eventName, params } = /** @type {Record<string, any>} */ (message)
  if (namespace === "twitch-embed" && eventName === "ready") return { ready: true, delivered: true }
  if (namespace !== "twitch-embed-player-proxy" || eventName !== "UPDATE_STATE") return null
  if (typeof params !== "object" || params === null) return null
  const state = STATES.get(params.playback)
  return {
    ...(state ? { state } : {}),
    ...numberIf("positionS", params.currentTime),
    ...numberIf("durationS", params.duration),
  }
}

/** @param {string} name @param {unknown} value */
function numberIf(name, value) {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? { [name]: value } : {}
}
