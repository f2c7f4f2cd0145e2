// @ts-check
/** shaka-player: its settings, the window of a live stream, and whether a stream whose server was away is back. */

import { Refused, unsupportedCodecs } from "../../core/streams/dash_faults.js"
import { isBroken, isDashListTooLarge, isPage, MAX_LIST_BYTES } from "../../core/streams/stream_bounds.js"
import { after } from "../lib/timers.js"

const VENDORED = "../../../vendor/shaka-player/shaka-player.dash.mjs" // not a literal: a copied file is neither typed nor preloaded
await import(VENDORED)
const { shaka } = /** @type {any} */ (window)

export const MIME = "application/dash+xml"
const BACK_MS = 8000 // a stream that is back has sent its first part by then
export const FROM_EDGE_S = 9 // of a live stream without a common moment
const ANSWER_MS = 3500 // a server that has sent nothing by then is named within five seconds, also to others
const MANIFEST_TURNS = 50 // tasks between the event and the player's knowledge
const REQUESTS = {
  maxAttempts: 2,
  baseDelay: 500,
  timeout: 60_000,
  connectionTimeout: ANSWER_MS,
  stallTimeout: ANSWER_MS,
}
const HTML = /^\s*<(?:!doctype )?html/i
const MEDIA = /^(audio|video)\//
const SETTINGS = {
  manifest: {
    retryParameters: REQUESTS,
    defaultPresentationDelay: 0.1, // the room decides how far behind the newest part it plays
    dash: { ignoreSuggestedPresentationDelay: true },
  },
  streaming: {
    retryParameters: REQUESTS,
    bufferingGoal: 20,
    bufferBehind: 30,
    rebufferingGoal: 0, // it would set the rate to 0
    segmentPrefetchLimit: 0, // a prefetched beginning of a track that a seek interrupts is never asked for again
    stallEnabled: false,
    liveSync: { enabled: false },
    failureCallback: (/** @type {any} */ _error) => {}, // its source tries again
  },
}

/**
 * @typedef {object} Asked
 * @property {() => number} liveStartS where a live stream begins; negative: before its newest part
 * @property {() => void} [tooLarge] its list is, and it was closed
 * @property {(codecs: string | null) => void} [unsupported] names of the codecs in its list that this browser does not play
 */

/** @param {Asked} asked */
export function newPlayer({ liveStartS, tooLarge = () => {}, unsupported = () => {} }) {
  const player = new shaka.Player()
  player.configure(SETTINGS)
  checkAnswers(player, tooLarge, unsupported)
  player.addEventListener("manifestparsed", async () => {
    for (let turn = 0; turn < MANIFEST_TURNS && !player.getManifestType(); turn++) await null
    if (player.isLive()) player.updateStartTime(liveStartS())
  })
  return player
}

/**
 * Refuse what would keep the page busy, and what is no media. A list that is too large is not even read to its end:
 * only an unloaded player ends a transfer.
 * @param {any} player
 * @param {() => void} tooLarge
 * @param {(codecs: string | null) => void} unsupported
 */
function checkAnswers(player, tooLarge, unsupported) {
  const { MANIFEST, SEGMENT } = shaka.net.NetworkingEngine.RequestType
  const network = player.getNetworkingEngine()
  let listed = (/** @type {string} */ list) => {
    unsupported(unsupportedCodecs(list, isSupported))
    listed = () => {} // a live list comes again and again
  }
  network.registerRequestFilter((/** @type {number} */ type, /** @type {any} */ request) => {
    if (type !== MANIFEST) return
    let bytes = 0
    request.streamDataCallback = async (/** @type {Uint8Array} */ chunk) => {
      bytes += chunk.byteLength
      if (bytes <= MAX_LIST_BYTES) return
      tooLarge()
      void player.unload()
    }
  })
  network.registerResponseFilter(
    (/** @type {number} */ type, /** @type {any} */ { data }, /** @type {any} */ context) => {
      if (type === MANIFEST) return listed(checkedList(data))
      if (type !== SEGMENT || !MEDIA.test(context?.stream?.mimeType ?? "")) return
      if (isPage(data)) throw new Refused("replaced")
      if (isBroken(data, context.stream.mimeType)) throw new Refused("damaged")
    },
  )
}

/** @param {ArrayBuffer} data */
function checkedList(data) {
  if (data.byteLength > MAX_LIST_BYTES) throw new Refused("too_large")
  const text = new TextDecoder().decode(data)
  if (HTML.test(text)) throw new Refused("page")
  if (isDashListTooLarge(text)) throw new Refused("too_large")
  return text
}

/** @param {string} type */
function isSupported(type) {
  const { MediaSource, ManagedMediaSource } = /** @type {any} */ (window)
  return Boolean((MediaSource ?? ManagedMediaSource)?.isTypeSupported(type))
}

/** What of a live stream can be played, as a list with one part. */
export class LiveWindow {
  /** @type {any} */
  #timeline = null

  /** @param {any} player */
  constructor(player) {
    this.player = player
  }

  read() {
    this.#timeline ??= this.player.getManifest().presentationTimeline // logs a warning each time
    const startS = this.#timeline.getSeekRangeStart()
    const zeroMs = this.player.getPresentationStartTimeAsDate()?.getTime() ?? null
    const part = {
      start: startS,
      duration: this.#timeline.getSegmentAvailabilityEnd() - startS,
      programDateTime: zeroMs === null ? null : zeroMs + startS * 1000,
    }
    // every viewer has seen other parts, whose lengths differ a little
    const targetduration = Math.round(this.#timeline.getMaxSegmentDuration())
    return { fragments: [part], targetduration, hasProgramDateTime: zeroMs !== null }
  }
}

/**
 * Whether a stream whose server was away can be opened and sends a part: another player asks, on an element that
 * nobody sees.
 * @param {string} url
 * @param {number} startS
 * @param {AbortSignal} signal
 */
export async function isBack(url, startS, signal) {
  const player = newPlayer({ liveStartS: () => -FROM_EDGE_S })
  /** @type {Promise<boolean>} */
  const answer = new Promise((resolve) => {
    player.addEventListener("segmentappended", () => resolve(true))
    player.addEventListener("error", () => resolve(false))
    signal.addEventListener("abort", () => resolve(false))
    after(BACK_MS, () => resolve(false))
  })
  const opened = (async () => {
    await player.attach(document.createElement("video"))
    await player.load(url, startS, MIME)
    return answer
  })().catch(() => false)
  try {
    return await Promise.race([opened, answer])
  } finally {
    void player.destroy()
  }
}
