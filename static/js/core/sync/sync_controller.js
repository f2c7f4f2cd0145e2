// @ts-check
/**
 * The player's state machine: given where the room is and what the media element looks like, what to do now.
 *
 * It is asked on every event of the element and every timer, looks at the whole situation each time, and
 * answers with effects (`page/player.js` carries them out) and with when to ask again. There is no
 * asynchronous work to cancel: a newer timeline replaces the plan, and what is still under way in the element
 * belongs to nobody.
 */

import { Course } from "./target.js"
import { PauseControl } from "./pause_control.js"
import { DriftControl } from "./drift_control.js"
import { Interference } from "./interference.js"
import { StartControl } from "./start_control.js"
import { Medium } from "../media/media_facts.js"
import { PlannedStart, SCHEDULED_MS, SLEW_WITHIN_MS, TAIL_S } from "./planned_start.js"

const RESUME_SETTLE_MS = 150 // a player that goes on moving needs no full settling
const VISIBLE_SETTLE_MS = 500 // the video track of a tab that was hidden comes back within this
const IDLE_MS = 1000
const BUSY_MS = 50

/** @typedef {import("./target.js").Seen} Seen */
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
  /**
   * @param {{costs: import("./latency_model.js").LatencyModel, steering:
   *   import("./rate_control.js").RateControl}} parts
   */
  constructor({ costs, steering }) {
    this.costs = costs
    this.steering = steering
    this.medium = new Medium()
    this.helm = new DriftControl({ costs, steering, medium: this.medium })
    this.launch = new StartControl({ costs, helm: this.helm, medium: this.medium })
    this.halt = new PauseControl({ helm: this.helm, launch: this.launch })
    /** @type {Course | null} */
    this.course = null
    /** @type {Course | null} what this one flows into */
    this.next = null
    /** @type {State} */
    this.state = "empty"
    this.others = new Interference()
    /** Left alone: the viewer, or the room, wants no keeping in step. */
    this.off = false
    this.forced = false
    this.clockSteps = 0
    this.hidden = false
    this.shownMs = -Infinity
    /** @type {Effect[]} */
    this.effects = []
    this.#startOver()
    this.newSource()
  }

  /** Forget what was planned for an older timeline. */
  #startOver() {
    this.launch.plan = null
    this.tracking = false
    this.halt.placed = false
    this.helm.reset()
  }

  /** The element got another medium, or fetches the same one again. */
  newSource({ again = false } = {}) {
    this.launch.flushed = true
    this.medium.fetched(again)
    this.#startOver()
  }

  /**
   * The element cannot go on with its medium.
   * @param {Seen} seen
   * @param {boolean} retrying it will be fetched again
   */
  failed(seen, retrying) {
    this.medium.failed(seen, retrying)
    this.#startOver()
  }

  /**
   * The room's timeline is now this one. One that describes the same motion changes nothing.
   * @param {import("./timeline.js").TimelineState | null} timeline @param {number} serverMs
   */
  follow(timeline, serverMs) {
    this.next = timeline && this.course?.flowsInto(timeline, serverMs) ? new Course(timeline) : null
    if (this.next) return
    const same = timeline && this.course?.same(timeline, serverMs)
    const waits = timeline && this.course?.waitsOrResumes(timeline, serverMs)
    this.course = timeline && new Course(timeline)
    if (same) return
    if (waits) this.medium.roomWaited(timeline)
    else this.medium.roomMoved(timeline)
    this.#startOver()
  }

  get timeline() {
    return this.course?.timeline ?? null
  }

  /** Media time; positive is ahead; null without a room to be ahead of. @param {Seen} seen */
  driftMs(seen) {
    return this.course ? this.course.driftMs(seen) : null
  }

  /** The same as the steering last saw it, without the noise of one look; null where nothing is steered. */
  filteredDriftMs() {
    const errorMs = this.helm.decision?.errorMs
    return this.course && errorMs !== null && errorMs !== undefined ? -errorMs * this.course.rate : null
  }

  /** Place the player anew, whatever it does. */
  resync() {
    this.others.forgive()
    this.medium.forgive()
    this.#startOver()
    this.forced = true
  }

  /** Leave the player to its viewer, or take it back. @param {boolean} off */
  leaveAlone(off) {
    if (off !== this.off) this.#startOver()
    if (off) this.medium.unaligned.leave()
    this.off = off
  }

  /** @param {Seen} seen @returns {{effects: Effect[], askInMs: number, precise: boolean}} */
  tick(seen) {
    this.effects = []
    this.helm.decision = null
    this.precise = false
    this.#turn(seen)
    const askInMs = this.#decide(seen)
    const turnInMs = this.#turnInMs(seen)
    if (turnInMs < askInMs) return { effects: this.effects, askInMs: Math.max(0, turnInMs), precise: true }
    return { effects: this.effects, askInMs: Math.max(0, askInMs), precise: this.precise }
  }

  /** Until the next lap's seek is due, early by what it costs. @param {Seen} seen */
  #turnInMs(seen) {
    return this.next ? this.next.timeline.timestamp - this.costs.seekMs.buffered - seen.serverMs : Infinity
  }

  /** Into the next lap, when it is time. @param {Seen} seen */
  #turn(seen) {
    if (!this.next || this.#turnInMs(seen) > 0) return
    this.course = this.next
    this.next = null
    this.medium.roomMoved(this.course.timeline)
    const goesOn = this.tracking && !seen.paused && !this.off
    if (!goesOn || !this.helm.lap(this.course, seen, this.effects)) this.#startOver()
  }

  /** @param {Seen} seen */
  #decide(seen) {
    this.#notice(seen)
    const { course, others, medium } = this
    if (!course?.timeline.media) return this.#be("empty", IDLE_MS)
    if (medium.failure) return this.#fail(medium.failure, seen)
    if (this.off) return this.#alone(course, seen)
    if (seen.readyState < 1) return this.#be("loading", IDLE_MS)
    if (!course.timeline.is_playing) return this.#stand(course, seen)
    if (others.blocked) return this.#be("blocked", IDLE_MS)
    if (others.suspended) return this.#be("suspended", IDLE_MS)
    if (medium.dataEnd.brokeOff(course, seen)) return this.#breakOff(seen)
    if (seen.nowMs < others.notBeforeMs) return this.#be("paused", others.notBeforeMs - seen.nowMs)
    return this.launch.plan ? this.#prepare(course, seen) : this.#move(course, seen)
  }

  /** What happened around us since the last look. @param {Seen} seen */
  #notice(seen) {
    if (seen.clockSteps !== this.clockSteps) this.steering.acquire(seen.nowMs, 0)
    if (this.hidden && !seen.hidden) this.#shown(seen)
    this.clockSteps = seen.clockSteps
    this.hidden = seen.hidden
    if (this.medium.look(seen, this.effects) === "astray") this.#startOver()
  }

  /** Somebody looks again: nothing that was paused for want of eyes stays so. @param {Seen} seen */
  #shown(seen) {
    this.others.suspended = false
    this.medium.seeks.renew()
    this.shownMs = seen.nowMs
    this.steering.acquire(seen.nowMs, VISIBLE_SETTLE_MS)
  }

  /** @param {State} state @param {number} askInMs */
  #be(state, askInMs) {
    this.state = state
    return askInMs
  }

  /** @param {import("../media/media_failure.js").Failure} failure @param {Seen} seen */
  #fail(failure, seen) {
    if (this.medium.takeFetch(seen.nowMs)) this.effects.push({ do: "fetch" })
    return this.#be(failure.kind === "interrupted" ? "loading" : "error", IDLE_MS)
  }

  /** @param {Seen} seen */
  #breakOff(seen) {
    this.helm.relieved(seen, this.effects)
    this.#startOver()
    return this.#be("broken_off", IDLE_MS)
  }

  /**
   * Once at the room's speed without a bend; from then on nothing is ours.
   * @param {Course} course
   * @param {Seen} seen
   */
  #alone(course, seen) {
    this.helm.relieved(seen, this.effects)
    if (this.state !== "off") this.effects.push({ do: "rate", rate: course.rate, preservesPitch: true })
    return this.#be("off", IDLE_MS)
  }

  // ---------------------------------------------------------------- standing

  /** @param {Course} course @param {Seen} seen */
  #stand(course, seen) {
    this.tracking = false
    const { state, askInMs } = this.halt.look(course, seen, this.effects)
    if (this.halt.refusal) this.medium.unaligned.enter(this.halt.refusal, seen.nowMs)
    else this.medium.unaligned.leave()
    const untilAGesture = this.others.blocked && course.timeline.phase === "holding"
    return this.#be(untilAGesture ? "blocked" : state, askInMs)
  }

  // ---------------------------------------------------------------- a planned start

  /** @param {Course} course @param {Seen} seen @param {PlannedStart} plan */
  #planned(course, seen, plan) {
    const refusal = this.launch.refusal(course, seen, plan.positionS)
    if (refusal) return this.#apart(course, seen, refusal)
    this.launch.plan = plan
    this.tracking = false
    this.forced = false
    return this.#prepare(course, seen)
  }

  /** @param {Course} course @param {Seen} seen */
  #prepare(course, seen) {
    this.effects.push({ do: "rate", rate: course.rate, preservesPitch: course.rate !== 1 })
    const next = this.launch.look(course, seen, this.effects)
    if (!next) return this.#apart(course, seen, "exhausted")
    const { state, askInMs, precise = false } = next
    this.tracking = !this.launch.plan
    if (this.tracking) this.medium.unaligned.leave()
    this.precise = precise
    return this.#be(state, askInMs)
  }

  // ---------------------------------------------------------------- out of reach

  /** @param {Course} course @param {Seen} seen @param {import("../media/seek_budget.js").Refusal} reason */
  #apart(course, seen, reason) {
    const { unaligned } = this.medium
    this.#startOver()
    this.forced = false
    unaligned.enter(reason, seen.nowMs)
    this.launch.plan = unaligned.meeting(course, seen)
    if (this.launch.plan) return this.#prepare(course, seen)
    const { state, askInMs } = unaligned.look(course, seen, this.effects)
    return this.#be(state, askInMs)
  }

  // ---------------------------------------------------------------- moving

  /** @param {Course} course @param {Seen} seen */
  #move(course, seen) {
    if (this.tracking && !seen.paused) return this.#track(course, seen)
    if (!seen.locked) return this.#unlocked(course, seen)
    if (course.timeline.timestamp - seen.serverMs > SCHEDULED_MS)
      return this.#planned(course, seen, PlannedStart.scheduled(course, seen))
    if (this.#atTheEnd(course, seen)) return this.#be(seen.ended ? "ended" : this.state, IDLE_MS)
    if (seen.paused || this.forced || this.#far(course, seen)) return this.#catchUp(course, seen)
    this.tracking = true
    this.medium.unaligned.leave()
    this.helm.take(seen, null, Math.max(RESUME_SETTLE_MS, this.#unsettledMs(seen)))
    return this.#track(course, seen)
  }

  /**
   * Without a clock no place can be planned; who plays apart goes on.
   * @param {Course} course
   * @param {Seen} seen
   */
  #unlocked(course, seen) {
    const { reason } = this.medium.unaligned
    return reason && !seen.paused ? this.#apart(course, seen, reason) : this.#be("loading", BUSY_MS)
  }

  /**
   * Ends differ between browsers: who gets there a moment before the others waits for the room.
   * @param {Course} course
   * @param {Seen} seen
   */
  #atTheEnd(course, seen) {
    return course.over(seen) || (seen.ended && course.leftS(seen) < TAIL_S)
  }

  /** @param {Seen} seen */
  #unsettledMs(seen) {
    return Math.max(0, this.shownMs + VISIBLE_SETTLE_MS - seen.nowMs)
  }

  /** @param {Course} course @param {Seen} seen */
  #far(course, seen) {
    return Math.abs(course.errorMs(seen)) >= SLEW_WITHIN_MS
  }

  /** @param {Course} course @param {Seen} seen */
  #catchUp(course, seen) {
    return this.#planned(course, seen, PlannedStart.ahead(course, seen, this.costs, this.#unsettledMs(seen)))
  }

  /** @param {Course} course @param {Seen} seen */
  #track(course, seen) {
    const next = this.helm.look(course, seen, this.effects)
    if (!this.#far(course, seen)) this.medium.seeks.inStep(seen.nowMs)
    return next ? this.#be(next.state, next.askInMs) : this.#catchUp(course, seen)
  }

  // ---------------------------------------------------------------- what others did to the element

  /**
   * `play()` was refused: by whom, and what now.
   * @param {string} name of the DOMException
   * @param {Seen} seen
   */
  refused(name, seen) {
    if (name === "AbortError") return // our own pause or load came between
    this.#startOver()
    if (name === "NotSupportedError") this.medium.refused()
    else this.others.refused(name, seen)
  }

  /**
   * Somebody else paused, moved or started the element: the room does not follow, we come back.
   * @param {Seen} seen
   * @param {string} type
   */
  intruded(type, seen) {
    if (
      !this.course ||
      this.off ||
      this.medium.failure ||
      this.others.blocked ||
      seen.ended ||
      this.course.over(seen)
    )
      return
    if (type === "play" && this.launch.plan) return // the plan pauses it again
    this.#startOver()
    if (type === "play") this.others.suspended = false
    if (type === "pause" && this.course.timeline.is_playing) this.others.paused(seen)
  }

  /**
   * Back from a freeze or from sleep. True: the browser paused us in it, and its event is still to come.
   * @param {Seen} seen
   */
  woke(seen) {
    const paused = this.tracking && seen.paused && !seen.ended
    this.shownMs = seen.nowMs
    if (!paused) return false
    this.#startOver()
    this.others.suspended = seen.hidden
    return true
  }
}
