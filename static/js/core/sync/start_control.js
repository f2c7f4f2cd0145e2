// @ts-check
/**
 * Controls a player that stands: it is placed, has its data loaded and starts in time, or pauses exactly at
 * the room's position.
 */

import { hasEnough } from "./stall_detector.js"
import { SLEW_WITHIN_MS, TAIL_S, ownRemainingS } from "./timeline.js"

const SAME_PLACE_S = 0.0005 // a paused seek is exact; any other position is another picture sooner or later
const IDLE_MS = 1000
const BUSY_MS = 50
// placing never takes this long: the machine slept, and the room would wait for it at every seek
const ASLEEP_MS = 10000

/** @typedef {import("./timeline.js").SyncTarget} SyncTarget */
/** @typedef {import("./timeline.js").ElementState} ElementState */
/** @typedef {import("./sync_controller.js").Effect} Effect */
/** @typedef {import("./planned_start.js").PlannedStart} PlannedStart */
/**
 * @typedef {{state: "loading" | "buffering" | "ready" | "playing", askInMs: number, precise?: boolean}} Step
 */

/**
 * Carries out a planned start. A start that is missed is planned again, as often as the seek budget allows.
 */
export class StartControl {
  /**
   * @param {object} parts
   * @param {import("./latency_model.js").LatencyModel} parts.latencyModel
   * @param {import("./drift_control.js").DriftControl} parts.driftControl
   * @param {import("../media/media_state.js").MediaState} parts.media
   */
  constructor({ latencyModel, driftControl, media }) {
    this.latencyModel = latencyModel
    this.driftControl = driftControl
    this.media = media
    /** @type {PlannedStart | null} */
    this.plan = null
    /** The player was sought or loaded since it last played: starting takes longer then. */
    this.flushed = true
  }

  /**
   * Why the player cannot seek to a position; null if it can, or is there already.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {number} positionS
   */
  refusal(target, element, positionS) {
    const toS = target.seekPosition(element, positionS)
    return this.#isAt(element, toS) ? null : this.media.seeks.refusal(element, toS)
  }

  /** @param {ElementState} element @param {number} toS */
  #isAt(element, toS) {
    const withinS = element.placedWithinS ?? SAME_PLACE_S
    return !element.seeking && Math.abs(element.currentTimeS - toS) <= withinS
  }

  /**
   * Seek the paused player to a position.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {number} positionS
   * @param {Effect[]} effects
   * @returns {boolean} whether it has to move
   */
  place(target, element, positionS, effects) {
    const toS = target.seekPosition(element, positionS)
    if (this.#isAt(element, toS)) return false
    this.media.seek(element, toS, effects)
    this.flushed = true
    return true
  }

  /**
   * Advance a planned start; the plan is removed when the player starts. Returns null if its position is out
   * of reach.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {Effect[]} effects
   * @returns {Step | null}
   */
  update(target, element, effects) {
    const plan = /** @type {PlannedStart} */ (this.plan)
    if (!element.paused) {
      plan.placed = false // it has moved meanwhile
      effects.push({ do: "pause" })
      return { state: "loading", askInMs: 0 }
    }
    if (!plan.placed) {
      if (this.refusal(target, element, plan.positionS)) return null
      plan.placed = true
      const moves = this.place(target, element, plan.positionS, effects)
      const kind = element.buffered(plan.positionS) ? "buffered" : "unbuffered"
      if (moves && !element.hidden) plan.placing = { kind, sinceMs: element.nowMs }
      return { state: "loading", askInMs: 0 }
    }
    if (!plan.isReady(element)) return this.#waitForData(plan, element, effects)
    this.#learnPlacing(plan, element, effects)
    return this.#startInTime(plan, target, element, effects)
  }

  /** @param {PlannedStart} plan @param {ElementState} element @param {Effect[]} effects */
  #learnPlacing(plan, element, effects) {
    const placing = plan.placing
    plan.placing = null
    const tookMs = placing ? element.nowMs - placing.sinceMs : 0
    if (!placing || element.hidden || tookMs > ASLEEP_MS) return
    this.latencyModel.recordPlacing(placing.kind, tookMs)
    effects.push({ do: "learned" })
  }

  /** @param {PlannedStart} plan @param {ElementState} element @param {Effect[]} effects @returns {Step} */
  #waitForData(plan, element, effects) {
    const overdue = element.serverMs > plan.atMs
    const stalled = overdue && this.driftControl.detectStall(element, effects)
    return { state: stalled ? "buffering" : "loading", askInMs: BUSY_MS }
  }

  /**
   * @param {PlannedStart} plan
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {Effect[]} effects
   * @returns {Step | null}
   */
  #startInTime(plan, target, element, effects) {
    const kind = this.flushed ? "fresh" : "rest"
    const lateMs = plan.lateMs(element, this.latencyModel.startMs[kind])
    const timing = plan.timing(lateMs, target, element)
    if (timing === "now") return this.#start(element, kind, lateMs, effects)
    if (timing === "early") return { state: "ready", askInMs: -lateMs, precise: true }
    this.plan = plan.retry(target, element)
    return this.update(target, element, effects)
  }

  /**
   * @param {ElementState} element
   * @param {"fresh" | "rest"} kind
   * @param {number} lateMs
   * @param {Effect[]} effects
   * @returns {Step}
   */
  #start(element, kind, lateMs, effects) {
    this.plan = null
    this.flushed = false
    this.driftControl.degraded = lateMs > SLEW_WITHIN_MS
    this.driftControl.endStall(element, effects)
    this.driftControl.started(element, kind, lateMs)
    effects.push({ do: "play" })
    return { state: "playing", askInMs: BUSY_MS }
  }
}

/** @typedef {{state: "ended" | "paused" | "ready" | "buffering" | "loading", askInMs: number}} PauseStep */

/**
 * Pauses the player exactly at the room's position, and reports whether it is ready while the room waits for
 * its players.
 */
export class PauseControl {
  /** @param {{driftControl: import("./drift_control.js").DriftControl, startControl: StartControl}} parts */
  constructor({ driftControl, startControl }) {
    this.driftControl = driftControl
    this.startControl = startControl
    this.placed = false
    /** Why the player is paused elsewhere. @type {import("../media/seek_budget.js").Refusal | null} */
    this.refusal = null
  }

  /**
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {Effect[]} effects
   * @returns {PauseStep}
   */
  update(target, element, effects) {
    const { phase, rate } = target.timeline
    effects.push({ do: "rate", rate, preservesPitch: true })
    if (!element.paused) effects.push({ do: "pause" })
    const moved = !this.placed && !isInTail(phase, element) && this.#place(target, element, effects)
    this.placed = true
    if (phase === "holding") return this.#waitForRoom(element, moved, effects)
    this.driftControl.endStall(element, effects)
    return { state: phase === "ended" ? "ended" : "paused", askInMs: IDLE_MS }
  }

  /** @param {SyncTarget} target @param {ElementState} element @param {Effect[]} effects */
  #place(target, element, effects) {
    this.refusal = null
    if (target.live) return false // it resumes at the live moment
    const positionS = target.positionAt(element.serverMs)
    this.refusal = this.startControl.refusal(target, element, positionS)
    return !this.refusal && this.startControl.place(target, element, positionS, effects)
  }

  /**
   * The room resumes when its players can, so this one is not ready before it has the data.
   * @param {ElementState} element
   * @param {boolean} moved just now
   * @param {Effect[]} effects
   * @returns {PauseStep}
   */
  #waitForRoom(element, moved, effects) {
    if (moved || element.seeking || !hasEnough(element)) {
      return { state: this.driftControl.stalls.stalled ? "buffering" : "loading", askInMs: BUSY_MS }
    }
    this.driftControl.endStall(element, effects)
    return { state: "ready", askInMs: IDLE_MS }
  }
}

/**
 * A player in the last moments of media that has ended stays there: ends differ between browsers.
 * @param {string} phase
 * @param {ElementState} element
 */
function isInTail(phase, element) {
  return phase === "ended" && (element.ended || ownRemainingS(element) < TAIL_S)
}
