// @ts-check
/**
 * The player's reports: its status to the room with every heartbeat, the reason for being out of sync to its viewer,
 * and once a minute anonymous metrics to the server.
 */

import { positionAt, TAIL_S } from "../../core/sync/timeline.js"
import { csrfToken } from "../lib/api.js"
import { every } from "../lib/timers.js"

/** @typedef {import("./room_player.js").Player} Player */
/** @typedef {import("../../core/sync/sync_controller.js").SyncController} SyncController */
/** @typedef {import("../../core/sync/timeline.js").ElementState} Seen */

/**
 * The reason why the player is or may be out of sync; null if there is none.
 * @param {Player} player
 * @param {Seen} seen
 */
export function outOfSyncReason({ controller, clock }, seen) {
  const { decision, degraded } = controller.driftControl
  if (controller.state === "buffering") return "buffering"
  if (seen.hidden) return "hidden"
  if (!clock.locked) return "clock"
  if (degraded) return "device"
  if (!controller.rateControl.rateSupport.slewOk) return "seek_only"
  return decision?.zone === "fine" || decision?.zone === "coarse" || decision?.zone === "seek"
    ? "catching_up"
    : null
}

/**
 * `atS`: the position of the problem, if it has one; for a player that cannot seek to the room's position, where it
 * waits for the room.
 * @typedef {{kind: import("../../core/media/media_state.js").Failure["kind"] | "ends_soon" | "late" |
 *   import("../../core/media/seek_budget.js").Refusal, atS: number | null, message?: Message | null}} MediaProblem
 */
/** @typedef {import("../../core/media/media_state.js").Message} Message */

/**
 * @param {SyncController} controller
 * @param {import("../../core/sync/timeline.js").ElementState} seen
 * @param {Message | null} [warning] of media that will break off soon
 * @param {boolean} [late] it stands still for long
 * @returns {MediaProblem | null}
 */
export function mediaProblem({ state, media, startControl }, seen, warning = null, late = false) {
  const { failure, endOfData, unaligned } = media
  if (failure) return failure
  if (state === "broken_off")
    return { kind: endOfData.played ? "broken_off" : "no_data", atS: endOfData.endS }
  if (late) return { kind: "late", atS: null, message: warning }
  if (warning) return { kind: "ends_soon", atS: null, message: warning }
  const kind = unaligned.lastingReason(seen.nowMs)
  return kind && { kind, atS: startControl.plan?.positionS ?? null }
}

/**
 * The player's state as reported to the room. Rooms do not wait for hidden and degraded players.
 * @param {SyncController} controller
 * @param {boolean} hidden
 */
export function reportedState(controller, hidden) {
  const { failure, unaligned, asking } = controller.media
  if (asking) return "blocked"
  if (failure?.message?.ownCopy) return "empty"
  if (failure && failure.kind !== "unsupported" && failure.kind !== "interrupted") return "broken_off"
  if (controller.state === "suspended" || (hidden && controller.state !== "off")) return "hidden"
  if (unaligned.reason) return "unaligned"
  if (controller.state === "buffering") return "stalled"
  return controller.state === "playing" && controller.driftControl.degraded ? "degraded" : controller.state
}

/**
 * A state to report before the next heartbeat, because the room may be waiting for it: data ran out, or the
 * media is ready at the position where the room waits; or because the host should see it: the media failed. Null: none.
 * @param {SyncController} controller
 */
export function urgentState({ state, timeline, media }) {
  const lost = media.unaligned.reason ?? media.failure?.kind
  if (lost && timeline?.phase === "holding") return `${lost} ${timeline.revision}`
  if (media.failure && media.failure.kind !== "interrupted") return "failed"
  if (state === "buffering") return "stalled"
  return state === "ready" && timeline?.phase === "holding" ? `ready ${timeline.revision}` : null
}

/** States in which a player shows nothing new although it should. */
const STANDING = new Set(["loading", "buffering"])

/** @param {SyncController} controller @param {boolean} hidden */
export function standsStill({ state, media }, hidden) {
  return STANDING.has(state) && !media.asking && !hidden
}

/**
 * Why the player cannot load its media, or no more of them, or not fast enough: for the host. Null: it can.
 * @param {Pick<Player, "warning" | "standstill"> & {controller: Pick<SyncController, "media">}} player
 */
export function faultOf({ controller, warning, standstill }) {
  const { failure } = controller.media
  return failure?.message?.fault ?? warning?.fault ?? (standstill.late ? "late" : null)
}

/**
 * What should be reported before the next heartbeat; empty if nothing. A fault is reported again after each change of
 * the room: the server passes on no report from before the last change.
 * @param {Pick<Player, "warning" | "standstill" | "controller">} player
 */
export function urgentReport(player) {
  const { controller } = player
  const state = urgentState(controller)
  const fault = faultOf(player)
  const revision = fault || state === "failed" ? controller.timeline?.revision : null
  return [state, fault, revision].filter((part) => part !== null).join(" ")
}

/**
 * The payload of a heartbeat.
 * @param {Player} player
 * @param {number} toleranceMs beyond which it is not in sync
 */
export function statusReport(player, toleranceMs) {
  const seen = atDataEnd(player.controller, player.seen())
  const { controller, latencyModel, clock, fineTuneMs } = player
  // before the metadata is loaded the position is 0 and means nothing
  const attached = seen.readyState >= 1 && controller.timeline !== null
  const driftMs = attached ? controller.driftMs(seen) : null
  return {
    current_time: attached ? Math.max(0, roomPositionS(controller, seen) - player.copyShiftS) : 0,
    is_playing: !seen.paused && !seen.ended,
    is_synced: driftMs !== null && Math.abs(driftMs) <= toleranceMs,
    at: seen.serverMs + fineTuneMs,
    ...ifFinite("revision", controller.timeline?.revision),
    ...lengthOf(player, attached ? seen.durationS : NaN),
    ...ifFinite("drift_ms", driftMs),
    ...ifFinite("latency_ms", clock.delayMs),
    ...ifFinite("late_ms", clock.jitterMs),
    start_cost_ms: Math.max(0, latencyModel.startMs.fresh),
    seek_cost_ms: latencyModel.placeMs.buffered,
    state: stateOf(player, seen.hidden),
    ...(lackOf(player) ? { lacks: lackOf(player) } : {}),
    ...(faultOf(player) ? { fault: faultOf(player) } : {}),
    ...(player.copy ? { copy: player.copy } : {}),
    ...ifFinite("longer_s", player.copyLongerS),
  }
}

/** @param {Player} player @param {boolean} hidden */
function stateOf({ controller, catchingUp }, hidden) {
  const state = reportedState(controller, hidden)
  return catchingUp && state === "off" ? "catching_up" : state
}

/** Another copy than the room's says nothing about its length. @param {Player} player @param {number} durationS */
function lengthOf({ copy, naturalEnd, catchingUp }, durationS) {
  if (copy && copy !== "same") return {}
  if (catchingUp) return ifFinite("duration", durationS)
  return { ...ifFinite("duration", durationS), ...ifFinite("ended_at", naturalEnd.endS) }
}

/**
 * The player's position as the room counts it: a live stream's own positions differ from player to player.
 * @param {SyncController} controller
 * @param {Seen} seen
 */
function roomPositionS({ target }, seen) {
  if (!target?.live) return seen.currentTimeS
  return Math.max(0, positionAt(target.timeline, seen.serverMs) + target.driftMs(seen) / 1000)
}

/**
 * The state of an element with the true position: one whose data ended early reports its duration as its position.
 * @param {SyncController} controller
 * @param {Seen} seen
 * @returns {Seen}
 */
function atDataEnd({ media }, seen) {
  const { endS } = media.endOfData
  const isElsewhere = seen.ended && endS !== null && seen.currentTimeS - endS > TAIL_S
  return isElsewhere ? { ...seen, currentTimeS: endS } : seen
}

/**
 * A field, omitted if its value is not finite.
 * @param {string} name
 * @param {number | null | undefined} value
 */
function ifFinite(name, value) {
  return Number.isFinite(value) ? { [name]: value } : {}
}

/**
 * @param {Player} player
 * @returns {import("../../core/protocol.js").MissingTrack | null}
 */
function lackOf({ controller, lacking }) {
  const codec = controller.media.failure?.message?.codec
  return codec ? { track: "all", codec } : lacking
}

const POST_INTERVAL_MS = 60_000
const MAX_SAMPLES = 60
const SAMPLE_INTERVAL_MS = 1000
const MIN_SPAN_MS = 5000 // a shorter span has too few samples
const CORRECTING_ZONES = new Set(["fine", "coarse"])

/**
 * @typedef {import("../room/session.js").RoomSession} Session
 * @typedef {{sinceMs: number, sampledMs: number, driftMs: number[], stalls: number, stalledMs: number,
 *   stalledSinceMs: number | null, excursions: number, steering: boolean, seeks: number}} Minute
 */

/** Send metrics once a minute, and when the page is hidden. @param {HTMLElement} _body @param {Session} room */
export function mountClientMetrics(_body, room) {
  let minute = startMinute(null)
  const send = () => {
    const now = performance.now()
    if (now - minute.sinceMs < MIN_SPAN_MS || !minute.driftMs.length) return
    postMetrics(metricsOf(minute, room, now))
    minute = startMinute(minute)
  }
  const onVisibilityChange = () => {
    if (document.visibilityState === "hidden") send()
  }
  document.addEventListener("visibilitychange", onVisibilityChange)
  const stops = [
    room.on("drift", (drift) => onDrift(minute, drift, room)),
    room.on("player", ({ state }) => onStall(minute, state === "buffering")),
    every(POST_INTERVAL_MS, send),
  ]
  return () => {
    document.removeEventListener("visibilitychange", onVisibilityChange)
    for (const stop of stops) stop()
  }
}

/**
 * A stall or excursion that continues is not counted again.
 * @param {Minute | null} before
 * @returns {Minute}
 */
function startMinute(before) {
  const now = performance.now()
  return {
    sinceMs: now,
    sampledMs: -Infinity,
    driftMs: [],
    stalls: 0,
    stalledMs: 0,
    excursions: 0,
    seeks: 0,
    stalledSinceMs: before?.stalledSinceMs == null ? null : now,
    steering: before?.steering ?? false,
  }
}

/** @param {Minute} minute @param {{driftMs: number, zone: string}} drift @param {Session} room */
function onDrift(minute, { driftMs, zone }, room) {
  const now = performance.now()
  if (now - minute.sampledMs >= SAMPLE_INTERVAL_MS && minute.driftMs.length < MAX_SAMPLES) {
    minute.driftMs.push(roundTenth(driftMs))
    minute.sampledMs = now
  }
  const steering = CORRECTING_ZONES.has(zone)
  if (steering && !minute.steering) minute.excursions += 1
  minute.steering = steering
  minute.seeks = room.player.controller.rateControl.seeks.filter((at) => at >= minute.sinceMs).length
}

/** @param {Minute} minute @param {boolean} stalled */
function onStall(minute, stalled) {
  const now = performance.now()
  if (stalled && minute.stalledSinceMs === null) {
    minute.stalls += 1
    minute.stalledSinceMs = now
  } else if (!stalled && minute.stalledSinceMs !== null) {
    minute.stalledMs += now - minute.stalledSinceMs
    minute.stalledSinceMs = null
  }
}

/** @param {Minute} minute @param {Session} room @param {number} now */
function metricsOf(minute, { clock }, now) {
  const { driftMs, stalls, excursions, seeks } = minute
  const currentStallMs = minute.stalledSinceMs === null ? 0 : now - minute.stalledSinceMs
  return {
    span_ms: Math.min(roundTenth(now - minute.sinceMs), 600_000),
    drift_ms: driftMs,
    stalls,
    excursions,
    seeks,
    stalled_ms: Math.min(roundTenth(minute.stalledMs + currentStallMs), 600_000),
    ...(clock.delayMs === null ? {} : { delay_ms: Math.min(roundTenth(clock.delayMs), 60_000) }),
    ...(clock.locked ? { offset_uncertainty_ms: Math.min(roundTenth(clock.movementMs), 60_000) } : {}),
  }
}

/** @param {number} ms */
function roundTenth(ms) {
  return Math.round(ms * 10) / 10
}

/**
 * Sent with keepalive, so that it leaves even while the page closes. The response is ignored.
 * @param {object} body
 */
function postMetrics(body) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() ?? "" }
  fetch("/api/metrics/", {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    keepalive: true,
    credentials: "same-origin",
  }).catch(() => {}) // playback does not depend on metrics
}
