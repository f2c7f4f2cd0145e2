// @ts-check
/**
 * The player's state machine: given where the room is and what the media element looks like, what to do now.
 *
 * It is asked on every event of the element and every timer, looks at the whole situation each time, and answers with
 * effects (`page/player.js` carries them out) and with when to ask again. There is no asynchronous work to cancel: a
 * newer timeline replaces the plan, and what is still under way in the element belongs to nobody.
 *
 * A start is planned: be paused at a position ahead of time, and start when the timeline reaches it, early by what
 * starting costs. That serves a scheduled start, a late joiner and a recovery alike, and turns a seek, whose length
 * nobody knows, into a start, whose length we have learned.
 */

import { StallWatch } from "./stalls.js"
import { positionAt } from "./timeline.js"

const HALF_FRAME_S = 0.02 // nearer than this a paused picture is the same picture
const SCHEDULED_MS = 5 // a start further ahead than this is planned, a nearer one is late already
const SLEW_WITHIN_MS = 400 // closer than this a moving player is steered, not restarted
const PUNCTUAL_MS = 0.2
const MARGIN_MS = { buffered: 250, unbuffered: 1000 } // for a seek ahead to be ready in, beyond its learned cost
const MARGIN_GROWS = 1.6
const TRIES = 3
const CONTENT_MS = 3000 // after this long take what there is: iOS buffers little before it plays
const RESUME_SETTLE_MS = 150 // a player that goes on moving needs no full settling
const VISIBLE_SETTLE_MS = 500 // the video track of a tab that was hidden comes back within this
const TAIL_S = 1.5 // never restart a player for the last moments
const END_GUARD_S = 0.25 // browsers differ about the end by tens of ms: never seek into that
const INTRUDER_WAIT_MS = 1000 // somebody else paused us: come back, but not at once
const INTRUDER_AGAIN_MS = 10000 // twice within this: they mean it (headphones pulled); wait for a gesture
const IDLE_MS = 1000
const BUSY_MS = 50

/**
 * @typedef {object} Seen The element and the clocks, read in one task.
 * @property {number} nowMs
 * @property {number} serverMs server time, shifted by the viewer's fine-tune
 * @property {boolean} locked the clock can be trusted
 * @property {number} clockSteps
 * @property {number} movementMs
 * @property {number} currentTimeS
 * @property {boolean} paused
 * @property {boolean} seeking
 * @property {boolean} ended
 * @property {boolean} muted
 * @property {boolean} hidden
 * @property {number} readyState
 * @property {number} durationS NaN while unknown
 * @property {number} bufferedAheadS
 * @property {(positionS: number) => boolean} buffered
 */
/** @typedef {{do: "play"} | {do: "pause"} | {do: "mute"} | {do: "seek", toS: number} | {do: "rate", rate: number, preservesPitch: boolean} | {do: "report", type: "buffer_start" | "buffer_end", waitedMs: number} | {do: "learned"}} Effect */
/** @typedef {"empty" | "loading" | "ready" | "playing" | "paused" | "buffering" | "suspended" | "blocked" | "error" | "ended" | "off"} State */
/** @typedef {{positionS: number, atMs: number, marginMs: number, tries: number, placed: boolean, sinceMs: number}} Plan */

export class Following {
  /** @param {{costs: import("./costs.js").Costs, steering: import("./steering.js").Steering}} parts */
  constructor({ costs, steering }) {
    this.costs = costs
    this.steering = steering
    this.stalls = new StallWatch()
    /** @type {import("./timeline.js").TimelineState | null} */
    this.timeline = null
    /** @type {State} */
    this.state = "empty"
    this.off = false
    this.mutedByUs = false
    this.blocked = false
    /** @type {string | null} */
    this.failure = null
    this.intrudedMs = -Infinity
    this.notBeforeMs = -Infinity
    this.clockSteps = 0
    this.hidden = false
    this.degraded = false
    /** @type {import("./steering.js").Decision | null} */
    this.decision = null
    /** @type {Effect[]} */
    this.effects = []
    this.#startOver()
    this.newSource()
  }

  /** Forget what was planned for an older timeline. */
  #startOver() {
    /** @type {Plan | null} */
    this.plan = null
    this.tracking = false
    this.placed = false
    /** @type {{what: "start" | "seek", kind: any, lateMs: number} | null} */
    this.learning = null
    this.stalls.reset()
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
    const before = this.timeline
    this.timeline = timeline
    if (!before || !timeline || !sameMotion(before, timeline, serverMs)) this.#startOver()
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
    this.decision = null
    this.precise = false
    const askInMs = this.#decide(seen)
    return { effects: this.effects, askInMs: Math.max(0, askInMs), precise: this.precise }
  }

  /** @param {Seen} seen */
  #decide(seen) {
    this.#notice(seen)
    if (!this.timeline?.media) return this.#be("empty", IDLE_MS)
    if (this.failure) return this.#be("error", IDLE_MS)
    if (this.off) return this.#be("off", IDLE_MS)
    if (seen.readyState < 1) return this.#be("loading", IDLE_MS)
    if (!this.timeline.is_playing) return this.#stand(seen)
    if (this.blocked) return this.#be("blocked", IDLE_MS)
    if (seen.nowMs < this.notBeforeMs) return this.#be(seen.hidden ? "suspended" : "paused", this.notBeforeMs - seen.nowMs)
    return this.plan ? this.#prepare(seen, this.plan) : this.#move(seen)
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

  /** The room stands: so do we, exactly there. @param {Seen} seen */
  #stand(seen) {
    this.tracking = false
    this.#stallOver(seen)
    this.#rate(this.#roomRate, true)
    if (!seen.paused) this.effects.push({ do: "pause" })
    const ended = /** @type {any} */ (this.timeline).phase === "ended"
    if (!this.placed && !(ended && (seen.ended || left(seen) < TAIL_S))) this.#place(seen, this.#want(seen.serverMs))
    this.placed = true
    return this.#be(ended ? "ended" : "paused", IDLE_MS)
  }

  /** @param {Seen} seen @param {number} positionS */
  #place(seen, positionS) {
    const toS = this.#within(seen, positionS)
    if (seen.paused && !seen.seeking && Math.abs(seen.currentTimeS - toS) <= HALF_FRAME_S / 40) return
    this.effects.push({ do: "seek", toS })
    this.flushed = true
  }

  // ---------------------------------------------------------------- a planned start

  /** Be ready somewhere ahead, and start when the room gets there. @param {Seen} seen @param {number} grow @param {number} tries */
  #planAhead(seen, grow = 1, tries = 0) {
    const kind = seen.buffered(this.#want(seen.serverMs)) ? "buffered" : "unbuffered"
    const marginMs = (MARGIN_MS[kind] + this.costs.seekMs[kind]) * grow
    const atMs = seen.serverMs + marginMs
    return this.#planned(seen, { positionS: this.#want(atMs), atMs, marginMs: grow, tries, placed: false, sinceMs: seen.nowMs })
  }

  /** @param {Seen} seen @param {Plan} plan */
  #planned(seen, plan) {
    this.plan = plan
    this.tracking = false
    this.forced = false
    return this.#prepare(seen, plan)
  }

  /** @param {Seen} seen @param {Plan} plan */
  #prepare(seen, plan) {
    this.#rate(this.#roomRate, this.#roomRate !== 1)
    if (!seen.paused) {
      this.effects.push({ do: "pause" })
      return this.#be("loading", 0)
    }
    if (!plan.placed) {
      plan.placed = true
      this.#place(seen, plan.positionS)
      return this.#be("loading", 0)
    }
    if (!ready(seen, plan)) return this.#waitForData(seen, plan)
    return this.#startInTime(seen, plan)
  }

  /** @param {Seen} seen @param {Plan} plan */
  #waitForData(seen, plan) {
    if (seen.serverMs > plan.atMs && this.stalls.look(seen) === "began") this.#report("buffer_start", 0)
    return this.#be(this.stalls.stalled ? "buffering" : "loading", BUSY_MS)
  }

  /** @param {Seen} seen @param {Plan} plan */
  #startInTime(seen, plan) {
    const kind = this.flushed ? "fresh" : "rest"
    const lateMs = seen.serverMs - (plan.atMs - this.costs.startMs[kind])
    if (lateMs < -PUNCTUAL_MS) {
      this.precise = true
      return this.#be("ready", -lateMs)
    }
    if (lateMs > SLEW_WITHIN_MS && plan.tries < TRIES && this.#leftAt(seen) > TAIL_S) {
      return this.#planAhead(seen, plan.marginMs * MARGIN_GROWS, plan.tries + 1)
    }
    this.degraded = lateMs > SLEW_WITHIN_MS
    return this.#start(seen, kind, lateMs)
  }

  /** @param {Seen} seen @param {"fresh" | "rest"} kind @param {number} lateMs */
  #start(seen, kind, lateMs) {
    this.plan = null
    this.tracking = true
    this.flushed = false
    this.learning = seen.hidden ? null : { what: "start", kind, lateMs: Math.max(0, lateMs) }
    this.#stallOver(seen)
    this.stalls.reset()
    this.steering.acquire(seen.nowMs)
    this.effects.push({ do: "play" })
    return this.#be("playing", BUSY_MS)
  }

  // ---------------------------------------------------------------- moving

  /** @param {Seen} seen */
  #move(seen) {
    const timeline = /** @type {import("./timeline.js").TimelineState} */ (this.timeline)
    if (this.tracking && !seen.paused) return this.#track(seen)
    if (!seen.locked) return this.#be("loading", BUSY_MS)
    if (timeline.timestamp - seen.serverMs > SCHEDULED_MS) return this.#scheduled(seen, timeline)
    if (this.#leftAt(seen) <= END_GUARD_S) return this.#be(seen.ended ? "ended" : this.state, IDLE_MS)
    if (seen.paused && seen.hidden && this.state === "suspended") return this.#be("suspended", IDLE_MS)
    if (seen.paused || this.forced || Math.abs(this.#errorMs(seen)) >= SLEW_WITHIN_MS) return this.#planAhead(seen)
    this.tracking = true
    this.steering.acquire(seen.nowMs, RESUME_SETTLE_MS)
    return this.#track(seen)
  }

  /** @param {Seen} seen @param {import("./timeline.js").TimelineState} timeline */
  #scheduled(seen, timeline) {
    const { current_time: positionS, timestamp: atMs } = timeline
    return this.#planned(seen, { positionS, atMs, marginMs: 1, tries: 0, placed: false, sinceMs: seen.nowMs })
  }

  /** @param {Seen} seen */
  #track(seen) {
    if (seen.ended || this.#leftAt(seen) <= 0) return this.#be(seen.ended ? "ended" : "playing", BUSY_MS * 2)
    if (this.#starved(seen)) return this.#be("buffering", BUSY_MS)
    if (this.plan) return this.#prepare(seen, this.plan)
    if (!seen.locked) {
      this.steering.acquire(seen.nowMs)
      this.#rate(this.#roomRate, this.#roomRate !== 1)
      return this.#be("playing", BUSY_MS)
    }
    return this.#steer(seen)
  }

  /** @param {Seen} seen */
  #starved(seen) {
    const news = this.stalls.look({ ...seen, remainingS: left(seen) })
    if (news === "began") this.#report("buffer_start", 0)
    if (news === "ended") {
      this.#report("buffer_end", seen.nowMs - this.stalls.beganMs)
      this.steering.acquire(seen.nowMs)
      if (Math.abs(this.#errorMs(seen)) >= SLEW_WITHIN_MS && this.#leftAt(seen) > TAIL_S) this.#planAhead(seen)
    }
    return news === "began" || news === "stalled"
  }

  /** @param {Seen} seen */
  #steer(seen) {
    const decision = this.steering.tick({
      nowMs: seen.nowMs, errorMs: this.#errorMs(seen), roomRate: this.#roomRate,
      reliable: !seen.seeking && seen.readyState >= 3, bufferedAheadS: seen.bufferedAheadS,
      remainingS: left(seen), hidden: seen.hidden, movementMs: seen.movementMs,
    })
    this.decision = decision
    this.degraded = this.steering.degraded(seen.nowMs)
    if (decision.landedMs !== null) this.#learn(decision.landedMs)
    this.#rate(decision.rate, decision.preservesPitch)
    if (decision.seek) this.#seekOn(seen)
    return this.#be("playing", decision.lookInMs)
  }

  /** Seek without stopping, to where the room will be once that is done. @param {Seen} seen */
  #seekOn(seen) {
    const here = this.#want(seen.serverMs)
    const kind = seen.buffered(here) ? "buffered" : "unbuffered"
    this.learning = { what: "seek", kind, lateMs: 0 }
    this.stalls.reset()
    this.effects.push({ do: "seek", toS: this.#within(seen, this.#want(seen.serverMs + this.costs.seekMs[kind])) })
  }

  /** @param {number} errorMs */
  #learn(errorMs) {
    if (!this.learning) return
    const { what, kind, lateMs } = this.learning
    if (what === "start") this.costs.started(kind, errorMs - lateMs)
    else this.costs.landed(kind, errorMs)
    this.learning = null
    this.effects.push({ do: "learned" })
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
    if (!this.timeline || this.off || this.blocked || seen.ended || left(seen) < END_GUARD_S) return
    this.#startOver()
    if (type !== "pause") return
    if (seen.hidden) return void (this.state = "suspended")
    this.blocked = seen.nowMs - this.intrudedMs < INTRUDER_AGAIN_MS
    this.intrudedMs = seen.nowMs
    this.notBeforeMs = seen.nowMs + INTRUDER_WAIT_MS
  }

  // ---------------------------------------------------------------- numbers

  get #roomRate() {
    return this.timeline?.rate ?? 1
  }

  /** @param {number} serverMs */
  #want(serverMs) {
    return positionAt(/** @type {any} */ (this.timeline), serverMs)
  }

  /** Room time; positive is behind. @param {Seen} seen */
  #errorMs(seen) {
    return ((this.#want(seen.serverMs) - seen.currentTimeS) * 1000) / this.#roomRate
  }

  /** Seconds of media between the room and the end. @param {Seen} seen */
  #leftAt(seen) {
    return endOf(seen, this.timeline?.duration) - this.#want(seen.serverMs)
  }

  /** @param {Seen} seen @param {number} positionS */
  #within(seen, positionS) {
    return Math.min(Math.max(0, positionS), Math.max(0, endOf(seen, this.timeline?.duration) - END_GUARD_S))
  }

  /** Media time; positive is ahead. @param {Seen} seen */
  driftMs(seen) {
    return this.timeline ? (seen.currentTimeS - this.#want(seen.serverMs)) * 1000 : 0
  }

  /** @param {number} rate @param {boolean} preservesPitch */
  #rate(rate, preservesPitch) {
    this.effects.push({ do: "rate", rate, preservesPitch })
  }

  /** @param {Seen} seen */
  #stallOver(seen) {
    if (!this.stalls.stalled) return
    this.#report("buffer_end", seen.nowMs - this.stalls.beganMs)
    this.stalls.stalled = false
  }

  /** @param {"buffer_start" | "buffer_end"} type @param {number} waitedMs */
  #report(type, waitedMs) {
    this.effects.push({ do: "report", type, waitedMs })
  }
}

/** @param {Seen} seen @param {Plan} plan */
function ready(seen, plan) {
  if (seen.seeking) return false
  return seen.readyState >= 3 || (seen.readyState >= 2 && seen.nowMs - plan.sinceMs > CONTENT_MS)
}

/** @param {{currentTimeS: number, durationS: number}} seen */
function left({ currentTimeS, durationS }) {
  return Number.isFinite(durationS) ? durationS - currentTimeS : Infinity
}

/** @param {{durationS: number}} seen @param {number | null | undefined} roomS */
function endOf({ durationS }, roomS) {
  return Math.min(Number.isFinite(durationS) ? durationS : Infinity, roomS ?? Infinity)
}

/**
 * @param {import("./timeline.js").TimelineState} a @param {import("./timeline.js").TimelineState} b
 * @param {number} serverMs
 */
function sameMotion(a, b, serverMs) {
  if (a.is_playing !== b.is_playing || a.rate !== b.rate || a.media?.url !== b.media?.url || a.phase !== b.phase) return false
  return [serverMs, serverMs + 1000].every((ms) => Math.abs(positionAt(a, ms) - positionAt(b, ms)) < 1e-3)
}
