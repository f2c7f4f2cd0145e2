// @ts-check
/**
 * The audio output, in the tab with the audio focus: follows the player's state and drives the media elements, which no
 * other module does. Other tabs have no media element.
 *
 * Near a track's end the next one is loaded into an element of its own, so that it starts without a gap.
 */

import { positionOf } from "../../core/player/optimistic.js"
import { hasData } from "../../core/sync/stall_detector.js"
import { loadItem, saveItem } from "../lib/storage.js"
import { bufferedAhead } from "../media/media_element.js"
import { Track } from "./track.js"

const SEEK_THRESHOLD_S = 0.25 // a smaller difference is the travel time of a message, not a seek
const FRESH_MS = 2500 // the audible tab reports every second; without a report for this long, it has stopped
const PRELOAD_S = 20

/** @typedef {import("../../core/protocol.js").Item} Item */
/** @typedef {import("../../core/protocol.js").PlayerState} State */
/** @typedef {{state: State, item: Item | null, nextItem: Item | null}} View */
/**
 * @typedef {object} OutputEvents
 * @property {() => boolean} isOffline whether there is no connection to the server
 * @property {(track: Track) => void} ended
 * @property {() => void} refused
 * @property {() => void} halted the element was paused by neither the user nor this page
 * @property {(item: Item) => void} failed
 * @property {() => void} moved
 * @property {() => void} placed
 * @property {(element: HTMLVideoElement | null) => void} picture
 */

export class AudioOutput {
  /** @param {OutputEvents} callbacks */
  constructor(callbacks) {
    this.callbacks = callbacks
    /** @type {Track | null} */
    this.track = null
    /** @type {Track | null} */
    this.ahead = null
    /** The item that could not be preloaded; it is not loaded again before its turn. @type {number | null} */
    this.failedAhead = null
    /** Stopped from outside: silent until the player's state is paused, or until the user resumes it. */
    this.halted = false
    this.level = { volume: 1, muted: false }
    this.followed = ""
    this.fadeIn = false
    this.trackCallbacks = {
      isOffline: callbacks.isOffline,
      ended: (/** @type {Track} */ track) => {
        if (track === this.track) callbacks.ended(track)
      },
      refused: (/** @type {Track} */ track) => {
        if (track === this.track) callbacks.refused()
      },
      halted: (/** @type {Track} */ track) => this.#onHalted(track),
      failed: (/** @type {Track} */ track) => this.#onFailed(track),
      moved: (/** @type {Track} */ track) => {
        if (track === this.track) callbacks.moved()
      },
      placed: (/** @type {Track} */ track) => {
        if (track === this.track) callbacks.placed()
      },
    }
  }

  // ---------------------------------------------------------------- following

  /** @param {View} view @param {number} nowMs server time */
  follow(view, nowMs) {
    const { state, item } = view
    if (!item || item.missing) return this.drop()
    if (this.track?.item.id !== item.id) this.#load(item, startPosition(state, nowMs))
    else this.#seek(state, nowMs)
    this.followed = positionKey(state)
    this.track?.setRate(state.rate)
    if (state.is_playing && !this.halted) this.#play()
    else this.track?.pause()
  }

  /** @param {Item} item @param {number} positionS */
  #load(item, positionS) {
    const { ahead } = this
    this.track?.drop()
    this.track = ahead?.item.id === item.id ? ahead : new Track(item, this.trackCallbacks)
    if (ahead !== this.track) ahead?.drop()
    this.ahead = this.failedAhead = null
    this.track.setVolume(this.level.volume, this.level.muted)
    this.track.seek(positionS)
    const { element } = this.track
    this.callbacks.picture(element instanceof HTMLVideoElement ? element : null)
  }

  /**
   * Seek only if a new position was set: a player that waited for data is late and stays late.
   * @param {State} state
   * @param {number} nowMs
   */
  #seek(state, nowMs) {
    if (!this.track || positionKey(state) === this.followed) return
    const wantedS = positionOf(state, nowMs, this.track.durationS)
    if (Math.abs(wantedS - this.track.positionS) > SEEK_THRESHOLD_S) this.track.seek(wantedS)
  }

  #play() {
    const { track } = this
    if (!track) return
    if (this.fadeIn) {
      this.fadeIn = false
      track.prepareFadeIn()
      track.fade(1)
    }
    track.play()
  }

  /** @param {Track} track */
  #onHalted(track) {
    if (track !== this.track) return
    this.halted = true
    this.callbacks.halted()
  }

  /** The state now has the position that this tab reported: do not seek to it. @param {State} state */
  markFollowed(state) {
    this.followed = positionKey(state)
  }

  /** Load again what failed without a connection. */
  reconnected() {
    this.track?.reload()
    this.ahead?.reload()
  }

  // ---------------------------------------------------------------- the next track

  /** Preload the next track near the end of this one; called every second. @param {Item | null} nextItem */
  prepare(nextItem) {
    const { track, ahead } = this
    const leftS = track?.durationS ? track.durationS - track.positionS : Infinity
    if (
      !nextItem ||
      nextItem.missing ||
      nextItem.id === this.failedAhead ||
      nextItem.id === track?.item.id ||
      leftS > PRELOAD_S
    )
      return
    if (ahead?.item.id === nextItem.id) return
    ahead?.drop()
    this.ahead = new Track(nextItem, this.trackCallbacks)
  }

  /** @param {Track} track */
  #onFailed(track) {
    if (track === this.track) return this.callbacks.failed(track.item)
    if (track !== this.ahead) return
    track.drop()
    this.ahead = null
    this.failedAhead = track.item.id
  }

  // ---------------------------------------------------------------- output state

  get positionS() {
    return this.track?.positionS ?? null
  }

  get durationS() {
    return this.track?.durationS ?? null
  }

  /** Whether it should play but waits for data. */
  get waits() {
    const { track } = this
    if (!track?.wantsToPlay) return false
    const { currentTime, duration, readyState, buffered } = track.element
    return !hasData({
      readyState,
      currentTimeS: currentTime,
      durationS: duration,
      bufferedAheadS: bufferedAhead(buffered, currentTime),
    })
  }

  /** @param {{volume: number, muted: boolean}} level */
  setVolume(level) {
    this.level = level
    this.track?.setVolume(level.volume, level.muted)
  }

  /** This tab has the focus and is audible from now on. */
  start() {
    this.halted = false
    this.fadeIn = true
  }

  /** This tab lost the focus; resolves when it is silent. */
  async stop() {
    const { track } = this
    if (track && !track.element.paused) await track.fade(0)
    if (track === this.track) this.drop()
  }

  drop() {
    const had = this.track
    this.track?.drop()
    this.ahead?.drop()
    this.track = this.ahead = null
    this.followed = ""
    if (had) this.callbacks.picture(null)
  }
}

/**
 * The position to start at: the last reported one if there was no report for a while.
 * @param {State} state
 * @param {number} nowMs
 */
function startPosition(state, nowMs) {
  return nowMs - state.at > FRESH_MS ? state.position : positionOf(state, nowMs)
}

/** @param {State} state */
function positionKey({ position, at, current }) {
  return `${current} ${position} ${at}`
}

const VOLUME_KEY = "player-loudness"

/** The volume, stored in the browser and shared by its tabs, so that any tab can turn down the audible one. */
export class VolumeState {
  /** @param {AudioOutput} output */
  constructor(output) {
    this.output = output
    this.level = { volume: 1, muted: false, ...loadItem(VOLUME_KEY, {}) }
    addEventListener(
      "storage",
      ({ key }) => key?.endsWith(VOLUME_KEY) && this.#set({ ...this.level, ...loadItem(VOLUME_KEY, {}) }),
    )
    output.setVolume(this.level)
  }

  get volume() {
    return this.level.volume
  }

  get muted() {
    return this.level.muted
  }

  /** @param {number} volume 0 to 1 */
  setVolume(volume) {
    this.#change({ ...this.level, volume })
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.#change({ ...this.level, muted })
  }

  unlock() {} // only the room's player needs it

  /** @param {{volume: number, muted: boolean}} level */
  #change(level) {
    saveItem(VOLUME_KEY, level)
    this.#set(level)
  }

  /** @param {{volume: number, muted: boolean}} level */
  #set(level) {
    this.level = level
    this.output.setVolume(level)
    document.dispatchEvent(new Event("watchium:sound"))
  }
}
