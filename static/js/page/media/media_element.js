// @ts-check
/**
 * The media element: the driver that acts on it, a snapshot of its state, and the browser's engine, because the three
 * engines keep time differently.
 */

import { gettext } from "../lib/i18n.js"

const GAP_S = 0.05 // browsers play across gaps of this size

/** @returns {"chromium" | "firefox" | "webkit"} */
export function browserEngine() {
  const agent = navigator.userAgent
  if (/Firefox\//.test(agent)) return "firefox"
  return /Chrom(e|ium)\//.test(agent) ? "chromium" : "webkit"
}

/** Part of the storage key for measurements of this browser: another version may behave differently. */
export function browserVersion() {
  const found = /(Firefox|Chrom(?:e|ium)|Version)\/(\d+)/.exec(navigator.userAgent)
  return found ? `${browserEngine()}-${found[2]}` : browserEngine()
}

const EDGE_S = 0.1 // browsers round the ends of ranges

/** Whether one of the ranges contains the position. @param {TimeRanges} ranges @param {number} positionS */
export function contains(ranges, positionS) {
  for (let i = 0; i < ranges.length; i++) {
    if (ranges.start(i) - EDGE_S <= positionS && positionS <= ranges.end(i) + EDGE_S) return true
  }
  return false
}

/** Seconds buffered ahead of the position. @param {TimeRanges} ranges @param {number} positionS */
export function bufferedAhead(ranges, positionS) {
  for (let i = 0; i < ranges.length; i++) {
    if (ranges.start(i) <= positionS + GAP_S && positionS < ranges.end(i)) return ranges.end(i) - positionS
  }
  return 0
}

const SAME_RATE = 1e-7

/** @typedef {HTMLMediaElement & {webkitPreservesPitch?: boolean}} Element */

/**
 * Performs actions on the media element. Each action is registered as an expected event before it is done, so that its
 * event is not taken for one that this page did not cause.
 */
export class ElementDriver {
  /**
   * @param {HTMLMediaElement} element
   * @param {import("../../core/sync/expected_events.js").ExpectedEvents} expectedEvents
   * @param {(error: DOMException) => void} refused
   */
  constructor(element, expectedEvents, refused) {
    this.element = /** @type {Element} */ (element)
    this.expectedEvents = expectedEvents
    this.refused = refused
  }

  /**
   * Load the URL without its fragment: `#t=1,2` would stop playback at 2 s, and servers do not get fragments.
   * @param {string | null} url
   */
  load(url) {
    this.expectedEvents.clear()
    if (url) this.element.src = url.split("#", 1)[0]
    else this.element.removeAttribute("src")
    this.element.load()
  }

  play() {
    if (this.element.paused) this.expectedEvents.expect("play")
    this.element.play().catch(this.refused)
  }

  pause() {
    if (this.element.paused) return
    this.expectedEvents.expect("pause")
    this.element.pause()
  }

  /** @param {number} toS */
  seek(toS) {
    this.expectedEvents.expect("seeked", toS)
    this.element.currentTime = toS
  }

  /** @param {number} rate @param {boolean} preservesPitch */
  rate(rate, preservesPitch) {
    const { element } = this
    if (element.preservesPitch !== preservesPitch) element.preservesPitch = preservesPitch
    if ("webkitPreservesPitch" in element) element.webkitPreservesPitch = preservesPitch
    if (Math.abs(element.playbackRate - rate) < SAME_RATE) return
    this.expectedEvents.expect("ratechange", rate)
    element.playbackRate = rate
  }
}

/**
 * Kinds of media that a script has to fetch. Each is a module of its own, loaded with the first of them: a room that
 * plays a file needs none.
 * @type {Record<string, () => Promise<{open: OpenSource}>>}
 */
const SOURCES = {
  hls: () => import("../sources/hls.js"),
  dash: () => import("../sources/dash.js"),
  own: () => import("../sources/own.js"),
  youtube: () => import("../sources/youtube.js"),
  vimeo: () => import("../sources/vimeo.js"),
  twitch: () => import("../sources/twitch.js"),
}
const SOURCE_OF_MIME = /** @type {Record<string, string>} */ ({ "application/vnd.apple.mpegurl": "hls" })

/** @typedef {import("../../core/protocol.js").Media} Media */
/** @typedef {import("../../core/media/media_state.js").Message} Message */
/**
 * An opened source. `qualities` and `audioTracks` are what a viewer may choose from; `wallClock` gives the wall time in
 * ms of the picture of a live stream that has one.
 * @typedef {object} Source
 * @property {() => void | Promise<void>} close a promise if it touches the element for a moment longer
 * @property {import("../../core/media/track_choice.js").AudioTrack[]} audioTracks
 * @property {number} audioTrack
 * @property {(id: number) => void} setAudioTrack
 * @property {import("../../core/media/track_choice.js").Quality[]} qualities
 * @property {number | null} quality null: chosen automatically
 * @property {(id: number | null) => void} setQuality
 * @property {boolean | null} [soundOnly] whether it plays without its picture; null or undefined: it cannot
 * @property {() => void} [playSoundOnly]
 * @property {CaptionRendition[]} [captionTracks] lists of WebVTT segments
 * @property {number} [filmStartS] where the clock of the stream's own times begins
 * @property {() => number | null} [wallClock]
 * @property {boolean} [starting] it still moves the element itself; `mayMove` follows
 * @property {boolean} [isOwnCopy] it plays a file of the viewer's own, of which the server knows nothing
 * @property {{sound: boolean | null, picture: boolean | null, soundCodec?: string | null,
 *   pictureCodec?: string | null}} tracks what the media should have; null: not known
 */
/**
 * @typedef {{id: number, name: string, language: string, isDefault: boolean, forced: boolean, url: string}}
 *   CaptionRendition
 */
/**
 * @typedef {object} SourceCallbacks
 * @property {() => number} startS where to begin
 * @property {() => number} serverMs
 * @property {(toS: number) => void} expectSeek the source is about to move the element
 * @property {() => void} [mayMove] it moves the element no longer
 * @property {(source: Source | null) => void} changed tracks or qualities; null: closed
 * @property {(mapping: import("../../core/sync/timeline.js").LiveMapping | null) => void} live
 * @property {() => void} growing it has no end yet, and its positions are the room's
 * @property {(message: Message | null) => void} warned it will break off soon; null: no longer
 * @property {(message: Message, waits?: boolean) => void} failed `waits`: the source reopens when its server is back
 * @property {() => void} [reopen]
 * @property {(asking: boolean) => void} [asking] nothing plays until the viewer agrees
 * @property {() => string} [measuredAs] key of this browser's measurements
 * @property {(driven: import("./viewer_settings.js").Driven | null) => void} [drive] another player; null: the page's
 */
/** @typedef {(element: HTMLMediaElement, media: Media, callbacks: SourceCallbacks) => Source} OpenSource */

/** Opens media that need a script, one at a time. */
export class SourceOpener {
  /** @type {Source | null} */
  source = null
  /** @type {object | null} */
  #opening = null
  /** A source that was closed still touches the element. @type {Promise<void> | null} */
  closing = null
  /** Addresses of media in whose place a file of the viewer plays. @type {Set<string>} */
  ownCopies = new Set()

  /** @param {HTMLMediaElement} element @param {SourceCallbacks} callbacks */
  constructor(element, callbacks) {
    this.element = element
    this.callbacks = callbacks
  }

  /** Returns false for media that the element plays by itself. @param {Media | null} media */
  open(media) {
    this.close()
    const load = media && SOURCES[this.#kindOf(media)]
    if (!load) return false
    void this.#open(media, load, (this.#opening = {}))
    return true
  }

  /** @param {Media} media */
  #kindOf({ url, mime, source }) {
    return this.ownCopies.has(url) ? "own" : (SOURCE_OF_MIME[mime ?? ""] ?? source ?? "")
  }

  /**
   * Other media may have been opened while the module was loading.
   * @param {Media} media
   * @param {() => Promise<{open: OpenSource}>} load
   * @param {object} opening
   */
  async #open(media, load, opening) {
    const isCurrent = () => this.#opening === opening
    try {
      const { open } = await load()
      await this.closing
      if (isCurrent()) this.source = open(this.element, media, this.#callbacksWhile(isCurrent))
    } catch (error) {
      console.error(error)
      if (isCurrent()) this.callbacks.failed(moduleMissingMessage())
    }
  }

  /** Callbacks of a source that was closed have no effect. @param {() => boolean} isCurrent */
  #callbacksWhile(isCurrent) {
    const entries = /** @type {[string, any][]} */ (Object.entries(this.callbacks)).map(([name, call]) => [
      name,
      (/** @type {any[]} */ ...values) => (isCurrent() ? call(...values) : null),
    ])
    return /** @type {SourceCallbacks} */ (Object.fromEntries(entries))
  }

  /** Whether a script opens the media. */
  get opens() {
    return this.#opening !== null
  }

  close() {
    this.#opening = null
    if (!this.source) return
    this.#waitFor(this.source.close())
    this.source = null
    this.callbacks.drive?.(null)
    this.callbacks.changed(null)
  }

  /** @param {void | Promise<void>} closed */
  #waitFor(closed) {
    if (!closed) return
    /** @type {Promise<void>} */
    const closing = Promise.allSettled([this.closing, closed]).then(() => {
      if (this.closing === closing) this.closing = null
    })
    this.closing = closing
  }
}

/**
 * What a source may do to the player that opened it.
 * @param {import("./room_player.js").Player} player
 * @returns {SourceCallbacks}
 */
export function sourceCallbacks(player) {
  const { expectedEvents, callbacks } = player
  return {
    startS: () => player.controller.target?.positionAt(player.seen().serverMs) ?? 0,
    serverMs: () => player.seen().serverMs,
    expectSeek: (toS) => expectedEvents.expect("seeked", toS),
    mayMove: () => player.tick(),
    changed: (source) => callbacks.source(source),
    live: (mapping) => {
      player.controller.wentLive(mapping)
      player.tick()
    },
    growing: () => {
      player.controller.media.seeks.live = true
    },
    warned: (message) => {
      player.warning = message
      player.tick()
    },
    failed: (message, waits = false) => {
      player.controller.failed(player.seen(), waits, message)
      player.tick()
    },
    reopen: () => player.reload(),
    asking: (asking) => void (player.controller.media.asking = asking),
    measuredAs: () => player.own.measuredAs,
    drive: (driven) => player.drive(driven ?? player.own),
  }
}

/** @returns {Message} */
function moduleMissingMessage() {
  return {
    title: gettext("The player for this stream could not be loaded"),
    text: gettext("Check your connection, then try again."),
  }
}

/**
 * What was decoded so far, as far as this browser counts it; hidden tabs decode no pictures.
 * @param {HTMLMediaElement} element
 * @param {boolean} hidden
 * @returns {import("../../core/media/media_state.js").Decoded}
 */
export function readDecoded(element, hidden) {
  const media = /** @type {any} */ (element)
  return {
    audioBytes: media.webkitAudioDecodedByteCount,
    hasAudio: media.mozHasAudio,
    audioTracks: media.audioTracks?.length,
    pictureWidth: media.videoWidth,
    frames: hidden ? undefined : media.getVideoPlaybackQuality?.().totalVideoFrames,
  }
}

/** Whether the tab is invisible; picture-in-picture counts as visible. */
export function isHidden() {
  const { documentPictureInPicture } = /** @type {any} */ (window)
  return document.hidden && !document.pictureInPictureElement && !documentPictureInPicture?.window
}

/**
 * Take a snapshot of the element and the clocks, in one task: between two tasks both clocks move.
 * @param {HTMLMediaElement} element
 * @param {import("../../core/clock/clock.js").Clock} clock
 * @param {number} fineTuneMs positive: this device plays later
 * @returns {import("../../core/sync/timeline.js").ElementState}
 */
export function readElement(element, clock, fineTuneMs) {
  const nowMs = performance.now()
  const currentTimeS = element.currentTime
  return {
    nowMs,
    currentTimeS,
    serverMs: clock.serverNow(nowMs) - fineTuneMs,
    locked: clock.locked,
    clockSteps: clock.steps,
    movementMs: clock.movementMs,
    paused: element.paused,
    seeking: element.seeking,
    ended: element.ended,
    muted: element.muted,
    hidden: isHidden(),
    readyState: element.readyState,
    rate: element.playbackRate,
    durationS: element.duration,
    idle: element.networkState === HTMLMediaElement.NETWORK_IDLE,
    bufferedAheadS: bufferedAhead(element.buffered, currentTimeS),
    buffered: (positionS) => bufferedAhead(element.buffered, positionS) > 0,
    seekable: (positionS) => contains(element.seekable, positionS),
    .../** @type {{inFrame?: object}} */ (element).inFrame,
  }
}
