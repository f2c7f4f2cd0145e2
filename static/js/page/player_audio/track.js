// @ts-check
/**
 * One item in a media element: loading, seeking, playing, fading, releasing. Events of the element are only observed.
 */

import { EndOfData, isTruncated } from "../../core/media/end_of_data.js"
import { ExpectedEvents } from "../../core/sync/expected_events.js"
import { after } from "../lib/timers.js"

const FADE_MS = 30 // a shorter fade clicks, a longer one sounds like an echo
const FADE_STEPS = 6
// nearly silent and not 0: browsers start a video without sound and stop it when sound comes
const NEAR_SILENT = 0.001
const NEAR_S = 0.05 // a smaller difference is not worth a seek
const RETRY_MS = 2000 // wait before a file that failed is loaded again
const RETRIES = 3
const RECOVERED_S = 5 // a failure that is further from the last one does not count as a repetition
const HLS = "application/vnd.apple.mpegurl" // of an item that was prepared
const POSITION_EVENTS = ["timeupdate", "seeking", "seeked", "ended"]
const CHANGE_EVENTS = ["durationchange", "playing", "waiting", "pause"]

/** @typedef {import("../../core/protocol.js").Item} Item */
/**
 * @typedef {object} TrackEvents
 * @property {() => boolean} isOffline whether there is no connection to the server
 * @property {(track: Track) => void} ended
 * @property {(track: Track) => void} refused the browser requires a gesture
 * @property {(track: Track) => void} halted paused from outside: unplugged headphones, a call
 * @property {(track: Track) => void} failed after all retries
 * @property {(track: Track) => void} moved the shown state changed
 * @property {(track: Track) => void} placed a seek is complete
 */

export class Track {
  /** @param {Item} item @param {TrackEvents} callbacks */
  constructor(item, callbacks) {
    this.item = item
    this.callbacks = callbacks
    this.element = acquire(item.kind === "video" ? "video" : "audio")
    this.controller = new AbortController()
    this.expectedEvents = new ExpectedEvents()
    this.endOfData = new EndOfData()
    /**
     * The end of the data, if the file ended well before its duration.
     * @type {(import("../../core/media/end_of_data.js").Truncation & {played: boolean}) | null}
     */
    this.truncation = null
    this.wantsToPlay = false
    this.volume = 1
    this.fading = 1
    this.retries = 0
    this.failedS = 0
    this.cancelRetry = () => {}
    /** The position to seek to when the metadata is loaded. @type {number | null} */
    this.targetS = null
    /** Of an item that needs a script. @type {{close: () => void} | null} */
    this.source = null
    this.hasFailed = false
    this.#listen()
    this.#load()
  }

  #load() {
    if (this.item.mime === HLS) void this.#openStream()
    else this.element.src = this.item.url
  }

  async #openStream() {
    const { open } = await import("../sources/hls.js")
    if (this.controller.signal.aborted) return
    const none = () => {}
    this.source?.close()
    this.source = open(this.element, this.item, {
      startS: () => this.positionS,
      serverMs: Date.now,
      expectSeek: none,
      changed: none,
      live: none,
      growing: none,
      warned: none,
      failed: () => this.#onError(),
    })
  }

  #listen() {
    const { element, callbacks } = this
    const { signal } = this.controller
    for (const type of POSITION_EVENTS)
      element.addEventListener(type, () => this.#updatePosition(), { signal })
    element.addEventListener("loadedmetadata", () => this.#seek(), { signal })
    element.addEventListener("seeked", () => callbacks.placed(this), { signal })
    element.addEventListener("ended", () => callbacks.ended(this), { signal })
    element.addEventListener("error", () => this.#onError(), { signal })
    element.addEventListener("timeupdate", () => this.#onProgress(), { signal })
    element.addEventListener("pause", () => this.#onPause(), { signal })
    element.addEventListener("play", () => this.#onPlay(), { signal })
    for (const type of CHANGE_EVENTS) element.addEventListener(type, () => callbacks.moved(this), { signal })
  }

  // ---------------------------------------------------------------- position

  /** The position in seconds, or that of a pending seek. */
  get positionS() {
    return this.targetS ?? this.element.currentTime
  }

  /** @returns {number | null} */
  get durationS() {
    const { duration } = this.element
    return Number.isFinite(duration) ? duration : null
  }

  /** At an early end some browsers report the duration as the position, so the position before it is kept. */
  #updatePosition() {
    const { currentTime, paused, ended, seeking, readyState, playbackRate } = this.element
    const { endOfData } = this
    const nowMs = performance.now()
    if (seeking) endOfData.sought(currentTime)
    const latestS =
      (endOfData.lastS ?? 0) + (endOfData.moved ? ((nowMs - endOfData.lastMs) / 1000) * playbackRate : 0)
    endOfData.update({ nowMs, currentTimeS: currentTime, paused, ended, seeking, readyState })
    if (!ended) this.truncation = null
    else if (!this.truncation && endOfData.endS !== null)
      this.truncation = this.#findTruncation(latestS, endOfData.endS, endOfData.played)
  }

  /**
   * Whether the data ended early. The library's duration is preferred to the browser's, which may be an estimate.
   * @param {number} latestS the largest possible position
   * @param {number} endS
   * @param {boolean} played
   */
  #findTruncation(latestS, endS, played) {
    const claimedS = this.item.duration ?? this.durationS
    return claimedS !== null && isTruncated(latestS, claimedS) ? { endS, claimedS, played } : null
  }

  /** @param {number} positionS */
  seek(positionS) {
    this.targetS = positionS
    if (this.element.readyState >= HTMLMediaElement.HAVE_METADATA) this.#seek()
  }

  #seek() {
    const positionS = this.targetS
    this.targetS = null
    if (positionS !== null && Math.abs(positionS - this.element.currentTime) > NEAR_S)
      this.element.currentTime = positionS
    this.callbacks.moved(this)
  }

  // ---------------------------------------------------------------- playing

  /** @param {number} rate */
  setRate(rate) {
    this.element.defaultPlaybackRate = rate // the rate after loading again
    if (this.element.playbackRate !== rate) this.element.playbackRate = rate
  }

  play() {
    this.wantsToPlay = true
    if (!this.element.paused) return
    this.element.play().catch((error) => {
      if (error.name === "NotAllowedError" && this.wantsToPlay) this.callbacks.refused(this)
    })
  }

  pause() {
    this.wantsToPlay = false
    if (this.element.paused) return
    this.expectedEvents.expect("pause")
    this.element.pause()
  }

  /** An end also pauses the element and has its own event; waiting for data does not pause it. */
  #onPause() {
    const { element } = this
    const isExpected = this.expectedEvents.claim("pause", element.currentTime)
    if (isExpected || !this.wantsToPlay || !element.paused || element.ended || element.error) return
    this.wantsToPlay = false
    this.callbacks.halted(this)
  }

  /** Some systems resume an element that they paused, although the player was reported as paused. */
  #onPlay() {
    if (!this.wantsToPlay) this.pause()
  }

  // ---------------------------------------------------------------- volume

  /** @param {number} volume 0 to 1 @param {boolean} muted */
  setVolume(volume, muted) {
    this.volume = volume
    this.element.muted = muted
    this.#applyVolume()
  }

  #applyVolume() {
    this.element.volume = Math.min(Math.max(this.volume * this.fading, 0), 1)
  }

  /** @param {0 | 1} to @returns {Promise<void>} */
  async fade(to) {
    const from = this.fading
    for (let step = 1; step <= FADE_STEPS && !this.controller.signal.aborted; step += 1) {
      await new Promise((done) => after(FADE_MS / FADE_STEPS, () => done(undefined)))
      this.fading = from + ((to - from) * step) / FADE_STEPS
      if (!this.controller.signal.aborted) this.#applyVolume()
    }
  }

  /** Make it nearly silent, before it is faded in. */
  prepareFadeIn() {
    this.fading = NEAR_SILENT
    this.#applyVolume()
  }

  // ---------------------------------------------------------------- failures, and the end

  /** Without a connection the file is loaded again as often as needed; a file that cannot be played is not. */
  #onError() {
    this.hasFailed = true
    const isOffline = !navigator.onLine || this.callbacks.isOffline()
    const isNetworkError = this.element.error?.code === MediaError.MEDIA_ERR_NETWORK
    if (this.retries >= (isNetworkError ? RETRIES : 1) && !isOffline) return this.callbacks.failed(this)
    if (!isOffline) this.retries += 1
    this.failedS = this.positionS
    this.cancelRetry = after(RETRY_MS, () => this.reload())
  }

  #onProgress() {
    if (this.retries && this.element.currentTime > this.failedS + RECOVERED_S) this.retries = 0
  }

  /** Load again at the position of the failure. */
  reload() {
    if (this.controller.signal.aborted || !this.hasFailed) return
    this.cancelRetry()
    this.targetS = this.failedS
    this.expectedEvents.clear()
    this.hasFailed = false
    if (this.source) void this.#openStream()
    else this.element.load()
    if (this.wantsToPlay) this.play()
  }

  /** Silence immediately; no further events are reported. */
  drop() {
    this.wantsToPlay = false
    this.controller.abort()
    this.source?.close()
    release(this.element)
  }
}

const PER_KIND = 2 // the current and the next track

// Elements are reused: some browsers let an element play sound only after a gesture touched it, and a new element would
// need another gesture.

/** @type {{audio: HTMLMediaElement[], video: HTMLMediaElement[]}} */
const idle = { audio: [], video: [] }
const created = { audio: 0, video: 0 }

/** @param {"audio" | "video"} kind @returns {HTMLMediaElement} */
export function acquire(kind) {
  return idle[kind].pop() ?? createElement(kind)
}

/** @param {"audio" | "video"} kind */
function createElement(kind) {
  const element = document.createElement(kind)
  element.preload = "auto"
  if (element instanceof HTMLVideoElement) element.playsInline = true
  created[kind] += 1
  return element
}

/** @param {HTMLMediaElement} element */
export function release(element) {
  element.pause()
  element.removeAttribute("src")
  element.load()
  element.remove()
  idle[element instanceof HTMLVideoElement ? "video" : "audio"].push(element)
}

/** Create the elements and touch them, so that they may play sound. To be called within a gesture. */
export function unlockElements() {
  for (const kind of /** @type {const} */ (["audio", "video"])) {
    while (created[kind] < PER_KIND) idle[kind].push(createElement(kind))
    for (const element of idle[kind]) element.load()
  }
}
