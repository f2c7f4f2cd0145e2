// @ts-check
/**
 * HLS on the room's own element, by hls.js; where the list cannot be fetched, because its server allows no other sites,
 * by the browser's own player.
 *
 * hls.js only fetches and appends: its own corrections of live latency are off, because two controllers would work
 * against each other, and where it moves the element (holes, nudges), the move is registered as expected.
 */

import { isRefused, mayBegin, mayPass, streamFault } from "../../core/streams/stream_faults.js"
import { every } from "../lib/timers.js"
import { dataEndS, isOut, LoadActivity } from "../streams/hls_activity.js"
import { isBack, opensByItself } from "../streams/hls_return.js"
import { settings } from "../streams/hls_settings.js"
import { TrackChoices } from "../streams/hls_tracks.js"
import { answers, whenBack } from "../streams/host_probe.js"
import { LiveList } from "../streams/live_list.js"
import { faultMessage } from "../streams/stream_messages.js"

const VENDORED = "../../../vendor/hls.js/hls.min.mjs" // not a literal: a copied file is neither typed nor preloaded
const { default: Hls } = await import(VENDORED)

const MIME = "application/vnd.apple.mpegurl"
const CHECK_MS = 250
const RELOAD_MS = 2000 // after a failed part, while the buffer lasts
const MORE_S = 0.3
const IDLE_MS = 3000 // with nothing left to play

/** @typedef {import("../media/media_element.js").SourceCallbacks} SourceCallbacks */
/** @typedef {import("../../core/streams/stream_faults.js").Fault} Fault */

/**
 * @param {HTMLMediaElement} element
 * @param {import("../../core/protocol.js").Media} media
 * @param {SourceCallbacks} callbacks
 */
export function open(element, media, callbacks) {
  return new HlsSource(element, media, callbacks)
}

class HlsSource extends TrackChoices {
  /** Formats of the tracks that were found so far. @type {{sound: string | null, picture: string | null}} */
  codecs = { sound: null, picture: null }
  filmStartS = 0
  started = false
  recovered = false
  native = false
  listed = false
  /** It is opened again when its server is back. */
  awaited = false
  /** @type {string | null} */
  failedPart = null
  /** A part could not be loaded; what is buffered plays on. @type {Fault | null} */
  fault = null
  faultMs = 0
  warned = false
  faultEndS = 0
  list = new LiveList()
  /** Its segments are fragmented MP4, which says what is in it. */
  fragmented = false

  /**
   * @param {HTMLMediaElement} element
   * @param {import("../../core/protocol.js").Media} media
   * @param {SourceCallbacks} callbacks
   */
  constructor(element, media, callbacks) {
    super(callbacks)
    this.element = element
    this.url = media.url.split("#", 1)[0]
    this.controller = new AbortController()
    this.stopChecking = every(CHECK_MS, () => this.#check())
    this.#listenToElement()
    if (Hls.isSupported()) this.#openByScript()
    else if (!this.#openNatively()) this.#fail({ kind: "codec", code: null, codec: null })
  }

  #openByScript() {
    const hls = new Hls({ ...settings(Hls, this.callbacks.startS()), autoStartLoad: !this.wantsSound })
    this.hls = hls
    const { Events } = Hls
    this.activity = new LoadActivity(hls, Events)
    const listeners = {
      [Events.MANIFEST_PARSED]: () => this.#listArrived(),
      [Events.AUDIO_TRACKS_UPDATED]: () => this.audioTracksUpdated(),
      [Events.AUDIO_TRACK_SWITCHED]: () => this.callbacks.changed(this),
      [Events.INIT_PTS_FOUND]: (/** @type {any} */ found) =>
        (this.filmStartS = found.initPTS / found.timescale),
      [Events.LEVELS_UPDATED]: () => this.levelsChanged(),
      [Events.LEVEL_UPDATED]: (/** @type {any} */ { details }) => this.#levelUpdated(details),
      [Events.BUFFER_CODECS]: (/** @type {any} */ tracks) => this.#codecsKnown(tracks),
      [Events.FRAG_BUFFERED]: () => this.#partArrived(),
      [Events.ERROR]: (/** @type {any} */ error) => this.#failed(error),
    }
    for (const [type, listener] of Object.entries(listeners))
      hls.on(type, (/** @type {string} */ _type, /** @type {any} */ data) => listener(data))
    hls.loadSource(this.url)
    hls.attachMedia(this.element)
  }

  #listArrived() {
    this.listed = true
    if (this.manifestParsed()) this.#load()
  }

  /** Until the first data is there, whatever moves the element is hls.js going to the start. */
  #listenToElement() {
    const { element, callbacks } = this
    const { signal } = this.controller
    element.addEventListener("seeking", () => this.started || callbacks.expectSeek(element.currentTime), {
      signal,
    })
    element.addEventListener("canplay", () => (this.started = true), { signal })
    element.addEventListener("error", () => this.#elementFailed(), { signal })
  }

  close() {
    this.controller.abort()
    this.stopChecking()
    this.hls?.destroy()
    this.hls = null
  }

  // ---------------------------------------------------------------- tracks

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
      picture: this.soundOnly ? false : known ? picture !== null : null,
      soundCodec: sound || null,
      pictureCodec: picture || null,
    }
  }

  // ---------------------------------------------------------------- live

  /** Wall time in ms of the picture that is shown, as its encoder dated it. */
  wallClock() {
    return this.list.dated ? (this.hls?.playingDate?.getTime() ?? null) : null
  }

  /** @param {any} details of the list that plays */
  #levelUpdated(details) {
    const { live, type, fragments } = details
    this.fragmented = Boolean(fragments[0]?.initSegment)
    if (!live || !fragments.length) return
    if (type === "EVENT") return this.callbacks.growing() // from its beginning, with more to come
    const isFirst = !this.list.isLive
    this.list.update(details, this.callbacks.serverMs())
    if (isFirst) this.#load()
    this.callbacks.live(this.list.mapping)
  }

  /** From where the player is, or where it begins. */
  #load() {
    const { callbacks, list } = this
    const startS = list.isLive ? list.startS(callbacks.serverMs()) : callbacks.startS()
    this.hls.startLoad(this.started ? -1 : startS)
  }

  // ---------------------------------------------------------------- errors

  /** @param {any} error of hls.js */
  #failed(error) {
    const { ErrorDetails, ErrorTypes } = Hls
    const moves = [ErrorDetails.BUFFER_NUDGE_ON_STALL, ErrorDetails.BUFFER_SEEK_OVER_HOLE]
    if (moves.includes(error.details)) this.callbacks.expectSeek(this.element.currentTime)
    if (!error.fatal && !isRefused(error)) return this.#slowed(error)
    this.failedPart = error.frag?.url ?? null
    const fault = streamFault(error, this.started, isSupported)
    if (fault.kind === "missing" && error.frag) fault.kind = "gone"
    if (fault.kind === "unreachable" && !this.listed) return void this.#tryNatively(fault)
    if (error.type === ErrorTypes.MEDIA_ERROR && fault.kind === "damaged" && this.#recover()) return
    if (isOut(this.element)) this.#fail(fault)
    else this.#playOn(fault)
  }

  /** It is requested again; what is buffered plays on. @param {any} error */
  #slowed({ details, frag }) {
    if (frag && /TimeOut$/.test(details) && !this.fault) this.#warn({ kind: "slow", code: null, codec: null })
  }

  #recover() {
    if (this.recovered) return false
    this.recovered = true
    this.hls.recoverMediaError()
    return true
  }

  /** Play what is buffered, warn, and try again meanwhile. @param {Fault} fault */
  #playOn(fault) {
    this.#warn(fault)
    this.fault = fault
    this.faultMs = performance.now()
  }

  /** @param {Fault} fault */
  #warn(fault) {
    if (!this.warned) this.faultEndS = dataEndS(this.element)
    this.warned = true
    this.callbacks.warned(faultMessage(fault, this.url))
  }

  /** Parts before the missing one may be loaded again: only more to play ends the fault. */
  #partArrived() {
    if (!this.warned || dataEndS(this.element) - this.faultEndS <= MORE_S) return
    this.fault = null
    this.warned = false
    this.callbacks.warned(null)
  }

  #check() {
    if (!this.fault) return this.#wake()
    if (isOut(this.element)) return this.#fail(this.fault)
    if (performance.now() - this.faultMs < RELOAD_MS) return
    this.faultMs = performance.now()
    this.hls?.startLoad()
  }

  /** Nothing is left to play, and nothing is being loaded. */
  #wake() {
    if (!this.hls || this.awaited || this.element.readyState > 2 || !isOut(this.element)) return
    if (!this.activity || this.activity.idleMs < IDLE_MS) return
    this.activity.restarted()
    this.#load()
  }

  /** @param {Fault} fault */
  #fail(fault) {
    this.fault = null
    this.hls?.stopLoad()
    const { started, list, callbacks, url } = this
    const { reopen } = callbacks
    const passes = started ? mayPass(fault, list.isLive) : mayBegin(fault, list.isLive)
    const returns = Boolean(reopen) && passes
    callbacks.failed({ ...faultMessage(fault, url), returns }, returns && started)
    if (!reopen || !returns || this.awaited) return
    this.awaited = true
    whenBack(() => this.#isBack(fault), this.controller.signal, reopen)
  }

  /** @param {Fault} fault */
  async #isBack({ kind }) {
    const { url, list, failedPart, controller } = this
    const part = list.isLive ? null : failedPart
    const isThere = await isBack({ Hls, options: settings(Hls, 0), url, part, signal: controller.signal })
    return isThere || (kind === "no_cors" && (await opensByItself(url)))
  }

  // ---------------------------------------------------------------- the browser's own player

  /** @param {Fault} fault */
  async #tryNatively(fault) {
    const reachable = await answers(this.url)
    if (this.controller.signal.aborted || (reachable && this.#openNatively())) return
    this.#fail(reachable ? { ...fault, kind: "no_cors" } : fault)
  }

  #elementFailed() {
    if (this.native && !this.started) this.#fail({ kind: "no_cors", code: null, codec: null })
  }

  /** It needs no permission of the server, and knows one audio language. */
  #openNatively() {
    if (this.native || !this.element.canPlayType(MIME)) return false
    this.native = true
    this.hls?.destroy()
    this.hls = null
    this.audioTracks = []
    this.qualities = []
    this.soundOnly = this.sound = null
    this.element.src = this.url
    this.element.load()
    return true
  }
}

/** @param {string} codec */
function isSupported(codec) {
  return Boolean(Hls.getMediaSource()?.isTypeSupported(`video/mp4; codecs="${codec}"`))
}
