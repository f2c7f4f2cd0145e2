// @ts-check
/**
 * HLS on the room's own element, by hls.js; where the list cannot be fetched, because its server allows no other sites,
 * by the browser's own player.
 *
 * hls.js only fetches and appends: its own corrections of live latency are off, because two controllers would work
 * against each other, and where it moves the element (holes, nudges), the move is registered as expected.
 */

import { streamFault } from "../../core/media/stream_faults.js"
import { preferredTrack } from "../../core/media/track_choice.js"
import { liveMapping } from "../../core/sync/live_edge.js"
import { livePosition } from "../../core/sync/timeline.js"
import { loadItem, saveItem } from "../lib/storage.js"
import { every } from "../lib/timers.js"
import { settings } from "./hls_settings.js"
import { audioTracksOf, captionTracksOf, qualitiesOf } from "./hls_tracks.js"
import { answers } from "./host_probe.js"
import { faultMessage } from "./stream_messages.js"

const VENDORED = "../../../vendor/hls.js/hls.min.mjs" // not a literal: a copied file is neither typed nor preloaded
const { default: Hls } = await import(VENDORED)

const MIME = "application/vnd.apple.mpegurl"
const LANGUAGE_KEY = "audio-language"
const CHECK_MS = 250
const RELOAD_MS = 2000 // after a failed part, while the buffer lasts
const LEFT_S = 0.3

/** @typedef {import("../media/media_element.js").SourceCallbacks} SourceCallbacks */
/** @typedef {import("../../core/media/stream_faults.js").Fault} Fault */

/**
 * @param {HTMLMediaElement} element
 * @param {import("../../core/protocol.js").Media} media
 * @param {SourceCallbacks} callbacks
 */
export function open(element, media, callbacks) {
  return new HlsSource(element, media, callbacks)
}

class HlsSource {
  /** @type {import("../../core/media/track_choice.js").AudioTrack[]} */
  audioTracks = []
  /** @type {import("../../core/media/track_choice.js").Quality[]} */
  qualities = []
  /** @type {number | null} */
  quality = null
  /** Formats of the tracks that were found so far. @type {{sound: string | null, picture: string | null}} */
  codecs = { sound: null, picture: null }
  filmStartS = 0
  started = false
  recovered = false
  native = false
  /** A part could not be loaded; what is buffered plays on. @type {Fault | null} */
  fault = null
  faultMs = 0
  faultEndS = 0
  live = false
  dated = false
  /** Its segments are fragmented MP4, which says what is in it. */
  fragmented = false

  /**
   * @param {HTMLMediaElement} element
   * @param {import("../../core/protocol.js").Media} media
   * @param {SourceCallbacks} callbacks
   */
  constructor(element, media, callbacks) {
    this.element = element
    this.url = media.url
    this.callbacks = callbacks
    this.controller = new AbortController()
    this.stopChecking = every(CHECK_MS, () => this.#check())
    this.#listenToElement()
    if (Hls.isSupported()) this.#openByScript()
    else if (!this.#openNatively()) this.#fail({ kind: "codec", code: null, codec: null })
  }

  #openByScript() {
    const hls = new Hls(settings(this.callbacks.startS()))
    this.hls = hls
    const { Events } = Hls
    const listeners = {
      [Events.MANIFEST_PARSED]: () => this.#manifestParsed(),
      [Events.AUDIO_TRACKS_UPDATED]: () => this.#audioTracksUpdated(),
      [Events.AUDIO_TRACK_SWITCHED]: () => this.callbacks.changed(this),
      [Events.INIT_PTS_FOUND]: (/** @type {any} */ found) =>
        (this.filmStartS = found.initPTS / found.timescale),
      [Events.LEVELS_UPDATED]: () => this.#manifestParsed(),
      [Events.LEVEL_UPDATED]: (/** @type {any} */ { details }) => this.#levelUpdated(details),
      [Events.BUFFER_CODECS]: (/** @type {any} */ tracks) => this.#codecsKnown(tracks),
      [Events.FRAG_BUFFERED]: () => this.#partArrived(),
      [Events.ERROR]: (/** @type {any} */ error) => this.#failed(error),
    }
    for (const [type, listener] of Object.entries(listeners))
      hls.on(type, (/** @type {string} */ _type, /** @type {any} */ data) => listener(data))
    hls.loadSource(this.url.split("#", 1)[0])
    hls.attachMedia(this.element)
  }

  /** Until the first data is there, whatever moves the element is hls.js going to the start. */
  #listenToElement() {
    const { element, callbacks } = this
    const { signal } = this.controller
    element.addEventListener("seeking", () => this.started || callbacks.expectSeek(element.currentTime), {
      signal,
    })
    element.addEventListener("canplay", () => (this.started = true), { signal })
  }

  close() {
    this.controller.abort()
    this.stopChecking()
    this.hls?.destroy()
    this.hls = null
  }

  // ---------------------------------------------------------------- tracks

  #manifestParsed() {
    this.qualities = qualitiesOf(this.hls.levels)
    this.callbacks.changed(this)
  }

  #audioTracksUpdated() {
    this.audioTracks = audioTracksOf(this.hls.audioTracks)
    const wanted = preferredTrack(this.audioTracks, loadItem(LANGUAGE_KEY, ""))
    if (wanted && wanted.id !== this.hls.audioTrack) this.hls.audioTrack = wanted.id
    this.callbacks.changed(this)
  }

  get captionTracks() {
    return captionTracksOf(this.hls?.allSubtitleTracks ?? [])
  }

  get audioTrack() {
    return this.hls?.audioTrack ?? -1
  }

  /** The language is remembered for other media. @param {number} id */
  setAudioTrack(id) {
    if (!this.audioTracks[id]) return
    this.hls.audioTrack = id
    saveItem(LANGUAGE_KEY, this.audioTracks[id].language)
    this.callbacks.changed(this)
  }

  /** @param {number | null} id null: chosen by the line's speed */
  setQuality(id) {
    this.quality = id
    this.hls.nextLevel = id ?? -1
    this.callbacks.changed(this)
  }

  /** @param {Record<string, {codec?: string} | undefined>} buffers of what hls.js appends */
  #codecsKnown({ audio, video, audiovideo }) {
    const level = this.hls.levels[Math.max(0, this.hls.loadLevel)] ?? {}
    if (video ?? audiovideo) this.codecs.picture = video?.codec ?? level.videoCodec ?? ""
    if (audio ?? audiovideo) this.codecs.sound = audio?.codec ?? level.audioCodec ?? ""
  }

  /**
   * Once it plays, a track that was not found is not there. But hls.js skips sound that it does not know in MPEG-TS,
   * and the browser's own player does not say what it found.
   */
  get tracks() {
    const { sound, picture } = this.codecs
    const known = this.started && !this.native
    return {
      sound: sound !== null || (known && this.fragmented ? false : null),
      picture: known ? picture !== null : null,
      soundCodec: sound || null,
      pictureCodec: picture || null,
    }
  }

  // ---------------------------------------------------------------- live

  /** Wall time in ms of the picture that is shown, as its encoder dated it. */
  wallClock() {
    return this.dated ? (this.hls?.playingDate?.getTime() ?? null) : null
  }

  /** @param {any} details of the list that plays */
  #levelUpdated({ live, type, fragments, edge, targetduration, hasProgramDateTime }) {
    this.fragmented = Boolean(fragments[0]?.initSegment)
    if (!live || !fragments.length) return
    if (type === "EVENT") return this.callbacks.growing() // from its beginning, with more to come
    const [first] = fragments
    this.dated = Boolean(hasProgramDateTime)
    const dateMs = this.dated ? first.programDateTime : null
    const list = { startS: first.start, endS: edge, segmentS: targetduration, dateMs }
    const serverMs = this.callbacks.serverMs()
    const mapping = liveMapping(list, serverMs)
    if (!this.live) this.hls.startLoad(mapping ? livePosition(mapping, serverMs) : -1) // not at the room's position
    this.live = true
    this.callbacks.live(mapping)
  }

  // ---------------------------------------------------------------- errors

  /** @param {any} error of hls.js */
  #failed(error) {
    const { ErrorDetails, ErrorTypes } = Hls
    const moves = [ErrorDetails.BUFFER_NUDGE_ON_STALL, ErrorDetails.BUFFER_SEEK_OVER_HOLE]
    if (moves.includes(error.details)) this.callbacks.expectSeek(this.element.currentTime)
    if (!error.fatal) return
    const fault = streamFault(error, this.started, isSupported)
    if (fault.kind === "unreachable" && !this.started) return void this.#tryNatively(fault)
    if (error.type === ErrorTypes.MEDIA_ERROR && fault.kind === "damaged" && this.#recover()) return
    if (this.#isOut()) this.#fail(fault)
    else this.#playOn(fault)
  }

  #recover() {
    if (this.recovered) return false
    this.recovered = true
    this.hls.recoverMediaError()
    return true
  }

  /** Where the buffered data around the position ends. */
  get #endS() {
    const { buffered, currentTime } = this.element
    for (let i = 0; i < buffered.length; i++)
      if (buffered.start(i) <= currentTime + LEFT_S && buffered.end(i) > currentTime) return buffered.end(i)
    return currentTime
  }

  /** Whether nothing is left to play. */
  #isOut() {
    return this.#endS - this.element.currentTime <= LEFT_S
  }

  /** Play what is buffered, warn, and try again meanwhile. @param {Fault} fault */
  #playOn(fault) {
    if (!this.fault) this.faultEndS = this.#endS
    this.fault = fault
    this.faultMs = performance.now()
    this.callbacks.warned(faultMessage(fault, this.url))
  }

  /** Parts before the missing one may be loaded again: only more to play ends the fault. */
  #partArrived() {
    if (!this.fault || this.#endS - this.faultEndS <= LEFT_S) return
    this.fault = null
    this.callbacks.warned(null)
  }

  #check() {
    if (!this.fault) return
    if (this.#isOut()) return this.#fail(this.fault)
    if (performance.now() - this.faultMs < RELOAD_MS) return
    this.faultMs = performance.now()
    this.hls?.startLoad()
  }

  /** @param {Fault} fault */
  #fail(fault) {
    this.fault = null
    this.hls?.stopLoad()
    this.callbacks.failed(faultMessage(fault, this.url))
  }

  // ---------------------------------------------------------------- the browser's own player

  /** @param {Fault} fault */
  async #tryNatively(fault) {
    if (this.#openNatively()) return
    const reachable = await answers(this.url)
    this.#fail(reachable ? { ...fault, kind: "no_cors" } : fault)
  }

  /** It needs no permission of the server, and knows one audio language. */
  #openNatively() {
    if (this.native || !this.element.canPlayType(MIME)) return false
    this.native = true
    this.hls?.destroy()
    this.hls = null
    this.audioTracks = []
    this.qualities = []
    this.element.src = this.url
    this.element.load()
    return true
  }
}

/** @param {string} codec */
function isSupported(codec) {
  return Boolean(Hls.getMediaSource()?.isTypeSupported(`video/mp4; codecs="${codec}"`))
}
