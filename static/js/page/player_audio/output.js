// @ts-check
/**
 * The sound of this device, in the tab that has it: follows what the player's state says, and touches the
 * media elements; no other module does. In every other tab there is no element at all.
 *
 * Near a track's end the following one is fetched into an element of its own, so that it starts where the
 * other stops.
 */

import { positionOf } from "../../core/player/optimistic.js"
import { hasData } from "../../core/sync/stall_detector.js"
import { loadItem, saveItem } from "../lib/storage.js"
import { bufferedAhead } from "../media/media_element.js"
import { Track } from "./track.js"

const SEEK_THRESHOLD_S = 0.25 // said and done differ by the way of a message; what differs by more was meant
const FRESH_MS = 2500 // the tab that sounds says every second where it is; beyond this it had stopped saying
const AHEAD_S = 20

/** @typedef {import("../../core/protocol.js").Item} Item */
/** @typedef {import("../../core/protocol.js").PlayerState} State */
/** @typedef {{state: State, item: Item | null, comes: Item | null}} View `comes`: what follows by itself */
/**
 * @typedef {object} OutputEvents
 * @property {() => boolean} cut there is no line to the server
 * @property {(track: Track) => void} ended
 * @property {() => void} refused
 * @property {() => void} halted the element was stopped, and nobody here did it
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
    /** What could not be fetched ahead is not tried again before its turn. @type {number | null} */
    this.unready = null
    /** Stopped by something else: silent until the player is known to stand, or a hand wants it to go on. */
    this.halted = false
    this.loudness = { volume: 1, muted: false }
    this.followed = ""
    this.fadeIn = false
    this.trackTells = {
      cut: callbacks.cut,
      ended: (/** @type {Track} */ track) => {
        if (track === this.track) callbacks.ended(track)
      },
      refused: (/** @type {Track} */ track) => {
        if (track === this.track) callbacks.refused()
      },
      halted: (/** @type {Track} */ track) => this.#halted(track),
      failed: (/** @type {Track} */ track) => this.#failed(track),
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
    if (this.track?.item.id !== item.id) this.#put(item, startOf(state, nowMs))
    else this.#place(state, nowMs)
    this.followed = positionKey(state)
    this.track?.atRate(state.rate)
    if (state.is_playing && !this.halted) this.#play()
    else this.track?.pause()
  }

  /** @param {Item} item @param {number} positionS */
  #put(item, positionS) {
    const { ahead } = this
    this.track?.drop()
    this.track = ahead?.item.id === item.id ? ahead : new Track(item, this.trackTells)
    if (ahead !== this.track) ahead?.drop()
    this.ahead = this.unready = null
    this.track.setLoudness(this.loudness.volume, this.loudness.muted)
    this.track.goTo(positionS)
    const { element } = this.track
    this.callbacks.picture(element instanceof HTMLVideoElement ? element : null)
  }

  /**
   * Seek only if a new position was set: a player that waits for data is late and stays so.
   * @param {State} state
   * @param {number} nowMs
   */
  #place(state, nowMs) {
    if (!this.track || positionKey(state) === this.followed) return
    const wantedS = positionOf(state, nowMs, this.track.durationS)
    if (Math.abs(wantedS - this.track.positionS) > SEEK_THRESHOLD_S) this.track.goTo(wantedS)
  }

  #play() {
    const { track } = this
    if (!track) return
    if (this.fadeIn) {
      this.fadeIn = false
      track.hush()
      track.fade(1)
    }
    track.play()
  }

  /** @param {Track} track */
  #halted(track) {
    if (track !== this.track) return
    this.halted = true
    this.callbacks.halted()
  }

  /** Where this tab says it is becomes what the state says: no reason to go there. @param {State} state */
  said(state) {
    this.followed = positionKey(state)
  }

  /** What could not be fetched without one is fetched now. */
  lineIsBack() {
    this.track?.again()
    this.ahead?.again()
  }

  // ---------------------------------------------------------------- what comes

  /** Called now and then while it plays. @param {Item | null} comes */
  prepare(comes) {
    const { track, ahead } = this
    const leftS = track?.durationS ? track.durationS - track.positionS : Infinity
    if (
      !comes ||
      comes.missing ||
      comes.id === this.unready ||
      comes.id === track?.item.id ||
      leftS > AHEAD_S
    )
      return
    if (ahead?.item.id === comes.id) return
    ahead?.drop()
    this.ahead = new Track(comes, this.trackTells)
  }

  /** @param {Track} track */
  #failed(track) {
    if (track === this.track) return this.callbacks.failed(track.item)
    if (track !== this.ahead) return
    track.drop()
    this.ahead = null
    this.unready = track.item.id
  }

  // ---------------------------------------------------------------- output state

  get positionS() {
    return this.track?.positionS ?? null
  }

  get durationS() {
    return this.track?.durationS ?? null
  }

  /** It should play and waits for data. */
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

  /** @param {{volume: number, muted: boolean}} loudness */
  setLoudness(loudness) {
    this.loudness = loudness
    this.track?.setLoudness(loudness.volume, loudness.muted)
  }

  /** This tab is audible from now on. */
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
 * The start position: the last known one if the player has not reported for a while.
 * @param {State} state
 * @param {number} nowMs
 */
function startOf(state, nowMs) {
  return nowMs - state.at > FRESH_MS ? state.position : positionOf(state, nowMs)
}

/** @param {State} state */
function positionKey({ position, at, current }) {
  return `${current} ${position} ${at}`
}

const VOLUME_KEY = "player-loudness"

export class VolumeState {
  /** @param {AudioOutput} voice */
  constructor(voice) {
    this.voice = voice
    this.level = { volume: 1, muted: false, ...loadItem(VOLUME_KEY, {}) }
    addEventListener(
      "storage",
      ({ key }) => key?.endsWith(VOLUME_KEY) && this.#set({ ...this.level, ...loadItem(VOLUME_KEY, {}) }),
    )
    voice.setLoudness(this.level)
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

  unlock() {} // of the room's player; nothing is locked here that a press would open

  /** @param {{volume: number, muted: boolean}} level */
  #change(level) {
    saveItem(VOLUME_KEY, level)
    this.#set(level)
  }

  /** @param {{volume: number, muted: boolean}} level */
  #set(level) {
    this.level = level
    this.voice.setLoudness(level)
    document.dispatchEvent(new Event("watchium:sound"))
  }
}
