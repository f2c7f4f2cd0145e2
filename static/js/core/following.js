// @ts-check
/**
 * The player's state machine: given where the room is and what the media element looks like, what to do now.
 *
 * It is asked on every event of the element and every timer, looks at the whole situation each time, and answers with
 * effects (`page/player.js` carries them out) and with when to ask again. There is no asynchronous work to cancel: a
 * newer timeline replaces the plan, and what is still under way in the element belongs to nobody.
 */

import { Course, left } from "./course.js"
import { Helm } from "./helm.js"
import { PlannedStart, SCHEDULED_MS, SLEW_WITHIN_MS, TAIL_S } from "./start.js"

const SAME_PLACE_S = 0.0005 // a paused seek is exact; anything else is another picture sooner or later
const RESUME_SETTLE_MS = 150 // a player that goes on moving needs no full settling
const VISIBLE_SETTLE_MS = 500 // the video track of a tab that was hidden comes back within this
const INTRUDER_WAIT_MS = 1000 // somebody else paused us: come back, but not at once
const INTRUDER_AGAIN_MS = 10000 // twice within this: they mean it (headphones pulled); wait for a gesture
const IDLE_MS = 1000
const BUSY_MS = 50

/** @typedef {import("./course.js").Seen} Seen */
/** @typedef {{do: "play"} | {do: "pause"} | {do: "mute"} | {do: "seek", toS: number} | {do: "rate", rate: number, preservesPitch: boolean} | {do: "report", type: "buffer_start" | "buffer_end", waitedMs: number} | {do: "learned"}} Effect */
/** @typedef {"empty" | "loading" | "ready" | "playing" | "paused" | "buffering" | "suspended" | "blocked" | "error" | "ended" | "off"} State */

export class Following {
  /** @param {{costs: import("./costs.js").Costs, steering: import("./steering.js").Steering}} parts */
  constructor({ costs, steering }) {
    this.costs = costs
    this.steering = steering
    this.helm = new Helm({ costs, steering })
    /** @type {Course | null} */
    this.course = null
    /** @type {State} */
    this.state = "empty"
    this.off = false
    this.forced = false
    this.mutedByUs = false
    this.blocked = false
    /** @type {string | null} */
    this.failure = null
    this.intrudedMs = -Infinity
    this.notBeforeMs = -Infinity
    this.clockSteps = 0
    this.hidden = false
    /** @type {Effect[]} */
    this.effects = []
    this.#startOver()
    this.newSource()
  }

  /** Forget what was planned for an older timeline. */
  #startOver() {
    /** @type {PlannedStart | null} */
    this.plan = null
    this.tracking = false
    this.placed = false
    this.helm.reset()
  }

  /** The element got another medium. */
  newSource() {
    this.flushed = true
    this.failure = null
    this.#startOver()
  }

  /**
   * The room's timeline is now this one. One that describes the same motion changes nothing.
   * @param {import("./timeline.js").TimelineState | null} timeline @param {number} serverMs
   */
  follow(timeline, serverMs) {
    const same = timeline && this.course?.same(timeline, serverMs)
    this.course = timeline && new Course(timeline)
    if (!same) this.#startOver()
  }

  get timeline() {
    return this.course?.timeline ?? null
  }

  /** Media time; positive is ahead; null without a room to be ahead of. @param {Seen} seen */
  driftMs(seen) {
    return this.course ? this.course.driftMs(seen) : null
  }

  /** Place the player anew, whatever it does. */
  resync() {
    this.blocked = false
    this.#startOver()
    this.notBeforeMs = -Infinity
    this.forced = true
  }

  /** @param {Seen} seen @returns {{effects: Effect[], askInMs: number, precise: boolean}} */
  tick(seen) {
    this.effects = []
    this.helm.decision = null
    this.precise = false
    const askInMs = this.#decide(seen)
    return { effects: this.effects, askInMs: Math.max(0, askInMs), precise: this.precise }
  }

  /** @param {Seen} seen */
  #decide(seen) {
    this.#notice(seen)
    const { course } = this
    if (!course?.timeline.media) return this.#be("empty", IDLE_MS)
    if (this.failure) return this.#be("error", IDLE_MS)
    if (this.off) return this.#be("off", IDLE_MS)
    if (seen.readyState < 1) return this.#be("loading", IDLE_MS)
    if (!course.timeline.is_playing) return this.#stand(course, seen)
    if (this.blocked) return this.#be("blocked", IDLE_MS)
    if (seen.nowMs < this.notBeforeMs) return this.#be(seen.hidden ? "suspended" : "paused", this.notBeforeMs - seen.nowMs)
    return this.plan ? this.#prepare(course, seen, this.plan) : this.#move(course, seen)
  }

  /** What happened around us since the last look. @param {Seen} seen */
  #notice(seen) {
    if (seen.clockSteps !== this.clockSteps) this.steering.acquire(seen.nowMs, 0)
    if (this.hidden && !seen.hidden) this.steering.acquire(seen.nowMs, VISIBLE_SETTLE_MS)
    this.clockSteps = seen.clockSteps
    this.hidden = seen.hidden
  }

  /** @param {State} state @param {number} askInMs */
  #be(state, askInMs) {
    this.state = state
    return askInMs
  }

  // ---------------------------------------------------------------- standing

  /** The room stands: so do we, exactly there. @param {Course} course @param {Seen} seen */
  #stand(course, seen) {
    this.tracking = false
    this.helm.relieved(seen, this.effects)
    this.#rate(course.rate, true)
    if (!seen.paused) this.effects.push({ do: "pause" })
    const ended = course.timeline.phase === "ended"
    if (!this.placed && !(ended && (seen.ended || left(seen) < TAIL_S))) this.#place(course, seen, course.at(seen.serverMs))
    this.placed = true
    return this.#be(ended ? "ended" : "paused", IDLE_MS)
  }

  /** @param {Course} course @param {Seen} seen @param {number} positionS */
  #place(course, seen, positionS) {
    const toS = course.within(seen, positionS)
    if (!seen.seeking && Math.abs(seen.currentTimeS - toS) <= SAME_PLACE_S) return
    this.effects.push({ do: "seek", toS })
    this.flushed = true
  }

  // ---------------------------------------------------------------- a planned start

  /** @param {Course} course @param {Seen} seen @param {PlannedStart} plan */
  #planned(course, seen, plan) {
    this.plan = plan
    this.tracking = false
    this.forced = false
    return this.#prepare(course, seen, plan)
  }

  /** @param {Course} course @param {Seen} seen @param {PlannedStart} plan */
  #prepare(course, seen, plan) {
    this.#rate(course.rate, course.rate !== 1)
    if (!seen.paused) {
      this.effects.push({ do: "pause" })
      return this.#be("loading", 0)
    }
    if (!plan.placed) {
      plan.placed = true
      this.#place(course, seen, plan.positionS)
      return this.#be("loading", 0)
    }
    return plan.ready(seen) ? this.#startInTime(course, seen, plan) : this.#waitForData(seen, plan)
  }

  /** @param {Seen} seen @param {PlannedStart} plan */
  #waitForData(seen, plan) {
    const starving = seen.serverMs > plan.atMs && this.helm.starving(seen, this.effects)
    return this.#be(starving ? "buffering" : "loading", BUSY_MS)
  }

  /** @param {Course} course @param {Seen} seen @param {PlannedStart} plan */
  #startInTime(course, seen, plan) {
    const kind = this.flushed ? "fresh" : "rest"
    const lateMs = plan.lateMs(seen, this.costs.startMs[kind])
    const verdict = plan.verdict(lateMs, course, seen)
    if (verdict === "missed") return this.#planned(course, seen, plan.again(course, seen))
    if (verdict === "now") return this.#start(seen, kind, lateMs)
    this.precise = true
    return this.#be("ready", -lateMs)
  }

  /** @param {Seen} seen @param {"fresh" | "rest"} kind @param {number} lateMs */
  #start(seen, kind, lateMs) {
    this.plan = null
    this.tracking = true
    this.flushed = false
    this.helm.degraded = lateMs > SLEW_WITHIN_MS
    this.helm.relieved(seen, this.effects)
    this.helm.take(seen, seen.hidden ? null : { what: "start", kind, lateMs: Math.max(0, lateMs) })
    this.effects.push({ do: "play" })
    return this.#be("playing", BUSY_MS)
  }

  // ---------------------------------------------------------------- moving

  /** @param {Course} course @param {Seen} seen */
  #move(course, seen) {
    if (this.tracking && !seen.paused) return this.#track(course, seen)
    if (!seen.locked) return this.#be("loading", BUSY_MS)
    if (course.timeline.timestamp - seen.serverMs > SCHEDULED_MS) return this.#planned(course, seen, PlannedStart.scheduled(course, seen))
    if (course.over(seen)) return this.#be(seen.ended ? "ended" : this.state, IDLE_MS)
    if (seen.paused && seen.hidden && this.state === "suspended") return this.#be("suspended", IDLE_MS)
    if (seen.paused || this.forced || this.#far(course, seen)) return this.#catchUp(course, seen)
    this.tracking = true
    this.helm.take(seen, null, RESUME_SETTLE_MS)
    return this.#track(course, seen)
  }

  /** @param {Course} course @param {Seen} seen */
  #far(course, seen) {
    return Math.abs(course.errorMs(seen)) >= SLEW_WITHIN_MS
  }

  /** @param {Course} course @param {Seen} seen */
  #catchUp(course, seen) {
    return this.#planned(course, seen, PlannedStart.ahead(course, seen, this.costs))
  }

  /** @param {Course} course @param {Seen} seen */
  #track(course, seen) {
    const next = this.helm.look(course, seen, this.effects)
    return next ? this.#be(next.state, next.askInMs) : this.#catchUp(course, seen)
  }

  // ---------------------------------------------------------------- what others did to the element

  /** `play()` was refused: by whom, and what now. @param {string} name of the DOMException @param {Seen} seen */
  refused(name, seen) {
    if (name === "AbortError") return // our own pause or load came between
    this.#startOver()
    if (name === "NotSupportedError") this.failure = "This cannot be played in this browser."
    else if (name === "NotAllowedError" && !seen.muted && !this.mutedByUs) this.mutedByUs = true
    else this.blocked = true
  }

  /** Somebody else paused, moved or started the element: the room does not follow, we come back. @param {Seen} seen @param {string} type */
  intruded(type, seen) {
    if (!this.course || this.off || this.blocked || seen.ended || this.course.over(seen)) return
    this.#startOver()
    if (type !== "pause") return
    if (seen.hidden) return void (this.state = "suspended")
    this.blocked = seen.nowMs - this.intrudedMs < INTRUDER_AGAIN_MS
    this.intrudedMs = seen.nowMs
    this.notBeforeMs = seen.nowMs + INTRUDER_WAIT_MS
  }

  // ---------------------------------------------------------------- effects

  /** @param {number} rate @param {boolean} preservesPitch */
  #rate(rate, preservesPitch) {
    this.effects.push({ do: "rate", rate, preservesPitch })
  }
}
