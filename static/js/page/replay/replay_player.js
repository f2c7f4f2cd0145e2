// @ts-check
/** Plays the stretches of an evening one after another on a media element. */

import { lengthOf, momentOf, placeAt } from "../../core/room/replay.js"
import { gettext } from "../lib/i18n.js"
import { every } from "../lib/timers.js"
import { SourceOpener } from "../media/media_element.js"

const TICK_MS = 100
const AT_END_S = 0.05
/** Players of other sites and files on a disk: the replay runs without a picture. */
const NOT_SHOWN = new Set(["youtube", "vimeo", "twitch", "own"])

/** @typedef {import("../../core/protocol.js").Media} Media */
/** @typedef {import("../../core/room/replay.js").Stretch} Stretch */

export class ReplayPlayer {
  playing = false
  atS = 0
  /** What is said in place of a picture. */
  message = ""
  #index = -1
  #media = -1
  #seekToS = 0
  /** The element moves by itself: its position tells where the replay is. */
  #isOpen = false
  #seenMs = performance.now()

  /**
   * @param {HTMLMediaElement} element
   * @param {Media[]} sources
   * @param {Stretch[]} stretches
   * @param {() => void} changed
   */
  constructor(element, sources, stretches, changed) {
    this.element = element
    this.sources = sources
    this.stretches = stretches
    this.changed = changed
    this.opener = new SourceOpener(element, this.#sourceCallbacks())
    element.addEventListener("loadedmetadata", () => this.opener.source?.starting || this.#opened())
    element.addEventListener("error", () => element.getAttribute("src") && this.#failed())
    this.#enter(0, stretches[0].position)
    this.stop = every(TICK_MS, () => this.#tick())
  }

  get lengthS() {
    return lengthOf(this.stretches)
  }

  get media() {
    return this.sources[this.#media]
  }

  /** @param {boolean} playing */
  setPlaying(playing) {
    if (playing && this.atS >= this.lengthS - AT_END_S) this.seekTo(0)
    this.playing = playing
    this.#applyPlaying()
    this.changed()
  }

  /** @param {number} atS */
  seekTo(atS) {
    this.atS = Math.min(Math.max(atS, 0), this.lengthS)
    const { index, positionS } = placeAt(this.stretches, this.atS)
    this.#enter(index, positionS)
    this.changed()
  }

  /** @param {number} index @param {number} positionS */
  #enter(index, positionS) {
    const stretch = this.stretches[index]
    this.#index = index
    this.#seekToS = positionS
    if (stretch.media !== this.#media) this.#open(stretch.media)
    else if (this.#isOpen) this.#opened()
  }

  /** @param {number} media an index */
  #open(media) {
    this.#media = media
    this.#isOpen = false
    this.message = ""
    const source = this.sources[media]
    this.opener.close()
    this.element.removeAttribute("src")
    this.element.load()
    if (NOT_SHOWN.has(source.source ?? "")) this.#failed(notShownMessage())
    else if (!this.opener.open(source)) this.element.src = source.url.split("#", 1)[0]
  }

  #opened() {
    this.#isOpen = true
    this.element.playbackRate = this.stretches[this.#index].rate
    this.element.currentTime = this.#seekToS
    this.#applyPlaying()
  }

  #failed(message = gettext("This cannot be played any more. What was said runs on.")) {
    this.#isOpen = false
    this.message = message
    this.changed()
  }

  #applyPlaying() {
    if (!this.#isOpen) return
    if (!this.playing) this.element.pause()
    else if (this.element.paused) this.element.play().catch((error) => this.#refused(error))
  }

  /** @param {DOMException} error */
  #refused({ name }) {
    if (name !== "NotAllowedError") return // another source was opened meanwhile
    this.playing = false
    this.changed()
  }

  #tick() {
    const nowMs = performance.now()
    const passedS = (nowMs - this.#seenMs) / 1000
    this.#seenMs = nowMs
    if (!this.playing) return
    const stretch = this.stretches[this.#index]
    if (this.#isOpen) {
      if (!this.element.seeking) this.atS = momentOf(stretch, this.element.currentTime)
      if (this.element.ended) this.atS = stretch.at + stretch.lasts
    } else if (this.message) this.atS = Math.min(this.atS + passedS, stretch.at + stretch.lasts)
    if (this.atS >= stretch.at + stretch.lasts - AT_END_S) this.#next()
    this.changed()
  }

  #next() {
    const next = this.stretches[this.#index + 1]
    if (next) {
      this.atS = next.at
      return this.#enter(this.#index + 1, next.position)
    }
    this.atS = this.lengthS
    this.playing = false
    this.element.pause()
  }

  /** @returns {import("../media/media_element.js").SourceCallbacks} */
  #sourceCallbacks() {
    return {
      startS: () => this.#seekToS,
      serverMs: () => Date.now(),
      expectSeek: () => {},
      mayMove: () => this.#opened(),
      changed: () => {},
      live: () => {},
      growing: () => {},
      warned: () => {},
      failed: () => this.#failed(),
    }
  }
}

function notShownMessage() {
  return gettext("This came from another site or from a disk, and is not shown here. What was said runs on.")
}
