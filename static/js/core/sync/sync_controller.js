// @ts-check
/**
 * The player's state machine: given the room's timeline and the state of the media element, what to do now.
 *
 * It is called on every event of the element and every timer, evaluates the whole situation each time, and
 * returns effects (`page/media/room_player.js` carries them out) and when to be called again. There is no
 * asynchronous work to cancel: a newer timeline replaces the plan.
 */

import { MediaState } from "../media/media_state.js"
import { DriftControl } from "./drift_control.js"
import { Interference } from "./expected_events.js"
import { PlannedStart, SCHEDULED_MS } from "./planned_start.js"
import { PauseControl, StartControl } from "./start_control.js"
import { SyncTarget } from "./timeline.js"

const RESUME_SETTLE_MS = 150 // a player that goes on moving needs no full settling
const VISIBLE_SETTLE_MS = 500 // the video track of a tab that was hidden comes back within this
const IDLE_MS = 1000
const BUSY_MS = 50

/** @typedef {import("./timeline.js").ElementState} ElementState */
/** @typedef {import("../media/seek_budget.js").Refusal} Refusal */
/**
 * @typedef {{do: "play"} | {do: "pause"} | {do: "mute"} | {do: "seek", toS: number} | {do: "rate", rate:
 *   number, preservesPitch: boolean} | {do: "report", type: "buffer_start" | "buffer_end", waitedMs: number}
 *   | {do: "fetch"} | {do: "learned"}} Effect
 */
/**
 * @typedef {"empty" | "loading" | "ready" | "playing" | "paused" | "buffering" | "suspended" | "blocked" |
 *   "error" | "broken_off" | "ended" | "off"} State
 */

export class SyncController {
  /** @type {SyncTarget | null} */
  target = null
  /** The target that this one flows into. @type {SyncTarget | null} */
  nextTarget = null
  /** @type {State} */
  state = "empty"
  interference = new Interference()
  media = new MediaState()
  /** The viewer or the room wants no synchronisation. */
  off = false
  /** The player is in step and is kept there. */
  tracking = false
  /** Place the player again, whatever it does. */
  forced = false
  precise = false
  clockSteps = 0
  hidden = false
  shownMs = -Infinity
  /** @type {Effect[]} */
  effects = []

  /**
   * @param {object} parts
   * @param {import("./latency_model.js").LatencyModel} parts.latencyModel
   * @param {import("./rate_control.js").RateControl} parts.rateControl
   */
  constructor({ latencyModel, rateControl }) {
    const { media } = this
    this.latencyModel = latencyModel
    this.rateControl = rateControl
    this.driftControl = new DriftControl({ latencyModel, rateControl, media })
    this.startControl = new StartControl({ latencyModel, driftControl: this.driftControl, media })
    this.pauseControl = new PauseControl({ driftControl: this.driftControl, startControl: this.startControl })
  }

  /** Discard the plan for an older timeline. */
  #startOver() {
    this.startControl.plan = null
    this.tracking = false
    this.pauseControl.placed = false
    this.driftControl.reset()
  }

  /** The element loads other media, or the same again. */
  newSource({ again = false } = {}) {
    this.startControl.flushed = true
    this.media.loadStarted(again)
    this.#startOver()
  }

  /** The element failed. @param {ElementState} element @param {boolean} retrying it will be loaded again */
  failed(element, retrying) {
    this.media.failed(element, retrying)
    this.#startOver()
  }

  /**
   * Follow a timeline. One that describes the same motion changes nothing.
   * @param {import("./timeline.js").TimelineState | null} timeline
   * @param {number} serverMs
   */
  follow(timeline, serverMs) {
    this.nextTarget = timeline && this.target?.flowsInto(timeline, serverMs) ? new SyncTarget(timeline) : null
    if (this.nextTarget) return
    const same = timeline && this.target?.isSameMotion(timeline, serverMs)
    const waits = timeline && this.target?.waitsOrResumes(timeline, serverMs)
    this.target = timeline && new SyncTarget(timeline)
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
    this.forced = true
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
    this.precise = false
    this.#startDueLap(element)
    const askInMs = this.#decide(element)
    const lapInMs = this.#lapInMs(element)
    if (lapInMs < askInMs) return { effects: this.effects, askInMs: Math.max(0, lapInMs), precise: true }
    return { effects: this.effects, askInMs: Math.max(0, askInMs), precise: this.precise }
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
    const goesOn = this.tracking && !element.paused && !this.off
    if (!goesOn || !this.driftControl.seekToLap(this.target, element, this.effects)) this.#startOver()
  }

  /** @param {ElementState} element */
  #decide(element) {
    this.#observe(element)
    const { target, interference, media } = this
    if (!target?.timeline.media) return this.#enter("empty", IDLE_MS)
    if (media.failure) return this.#fail(media.failure, element)
    if (this.off) return this.#release(target, element)
    if (element.readyState < 1) return this.#enter("loading", IDLE_MS)
    if (!target.timeline.is_playing) return this.#pause(target, element)
    if (interference.blocked) return this.#enter("blocked", IDLE_MS)
    if (interference.suspended) return this.#enter("suspended", IDLE_MS)
    if (media.endOfData.brokeOff(target, element)) return this.#breakOff(element)
    if (element.nowMs < interference.notBeforeMs)
      return this.#enter("paused", interference.notBeforeMs - element.nowMs)
    return this.startControl.plan ? this.#start(target, element) : this.#play(target, element)
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
    this.shownMs = element.nowMs
    this.rateControl.acquire(element.nowMs, VISIBLE_SETTLE_MS)
  }

  /** @param {State} state @param {number} askInMs */
  #enter(state, askInMs) {
    this.state = state
    return askInMs
  }

  /** @param {import("../media/media_state.js").Failure} failure @param {ElementState} element */
  #fail(failure, element) {
    if (this.media.takeReload(element.nowMs)) this.effects.push({ do: "fetch" })
    return this.#enter(failure.kind === "interrupted" ? "loading" : "error", IDLE_MS)
  }

  /** @param {ElementState} element */
  #breakOff(element) {
    this.driftControl.endStall(element, this.effects)
    this.#startOver()
    return this.#enter("broken_off", IDLE_MS)
  }

  /** Set the room's rate once; from then on the viewer controls the player. @param {SyncTarget} target @param {ElementState} element */
  #release(target, element) {
    this.driftControl.endStall(element, this.effects)
    if (this.state !== "off") this.effects.push({ do: "rate", rate: target.rate, preservesPitch: true })
    return this.#enter("off", IDLE_MS)
  }

  /** @param {SyncTarget} target @param {ElementState} element */
  #pause(target, element) {
    this.tracking = false
    const { state, askInMs } = this.pauseControl.update(target, element, this.effects)
    if (this.pauseControl.refusal) this.media.unaligned.enter(this.pauseControl.refusal, element.nowMs)
    else this.media.unaligned.leave()
    const needsGesture = this.interference.blocked && target.timeline.phase === "holding"
    return this.#enter(needsGesture ? "blocked" : state, askInMs)
  }

  // ---------------------------------------------------------------- starting

  /** @param {SyncTarget} target @param {ElementState} element @param {PlannedStart} plan @returns {number} */
  #startWith(target, element, plan) {
    const refusal = this.startControl.refusal(target, element, plan.positionS)
    if (refusal) return this.#playUnaligned(target, element, refusal)
    this.startControl.plan = plan
    this.tracking = false
    this.forced = false
    return this.#start(target, element)
  }

  /** @param {SyncTarget} target @param {ElementState} element @returns {number} */
  #start(target, element) {
    this.effects.push({ do: "rate", rate: target.rate, preservesPitch: target.rate !== 1 })
    const step = this.startControl.update(target, element, this.effects)
    if (!step) return this.#playUnaligned(target, element, "exhausted")
    this.tracking = !this.startControl.plan
    if (this.tracking) this.media.unaligned.leave()
    this.precise = step.precise ?? false
    return this.#enter(step.state, step.askInMs)
  }

  /** The room's position is out of reach. @param {SyncTarget} target @param {ElementState} element @param {Refusal} reason @returns {number} */
  #playUnaligned(target, element, reason) {
    const { unaligned } = this.media
    this.#startOver()
    this.forced = false
    unaligned.enter(reason, element.nowMs)
    this.startControl.plan = unaligned.meetingPoint(target, element)
    if (this.startControl.plan) return this.#start(target, element)
    const { state, askInMs } = unaligned.update(target, element, this.effects)
    return this.#enter(state, askInMs)
  }

  // ---------------------------------------------------------------- playing

  /** @param {SyncTarget} target @param {ElementState} element */
  #play(target, element) {
    if (this.tracking && !element.paused) return this.#track(target, element)
    if (!element.locked) return this.#playWithoutClock(target, element)
    if (target.timeline.timestamp - element.serverMs > SCHEDULED_MS)
      return this.#startWith(target, element, PlannedStart.scheduled(target, element))
    if (target.isAtEnd(element)) return this.#enter(element.ended ? "ended" : this.state, IDLE_MS)
    if (element.paused || this.forced || target.isFar(element)) return this.#catchUp(target, element)
    this.tracking = true
    this.media.unaligned.leave()
    this.driftControl.begin(element, null, Math.max(RESUME_SETTLE_MS, this.#unsettledMs(element)))
    return this.#track(target, element)
  }

  /** No start can be planned without a clock; an unaligned player goes on. @param {SyncTarget} target @param {ElementState} element */
  #playWithoutClock(target, element) {
    const { reason } = this.media.unaligned
    if (reason && !element.paused) return this.#playUnaligned(target, element, reason)
    return this.#enter("loading", BUSY_MS)
  }

  /** @param {ElementState} element */
  #unsettledMs(element) {
    return Math.max(0, this.shownMs + VISIBLE_SETTLE_MS - element.nowMs)
  }

  /** @param {SyncTarget} target @param {ElementState} element */
  #catchUp(target, element) {
    const leastMs = this.#unsettledMs(element)
    return this.#startWith(target, element, PlannedStart.ahead(target, element, this.latencyModel, leastMs))
  }

  /** @param {SyncTarget} target @param {ElementState} element */
  #track(target, element) {
    const step = this.driftControl.update(target, element, this.effects)
    if (!target.isFar(element)) this.media.seeks.inStep(element.nowMs)
    return step ? this.#enter(step.state, step.askInMs) : this.#catchUp(target, element)
  }

  // ---------------------------------------------------------------- actions of others

  /** `play()` was refused. @param {string} name of the DOMException @param {ElementState} element */
  playRefused(name, element) {
    if (name === "AbortError") return // our own pause or load came between
    this.#startOver()
    if (name === "NotSupportedError") this.media.unsupported()
    else this.interference.playRefused(name, element)
  }

  /** Others paused, moved or started the element: the room does not follow, the player returns. @param {string} type @param {ElementState} element */
  intruded(type, element) {
    const { target, interference } = this
    if (!target || this.off || this.media.failure || interference.blocked) return
    if (element.ended || target.isOver(element)) return
    if (type === "play" && this.startControl.plan) return // the plan pauses it again
    this.#startOver()
    if (type === "play") interference.suspended = false
    if (type === "pause" && target.timeline.is_playing) interference.paused(element)
  }

  /** The page woke from a freeze or from sleep. Returns true if the browser paused the element and its event is still to come. @param {ElementState} element */
  wokeUp(element) {
    const paused = this.tracking && element.paused && !element.ended
    this.shownMs = element.nowMs
    if (!paused) return false
    this.#startOver()
    this.interference.suspended = element.hidden
    return true
  }
}
