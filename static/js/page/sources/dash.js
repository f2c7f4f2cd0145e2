// @ts-check
/**
 * DASH on the room's own element, by shaka-player, which only fetches and appends: its corrections of stalls and of
 * latency are off, because two controllers would work against each other.
 */

import { dashFault, isOfNetwork, TIMEOUT } from "../../core/streams/dash_faults.js"
import { mayBegin, mayPass } from "../../core/streams/stream_faults.js"
import {
  distinctQualities,
  preferredQuality,
  preferredTrack,
  SOUND_ONLY,
} from "../../core/media/track_choice.js"
import { loadItem, saveItem } from "../lib/storage.js"
import { after, every } from "../lib/timers.js"
import { FROM_EDGE_S, isBack, LiveWindow, MIME, newPlayer } from "../streams/dash_player.js"
import { dataEndS, isOut } from "../streams/hls_activity.js"
import { answers, whenBack } from "../streams/host_probe.js"
import { LiveList } from "../streams/live_list.js"
import { faultMessage } from "../streams/stream_messages.js"

const LANGUAGE_KEY = "audio-language"
const QUALITY_KEY = "quality"
const RETRY_S = 2
const CHECK_MS = 500
const MORE_S = 0.3
const SWITCH_AFTER_S = 1 // without it, shaka-player empties the buffer and moves the element
const MOVES_MS = 150 // shaka-player repeats its move to the start for a tenth of a second
const INTERRUPTED = 7000 // loading was ended by closing
const NOTHING_TO_PLAY = [4012, 4032, 4036] // by what is allowed, by this browser, in the list

/** @typedef {import("../media/media_element.js").SourceCallbacks} SourceCallbacks */

/**
 * @param {HTMLMediaElement} element
 * @param {import("../../core/protocol.js").Media} media
 * @param {SourceCallbacks} callbacks
 */
export function open(element, media, callbacks) {
  return new DashSource(element, media, callbacks)
}

class DashSource {
  /** @type {import("../../core/media/track_choice.js").AudioTrack[]} */
  audioTracks = []
  /** @type {import("../../core/media/track_choice.js").Quality[]} */
  qualities = []
  /** @type {number | null} */
  quality = null
  audioTrack = -1
  /** Whether no picture is loaded; null if there is no picture, or no sound without it. @type {boolean | null} */
  soundOnly = null
  /** shaka-player may still move the element to the start: a seek would be undone. */
  starting = true
  started = false
  loaded = false
  list = new LiveList()
  /** A part could not be loaded; what is buffered plays on. @type {import("../../core/streams/stream_faults.js").Fault | null} */
  fault = null
  warned = false
  faultEndS = 0
  /** Codecs in its list. @type {string | null} */
  unsupported = null
  /** It is opened again when its server is back. */
  awaited = false

  /**
   * @param {HTMLMediaElement} element
   * @param {import("../../core/protocol.js").Media} media
   * @param {SourceCallbacks} callbacks
   */
  constructor(element, media, callbacks) {
    this.element = element
    this.url = media.url.split("#", 1)[0]
    this.callbacks = callbacks
    this.wantsSound = Boolean(callbacks.reopen) && loadItem(QUALITY_KEY, null) === SOUND_ONLY
    this.controller = new AbortController()
    this.player = newPlayer({
      liveStartS: () => this.#liveStartS(),
      tooLarge: () => this.#fail({ kind: "too_large", code: null, codec: null }),
      unsupported: (codecs) => (this.unsupported = codecs),
    })
    this.window = new LiveWindow(this.player)
    this.stopChecking = every(CHECK_MS, () => this.#check())
    this.#listen()
    void this.#load()
  }

  #listen() {
    const { element, callbacks, player } = this
    const { signal } = this.controller
    const expect = () => callbacks.expectSeek(element.currentTime)
    element.addEventListener("seeking", () => this.started || expect(), { signal })
    element.addEventListener("canplay", () => (this.started = true), { signal })
    element.addEventListener("loadedmetadata", () => after(MOVES_MS, () => this.#mayMove()), { signal })
    player.addEventListener("gapjumped", expect)
    player.addEventListener("error", (/** @type {any} */ { detail }) => this.#streamFailed(detail))
    player.getNetworkingEngine().addEventListener("retry", (/** @type {any} */ { error }) => {
      if (this.loaded && error.code === TIMEOUT) this.#warn(dashFault(error, true))
    })
    player.addEventListener("segmentappended", () => this.#partArrived())
    player.addEventListener("manifestupdated", () => this.#updateLive())
    for (const type of ["trackschanged", "audiotrackschanged"])
      player.addEventListener(type, () => this.#tracksChanged())
  }

  #mayMove() {
    this.starting = false
    this.callbacks.mayMove?.()
  }

  async #load() {
    const { player, element, callbacks } = this
    try {
      await player.attach(element)
      player.configure("manifest.disableVideo", this.wantsSound)
      await player.load(this.url, callbacks.startS(), MIME)
    } catch (error) {
      if (!this.controller.signal.aborted) await this.#loadFailed(/** @type {any} */ (error))
      return
    }
    if (this.controller.signal.aborted) return
    this.loaded = true
    this.#tracksChanged()
    this.#prefer()
  }

  /** What the viewer chose for other media. */
  #prefer() {
    const sound = preferredTrack(this.audioTracks, loadItem(LANGUAGE_KEY, ""))
    if (sound && sound.id !== this.audioTrack) this.#select(sound.id)
    const quality = preferredQuality(this.qualities, loadItem(QUALITY_KEY, null))
    if (quality) this.#useQuality(quality.id)
  }

  /** shaka-player empties the element when it is done, whatever plays there by then. */
  close() {
    this.controller.abort()
    this.stopChecking()
    return this.player.destroy()
  }

  // ---------------------------------------------------------------- tracks

  /** @type {any[]} */
  #sounds = []
  /** @type {any[]} */
  #pictures = []

  #tracksChanged() {
    if (!this.loaded) return
    this.#sounds = this.player.getAudioTracks()
    this.#pictures = this.player.getVideoTracks()
    this.audioTracks = this.#sounds.map(({ label, language, primary }, id) => ({
      id,
      name: label ?? "",
      language: language === "und" ? "" : language,
      isDefault: Boolean(primary),
    }))
    this.audioTrack = this.#sounds.findIndex(({ active }) => active)
    const heights = this.#pictures.map(({ height, bandwidth }, id) => ({
      id,
      height: height ?? 0,
      bitrate: bandwidth ?? 0,
    }))
    this.qualities = distinctQualities(heights)
    const hasBoth = this.#sounds.length > 0 && this.#pictures.length > 0
    this.soundOnly = this.wantsSound || (hasBoth && this.callbacks.reopen ? false : null)
    this.callbacks.changed(this)
  }

  /** The language is remembered for other media. @param {number} id */
  setAudioTrack(id) {
    if (!this.audioTracks[id]) return
    saveItem(LANGUAGE_KEY, this.audioTracks[id].language)
    this.#select(id)
  }

  /** @param {number} id */
  #select(id) {
    this.player.selectAudioTrack(this.#sounds[id], SWITCH_AFTER_S)
    this.#tracksChanged()
  }

  /** Remembered for other media, as the height. @param {number | null} id null: chosen by the line's speed */
  setQuality(id) {
    saveItem(QUALITY_KEY, this.qualities.find((quality) => quality.id === id)?.height ?? null)
    if (this.soundOnly) this.callbacks.reopen?.()
    else this.#useQuality(id)
  }

  /** From the next opening on, which is now. */
  playSoundOnly() {
    if (this.soundOnly !== false) return
    saveItem(QUALITY_KEY, SOUND_ONLY)
    this.callbacks.reopen?.()
  }

  /** @param {number | null} id */
  #useQuality(id) {
    this.quality = id
    this.player.configure({ abr: { enabled: id === null } })
    if (id !== null) this.player.selectVideoTrack(this.#pictures[id])
    this.callbacks.changed(this)
  }

  /** The list says what there is, and its codecs. */
  get tracks() {
    const sound = this.#sounds.find(({ active }) => active)
    const picture = this.#pictures.find(({ active }) => active)
    return {
      sound: this.loaded ? Boolean(sound) : null,
      picture: this.loaded ? Boolean(picture) : null,
      soundCodec: sound?.codecs ?? null,
      pictureCodec: picture?.codecs ?? null,
    }
  }

  // ---------------------------------------------------------------- live

  /** All positions of a live stream begin at a date that its list names. */
  #updateLive() {
    const { player, list, callbacks } = this
    if (!player.isLive()) return
    list.update(this.window.read(), callbacks.serverMs())
    callbacks.live(list.mapping)
  }

  /** Where a live stream begins, before its first part is asked for. */
  #liveStartS() {
    this.#updateLive()
    return this.list.mapping ? this.list.startS(this.callbacks.serverMs()) : -FROM_EDGE_S
  }

  /** Wall time in ms of the picture that is shown, as its encoder dated it. */
  wallClock() {
    return this.list.dated ? (this.player.getPlayheadTimeAsDate()?.getTime() ?? null) : null
  }

  // ---------------------------------------------------------------- errors

  /** @param {import("../../core/streams/dash_faults.js").DashError} error */
  async #loadFailed(error) {
    if (error.code === INTERRUPTED) return
    if (this.wantsSound && NOTHING_TO_PLAY.includes(error.code ?? 0)) {
      this.wantsSound = false // there is no sound without the picture
      return this.#load()
    }
    const fault = dashFault(error, false)
    if (fault.kind === "codec") fault.codec = this.unsupported
    if (fault.kind === "unreachable" && (await answers(this.url))) fault.kind = "no_cors"
    if (!this.controller.signal.aborted) this.#fail(fault)
  }

  /** What is buffered plays on, and the part is requested again. @param {import("../../core/streams/dash_faults.js").DashError} error */
  #streamFailed(error) {
    if (!this.loaded || this.awaited) return // load() rejects
    const fault = dashFault(error, this.started)
    if (fault.kind === "missing") fault.kind = "gone"
    if (isOut(this.element) || !isOfNetwork(error)) return this.#fail(fault)
    this.fault = fault
    this.#warn(fault)
    this.player.retryStreaming(RETRY_S)
  }

  /** @param {import("../../core/streams/stream_faults.js").Fault} fault */
  #warn(fault) {
    if (!this.warned) this.faultEndS = dataEndS(this.element)
    this.warned = true
    this.callbacks.warned(faultMessage(fault, this.url))
  }

  /** Sound may arrive without its picture: only more to play ends the fault. */
  #partArrived() {
    if (!this.warned || dataEndS(this.element) - this.faultEndS <= MORE_S) return
    this.fault = null
    this.warned = false
    this.callbacks.warned(null)
  }

  /** @param {import("../../core/streams/stream_faults.js").Fault} fault */
  #fail(fault) {
    this.fault = null
    const { started, callbacks, url } = this
    const { reopen } = callbacks
    const isLive = this.loaded && this.player.isLive()
    const returns = Boolean(reopen) && (started ? mayPass(fault, isLive) : mayBegin(fault, isLive))
    callbacks.failed({ ...faultMessage(fault, url), returns }, returns && started)
    if (!reopen || !returns || this.awaited) return
    this.awaited = true
    const { signal } = this.controller
    whenBack(() => isBack(url, callbacks.startS(), signal), signal, reopen)
  }

  #check() {
    if (this.fault && !this.awaited && isOut(this.element)) this.#fail(this.fault)
  }
}
