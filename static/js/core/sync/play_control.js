// @ts-check
/** Controls a player in a room that plays: starts it, keeps it in step, or lets it play unaligned. */

import { PlannedStart, SCHEDULED_MS } from "./planned_start.js"

const RESUME_SETTLE_MS = 150 // a player that was moving needs no full settling
const VISIBLE_SETTLE_MS = 500 // the video track of a tab that was hidden comes back within this
const IDLE_MS = 1000
const BUSY_MS = 50

/** @typedef {import("./timeline.js").SyncTarget} SyncTarget */
/** @typedef {import("./timeline.js").ElementState} ElementState */
/** @typedef {import("./sync_controller.js").Effect} Effect */
/** @typedef {import("./sync_controller.js").State} State */
/** @typedef {import("./sync_controller.js").Step} Step */
/** @typedef {import("../media/seek_budget.js").Refusal} Refusal */

export class PlayControl {
  /** The player is in step and is kept there. */
  tracking = false
  /** Place the player again, whatever it does. */
  forced = false
  shownMs = -Infinity
  /** @type {Effect[]} */
  effects = []

  /**
   * @param {object} parts
   * @param {import("./latency_model.js").LatencyModel} parts.latencyModel
   * @param {import("./drift_control.js").DriftControl} parts.driftControl
   * @param {import("./start_control.js").StartControl} parts.startControl
   * @param {import("../media/media_state.js").MediaState} parts.media
   */
  constructor({ latencyModel, driftControl, startControl, media }) {
    this.latencyModel = latencyModel
    this.driftControl = driftControl
    this.startControl = startControl
    this.media = media
  }

  /** Discard the plan for an older timeline. */
  startOver() {
    this.startControl.plan = null
    this.tracking = false
    this.driftControl.reset()
  }

  /** @param {number} nowMs */
  becameVisible(nowMs) {
    this.shownMs = nowMs
    this.driftControl.rateControl.acquire(nowMs, VISIBLE_SETTLE_MS)
  }

  /**
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @param {Effect[]} effects
   * @param {State} state the present one
   * @returns {Step}
   */
  update(target, element, effects, state) {
    this.effects = effects
    if (this.startControl.plan) return this.#start(target, element)
    if (this.tracking && !element.paused) return this.#track(target, element)
    if (!element.locked) return this.#playWithoutClock(target, element)
    if (target.timeline.timestamp - element.serverMs > SCHEDULED_MS)
      return this.#startWith(PlannedStart.scheduled(target, element), target, element)
    if (target.isAtEnd(element)) return { state: element.ended ? "ended" : state, askInMs: IDLE_MS }
    if (element.paused || this.forced || target.isFar(element)) return this.#catchUp(target, element)
    this.tracking = true
    this.media.unaligned.leave()
    this.driftControl.begin(element, null, Math.max(RESUME_SETTLE_MS, this.#unsettledMs(element)))
    return this.#track(target, element)
  }

  /**
   * @param {PlannedStart} plan
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @returns {Step}
   */
  #startWith(plan, target, element) {
    const refusal = this.startControl.refusal(target, element, plan.positionS)
    if (refusal) return this.#playUnaligned(refusal, target, element)
    this.startControl.plan = plan
    this.tracking = false
    this.forced = false
    return this.#start(target, element)
  }

  /** @param {SyncTarget} target @param {ElementState} element @returns {Step} */
  #start(target, element) {
    this.effects.push({ do: "rate", rate: target.rate, preservesPitch: target.rate !== 1 })
    const step = this.startControl.update(target, element, this.effects)
    if (!step) return this.#playUnaligned("exhausted", target, element)
    this.tracking = !this.startControl.plan
    if (this.tracking) this.media.unaligned.leave()
    return step
  }

  /** The room moves already. @param {SyncTarget} target @param {ElementState} element */
  #catchUp(target, element) {
    const leastMs = this.#unsettledMs(element)
    const plan = PlannedStart.ahead(target, element, this.latencyModel, leastMs)
    return this.#startWith(plan, target, element)
  }

  /** @param {SyncTarget} target @param {ElementState} element */
  #track(target, element) {
    const step = this.driftControl.update(target, element, this.effects)
    if (!target.isFar(element)) this.media.seeks.inStep(element.nowMs)
    return step ?? this.#catchUp(target, element)
  }

  /**
   * The room's position is out of reach.
   * @param {Refusal} reason
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @returns {Step}
   */
  #playUnaligned(reason, target, element) {
    const { unaligned } = this.media
    this.startOver()
    this.forced = false
    unaligned.enter(reason, element.nowMs)
    this.startControl.plan = unaligned.meetingPoint(target, element)
    if (this.startControl.plan) return this.#start(target, element)
    return unaligned.update(target, element, this.effects)
  }

  /**
   * No start can be planned without a clock; an unaligned player continues.
   * @param {SyncTarget} target
   * @param {ElementState} element
   * @returns {Step}
   */
  #playWithoutClock(target, element) {
    const { reason } = this.media.unaligned
    if (reason && !element.paused) return this.#playUnaligned(reason, target, element)
    return { state: "loading", askInMs: BUSY_MS }
  }

  /** @param {ElementState} element */
  #unsettledMs(element) {
    return Math.max(0, this.shownMs + VISIBLE_SETTLE_MS - element.nowMs)
  }
}
