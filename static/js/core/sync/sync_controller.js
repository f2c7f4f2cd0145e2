// @ts-check
/**
 * The player's state machine: given the room's timeline and the state of the media element, what to do now.
 *
 * It is called on every event of the element and every timer, evaluates the whole situation each time, and
 * returns effects (`page/media/room_player.js` carries them out) and when to be called again. There is no
 * asynchronous work to cancel: a newer timeline replaces the plan.
 */

import { DriftControl } from "./drift_control.js"
import { Interference } from "./expected_events.js"
import { PlayControl } from "./play_control.js"
import { PauseControl, StartControl } from "./start_control.js"
import { SyncTarget } from "./timeline.js"

const IDLE_MS = 1000

/** @typedef {import("./timeline.js").ElementState} ElementState */
/**
 * @typedef {{do: "play"} | {do: "pause"} | {do: "mute"} | {do: "seek", toS: number} | {do: "rate", rate:
 *   number, preservesPitch: boolean} | {do: "report", type: "buffer_start" | "buffer_end", waitedMs: number}
 *   | {do: "fetch"} | {do: "learned"}} Effect
 */
/**
 * @typedef {"empty" | "loading" | "ready" | "playing" | "paused" | "buffering" | "suspended" | "blocked" |
 *   "error" | "broken_off" | "ended" | "off"} State
 */
/** @typedef {{state: State, askInMs: number, precise?: boolean}} Step */

export class SyncController {
  /** @type {SyncTarget | null} */
  target = null
  /** The target that this one flows into. @type {SyncTarget | null} */
  nextTarget = null
  /** @type {State} */
  state = "empty"
  interference = new Interference()
  /** The viewer or the room wants no synchronisation. */
  off = false
  clockSteps = 0
  hidden = false
  /** @type {Effect[]} */
  effects = []

  /**
   * @param {object} parts
   * @param {import("./latency_model.js").LatencyModel} parts.latencyModel
   * @param {import("./drift_control.js").RateController} parts.rateControl
   * @param {import("../media/media_state.js").MediaState} parts.media
   */
  constructor({ latencyModel, rateControl, media }) {
    this.media = media
    this.latencyModel = latencyModel
    this.rateControl = rateControl
    this.driftControl = new DriftControl({ latencyModel, rateControl, media })
    this.startControl = new StartControl({ latencyModel, driftControl: this.driftControl, media })
    const { driftControl, startControl } = this
    this.pauseControl = new PauseControl({ driftControl, startControl })
    this.playControl = new PlayControl({ latencyModel, driftControl, startControl, media })
  }

  /** Discard the plan for an older timeline. */
  #startOver() {
    this.playControl.startOver()
    this.pauseControl.placed = false
  }

  /** The element loads other media, or the same again. */
  newSource({ again = false } = {}) {
    this.startControl.flushed = true
    this.media.loadStarted(again)
    this.#startOver()
  }

  /**
   * The element failed.
   * @param {ElementState} element
   * @param {boolean} retrying it will be loaded again
   * @param {import("../media/media_state.js").Message | null} [message] what a stream's player knows of the cause
   */
  failed(element, retrying, message = null) {
    this.media.failed(element, retrying, message)
    this.#startOver()
  }

  /**
   * The media are a live stream.
   * @param {import("./timeline.js").LiveMapping | null} mapping null if its positions are not comparable
   */
  wentLive(mapping) {
    const was = this.media.live
    this.media.wentLive(mapping)
    if (!was !== !mapping) this.#startOver()
  }

  /**
   * Follow a timeline. One that describes the same motion changes nothing.
   * @param {import("./timeline.js").TimelineState | null} timeline
   * @param {number} serverMs
   */
  follow(timeline, serverMs) {
    this.nextTarget =
      timeline && this.target?.flowsInto(timeline, serverMs) ? new SyncTarget(timeline, this.media) : null
    if (this.nextTarget) return
    const same = timeline && this.target?.isSameMotion(timeline, serverMs)
    const waits = timeline && this.target?.waitsOrResumes(timeline, serverMs)
    this.target = timeline && new SyncTarget(timeline, this.media)
    if (same) return
    if (waits) this.media.roomWaited(timeline)
    else this.media.roomMoved(timeline)
    this.#startOver()
  }

  get timeline() {
    return this.target?.timeline ?? null
  }

  /** Media time; positive if the player is ahead; null without a timeline. @param {ElementState} element */
  driftMs(element) {
    return this.target ? this.target.driftMs(element) : null
  }

  /** The drift without the noise of one sample; null while nothing is corrected. */
  filteredDriftMs() {
    const errorMs = this.driftControl.decision?.errorMs
    return this.target && errorMs !== null && errorMs !== undefined ? -errorMs * this.target.rate : null
  }

  /** Place the player again, whatever it does. */
  resync() {
    this.interference.reset()
    this.media.seeks.reset()
    this.#startOver()
    this.playControl.forced = true
  }

  /** Stop or resume synchronising the player. @param {boolean} off */
  leaveAlone(off) {
    if (off !== this.off) this.#startOver()
    if (off) this.media.unaligned.leave()
    this.off = off
  }

  /** @param {ElementState} element @returns {{effects: Effect[], askInMs: number, precise: boolean}} */
  tick(element) {
    this.effects = []
    this.driftControl.decision = null
    this.#startDueLap(element)
    const { state, askInMs, precise = false } = this.#decide(element)
    this.state = state
    const lapInMs = this.#lapInMs(element)
    if (lapInMs < askInMs) return { effects: this.effects, askInMs: Math.max(0, lapInMs), precise: true }
    return { effects: this.effects, askInMs: Math.max(0, askInMs), precise }
  }

  /** Time until the seek to the next lap is due, early by its latency. @param {ElementState} element */
  #lapInMs(element) {
    if (!this.nextTarget) return Infinity
    return this.nextTarget.timeline.timestamp - this.latencyModel.seekMs.buffered - element.serverMs
  }

  /** Change to the next lap when it is due. @param {ElementState} element */
  #startDueLap(element) {
    if (!this.nextTarget || this.#lapInMs(element) > 0) return
    this.target = this.nextTarget
    this.nextTarget = null
    this.media.roomMoved(this.target.timeline)
    const goesOn = this.playControl.tracking && !element.paused && !this.off
    if (!goesOn || !this.driftControl.seekToLap(this.target, element, this.effects)) this.#startOver()
  }

  /** @param {ElementState} element @returns {Step} */
  #decide(element) {
    this.#observe(element)
    const { target, interference, media } = this
    if (!target?.timeline.media) return { state: "empty", askInMs: IDLE_MS }
    if (media.failure) return this.#fail(media.failure, element)
    if (this.off) return this.#release(target, element)
    if (element.readyState < 1) return { state: "loading", askInMs: IDLE_MS }
    if (!target.timeline.is_playing) return this.#pause(target, element)
    if (interference.blocked) return { state: "blocked", askInMs: IDLE_MS }
    if (interference.suspended) return { state: "suspended", askInMs: IDLE_MS }
    if (media.endOfData.brokeOff(target, element)) return this.#breakOff(element)
    if (element.nowMs < interference.notBeforeMs)
      return { state: "paused", askInMs: interference.notBeforeMs - element.nowMs }
    return this.playControl.update(target, element, this.effects, this.state)
  }

  /** Changes since the last tick. @param {ElementState} element */
  #observe(element) {
    if (element.clockSteps !== this.clockSteps) this.rateControl.acquire(element.nowMs, 0)
    if (this.hidden && !element.hidden) this.#shown(element)
    this.clockSteps = element.clockSteps
    this.hidden = element.hidden
    if (this.media.update(element, this.effects) === "astray") this.#startOver()
  }

  /** The tab is visible again: a pause because it was hidden is over. @param {ElementState} element */
  #shown(element) {
    this.interference.suspended = false
    this.media.seeks.renew()
    this.playControl.becameVisible(element.nowMs)
  }

  /** @param {import("../media/media_state.js").Failure} failure @param {ElementState} element @returns {Step} */
  #fail(failure, element) {
    if (this.media.takeReload(element.nowMs)) this.effects.push({ do: "fetch" })
    return { state: failure.kind === "interrupted" ? "loading" : "error", askInMs: IDLE_MS }
  }

  /** @param {ElementState} element @returns {Step} */
  #breakOff(element) {
    this.driftControl.endStall(element, this.effects)
    this.#startOver()
    return { state: "broken_off", askInMs: IDLE_MS }
  }

  /**
   * Set the room's rate once; from then on the viewer controls the player.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @returns {Step}
   */
  #release(target, element) {
    this.driftControl.endStall(element, this.effects)
    if (this.state !== "off") this.effects.push({ do: "rate", rate: target.rate, preservesPitch: true })
    return { state: "off", askInMs: IDLE_MS }
  }

  /** @param {SyncTarget} target @param {ElementState} element @returns {Step} */
  #pause(target, element) {
    this.playControl.tracking = false
    const { state, askInMs } = this.pauseControl.update(target, element, this.effects)
    if (this.pauseControl.refusal) this.media.unaligned.enter(this.pauseControl.refusal, element.nowMs)
    else this.media.unaligned.leave()
    const needsGesture = this.interference.blocked && target.timeline.phase === "holding"
    return { state: needsGesture ? "blocked" : state, askInMs }
  }

  // ---------------------------------------------------------------- actions of others

  /** `play()` was refused. @param {string} name of the DOMException @param {ElementState} element */
  playRefused(name, element) {
    if (name === "AbortError") return // our own pause or load came between
    this.#startOver()
    if (name === "NotSupportedError") this.media.unsupported()
    else this.interference.playRefused(name, element)
  }

  /**
   * Others paused, moved or started the element: the room does not follow, the player returns.
   * @param {string} type
   * @param {ElementState} element
   */
  intruded(type, element) {
    const { target, interference } = this
    if (!target || this.off || this.media.failure || interference.blocked) return
    if (element.ended || target.isOver(element)) return
    if (type === "play" && this.startControl.plan) return // the plan pauses it again
    this.#startOver()
    if (type === "play") interference.suspended = false
    if (type === "pause" && target.timeline.is_playing) interference.paused(element)
  }

  /**
   * The page woke from a freeze or from sleep. Returns true if the browser paused the element and its event
   * is still to come.
   * @param {ElementState} element
   */
  wokeUp(element) {
    const paused = this.playControl.tracking && element.paused && !element.ended
    this.playControl.shownMs = element.nowMs
    if (!paused) return false
    this.#startOver()
    this.interference.suspended = element.hidden
    return true
  }
}
