// @ts-check
/**
 * One item in an element: fetched, placed, started, faded, given back. The element's events are only watched.
 */

import { EndOfData, isTruncated } from "../../core/media/end_of_data.js"
import { ExpectedEvents } from "../../core/sync/expected_events.js"
import { after } from "../lib/timers.js"

const FADE_MS = 30 // shorter clicks, longer is heard as an echo
const FADE_STEPS = 6
// nearly silent and not 0: browsers start a video without sound and stop it when sound comes
const NEAR_SILENT = 0.001
const NEAR_S = 0.05 // not worth a seek
const RETRY_MS = 2000 // a medium that broke off is fetched again
const RETRIES = 3
const RECOVERED_S = 5 // so far beyond where it broke off, the next time is another one
const POSITION_EVENTS = ["timeupdate", "seeking", "seeked", "ended"] // events after which the place is looked at
const CHANGE_EVENTS = ["durationchange", "playing", "waiting", "pause"]

/** @typedef {import("../../core/protocol.js").Item} Item */
/**
 * @typedef {object} TrackEvents
 * @property {() => boolean} cut there is no line to the server
 * @property {(track: Track) => void} ended
 * @property {(track: Track) => void} refused the browser wants a hand
 * @property {(track: Track) => void} halted by somebody else than us: headphones were pulled, somebody calls
 * @property {(track: Track) => void} failed for good
 * @property {(track: Track) => void} moved something is different to see
 * @property {(track: Track) => void} placed it is where it was to go
 */

export class Track {
  /** @param {Item} item @param {TrackEvents} callbacks */
  constructor(item, callbacks) {
    this.item = item
    this.callbacks = callbacks
    this.element = acquire(item.kind === "video" ? "video" : "audio")
    this.gone = new AbortController()
    this.expectedEvents = new ExpectedEvents()
    this.endOfData = new EndOfData()
    /**
     * Where it ended, when that is well before its length.
     * @type {(import("../../core/media/end_of_data.js").Truncation & {played: boolean}) | null}
     */
    this.early = null
    this.wantsToPlay = false
    this.loudness = 1
    this.fading = 1
    this.retries = 0
    this.brokeS = 0
    this.cancelAgain = () => {}
    /** Where it is to be as soon as it can. @type {number | null} */
    this.placeS = null
    this.#watch()
    this.element.src = item.url
  }

  #watch() {
    const { element, callbacks } = this
    const { signal } = this.gone
    for (const type of POSITION_EVENTS) element.addEventListener(type, () => this.#look(), { signal })
    element.addEventListener("loadedmetadata", () => this.#place(), { signal })
    element.addEventListener("seeked", () => callbacks.placed(this), { signal })
    element.addEventListener("ended", () => callbacks.ended(this), { signal })
    element.addEventListener("error", () => this.#broke(), { signal })
    element.addEventListener("timeupdate", () => this.#gotOn(), { signal })
    element.addEventListener("pause", () => this.#paused(), { signal })
    element.addEventListener("play", () => this.#played(), { signal })
    for (const type of CHANGE_EVENTS) element.addEventListener(type, () => callbacks.moved(this), { signal })
  }

  // ---------------------------------------------------------------- where it is

  /** In seconds: where it is, or will be. */
  get positionS() {
    return this.placeS ?? this.element.currentTime
  }

  /** @returns {number | null} */
  get durationS() {
    const { duration } = this.element
    return Number.isFinite(duration) ? duration : null
  }

  /** Some browsers take the length for the place at an end, so the place before it is remembered. */
  #look() {
    const { currentTime, paused, ended, seeking, readyState, playbackRate } = this.element
    const { endOfData } = this
    const nowMs = performance.now()
    if (seeking) endOfData.sought(currentTime)
    const latestS =
      (endOfData.lastS ?? 0) + (endOfData.moved ? ((nowMs - endOfData.lastMs) / 1000) * playbackRate : 0)
    endOfData.update({ nowMs, currentTimeS: currentTime, paused, ended, seeking, readyState })
    if (!ended) this.early = null
    else if (!this.early && endOfData.endS !== null)
      this.early = this.#cut(latestS, endOfData.endS, endOfData.played)
  }

  /**
   * The library's length is preferred to the browser's, which may be a guess.
   * @param {number} latestS where it can be at most
   * @param {number} endS
   * @param {boolean} played
   */
  #cut(latestS, endS, played) {
    const claimedS = this.item.duration ?? this.durationS
    return claimedS !== null && isTruncated(latestS, claimedS) ? { endS, claimedS, played } : null
  }

  /** @param {number} positionS */
  goTo(positionS) {
    this.placeS = positionS
    if (this.element.readyState >= HTMLMediaElement.HAVE_METADATA) this.#place()
  }

  #place() {
    const positionS = this.placeS
    this.placeS = null
    if (positionS !== null && Math.abs(positionS - this.element.currentTime) > NEAR_S)
      this.element.currentTime = positionS
    this.callbacks.moved(this)
  }

  // ---------------------------------------------------------------- playing

  /** @param {number} rate */
  atRate(rate) {
    this.element.defaultPlaybackRate = rate // loading again sets the rate to this
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

  /** An end pauses the element as well and has its own event; waiting for data does not pause. */
  #paused() {
    const { element } = this
    const ours = this.expectedEvents.claim("pause", element.currentTime)
    if (ours || !this.wantsToPlay || !element.paused || element.ended || element.error) return
    this.wantsToPlay = false
    this.callbacks.halted(this)
  }

  /** Some systems resume what they stopped, although the player was reported as paused. */
  #played() {
    if (!this.wantsToPlay) this.pause()
  }

  // ---------------------------------------------------------------- loudness

  /** @param {number} loudness 0 to 1 @param {boolean} muted */
  setLoudness(loudness, muted) {
    this.loudness = loudness
    this.element.muted = muted
    this.#sound()
  }

  #sound() {
    this.element.volume = Math.min(Math.max(this.loudness * this.fading, 0), 1)
  }

  /** @param {0 | 1} to @returns {Promise<void>} */
  async fade(to) {
    const from = this.fading
    for (let step = 1; step <= FADE_STEPS && !this.gone.signal.aborted; step += 1) {
      await new Promise((done) => after(FADE_MS / FADE_STEPS, () => done(undefined)))
      this.fading = from + ((to - from) * step) / FADE_STEPS
      if (!this.gone.signal.aborted) this.#sound()
    }
  }

  /** To be faded in. */
  hush() {
    this.fading = NEAR_SILENT
    this.#sound()
  }

  // ---------------------------------------------------------------- trouble, and the end

  /** A line that breaks is waited for; a file that cannot be played is not. */
  #broke() {
    const cut = !navigator.onLine || this.callbacks.cut()
    const lost = this.element.error?.code === MediaError.MEDIA_ERR_NETWORK
    if (this.retries >= (lost ? RETRIES : 1) && !cut) return this.callbacks.failed(this)
    if (!cut) this.retries += 1
    this.brokeS = this.positionS
    this.cancelAgain = after(RETRY_MS, () => this.again())
  }

  #gotOn() {
    if (this.retries && this.element.currentTime > this.brokeS + RECOVERED_S) this.retries = 0
  }

  /** Load again at the position of the failure. */
  again() {
    if (this.gone.signal.aborted || !this.element.error) return
    this.cancelAgain()
    this.placeS = this.brokeS
    this.expectedEvents.clear()
    this.element.load()
    if (this.wantsToPlay) this.play()
  }

  /** Silence immediately; no further events are reported. */
  drop() {
    this.wantsToPlay = false
    this.gone.abort()
    release(this.element)
  }
}

const PER_KIND = 2 // of each kind: the current and the next track

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

/** To be called within a press. */
export function unlockElements() {
  for (const kind of /** @type {const} */ (["audio", "video"])) {
    while (created[kind] < PER_KIND) idle[kind].push(createElement(kind))
    for (const element of idle[kind]) element.load()
  }
}
