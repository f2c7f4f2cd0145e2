// @ts-check
/** What a player says of itself: to the room with every heartbeat, to its viewer when asked why. */

import { TAIL_S } from "../../core/sync/timeline.js"

/** @typedef {import("./room_player.js").Player} Player */
/** @typedef {import("../../core/sync/sync_controller.js").SyncController} SyncController */
/** @typedef {import("../../core/sync/timeline.js").ElementState} ElementState */

/**
 * Why it is not in step, or may not be, in one word; null where there is no reason.
 * @param {Player} player
 * @param {ElementState} seen
 */
export function causeOf({ machine, clock }, seen) {
  const { decision, degraded } = machine.driftControl
  if (machine.state === "buffering") return "buffering"
  if (seen.hidden) return "hidden"
  if (!clock.locked) return "clock"
  if (degraded) return "device"
  if (!machine.rateControl.rateSupport.slewOk) return "seek_only"
  return decision?.zone === "fine" || decision?.zone === "coarse" || decision?.zone === "seek"
    ? "catching_up"
    : null
}

/**
 * The player's state as the room hears it. Hidden and degraded players are not waited for.
 * @param {SyncController} machine @param {boolean} hidden
 */
export function stateOf(machine, hidden) {
  const { failure, unaligned } = machine.media
  if (failure && failure.kind !== "unsupported" && failure.kind !== "interrupted") return "broken_off"
  if (machine.state === "suspended" || (hidden && machine.state !== "off")) return "hidden"
  if (unaligned.reason) return "unaligned"
  if (machine.state === "buffering") return "stalled"
  return machine.state === "playing" && machine.driftControl.degraded ? "degraded" : machine.state
}

/**
 * What the room should hear before the next heartbeat, because it may wait for it: data ran out, or the
 * medium stands ready where the room holds. Null: nothing.
 * @param {SyncController} machine
 */
export function newsOf({ state, timeline, media }) {
  const lost = media.unaligned.reason ?? media.failure?.kind
  if (lost && timeline?.phase === "holding") return `${lost} ${timeline.revision}`
  if (state === "buffering") return "stalled"
  return state === "ready" && timeline?.phase === "holding" ? `ready ${timeline.revision}` : null
}

/**
 * The payload of a heartbeat.
 * @param {Player} player
 * @param {number} toleranceMs beyond which it is not in sync
 */
export function reportOf(player, toleranceMs) {
  const seen = inPlace(player.machine, player.seen())
  const { machine, latencyModel, clock, fineTuneMs } = player
  // before that a position of 0 would be a lie
  const attached = seen.readyState >= 1 && machine.timeline !== null
  const driftMs = attached ? machine.driftMs(seen) : null
  return {
    current_time: attached ? seen.currentTimeS : 0,
    is_playing: !seen.paused && !seen.ended,
    is_synced: driftMs !== null && Math.abs(driftMs) <= toleranceMs,
    at: seen.serverMs + fineTuneMs,
    ...known("revision", machine.timeline?.revision),
    ...known("duration", attached ? seen.durationS : NaN),
    ...known("ended_at", player.naturalEnd.endS),
    ...known("drift_ms", driftMs),
    ...known("latency_ms", clock.delayMs),
    ...known("late_ms", clock.jitterMs),
    start_cost_ms: Math.max(0, latencyModel.startMs.fresh),
    seek_cost_ms: latencyModel.placeMs.buffered,
    state: stateOf(machine, seen.hidden),
  }
}

/**
 * An element whose data ended early takes its length for its position.
 * @param {SyncController} machine
 * @param {ElementState} seen
 * @returns {ElementState}
 */
function inPlace({ media }, seen) {
  const { endS } = media.endOfData
  const isElsewhere = seen.ended && endS !== null && seen.currentTimeS - endS > TAIL_S
  return isElsewhere ? { ...seen, currentTimeS: endS } : seen
}

/**
 * A field only where there is a number to put into it.
 * @param {string} name
 * @param {number | null | undefined} value
 */
function known(name, value) {
  return Number.isFinite(value) ? { [name]: value } : {}
}
