// @ts-check
/** Once a minute, what this player measured of itself: for the operators' sums, in which nobody is named. */

import { every } from "../lib/timers.js"
import { tokenNow } from "../lib/csrf.js"

const EVERY_MS = 60_000
const SAMPLES = 60
const SAMPLE_MS = 1000
const LEAST_MS = 5000 // of less than that nothing can be said
const AT_HELM = new Set(["fine", "coarse"])

/**
 * @typedef {import("./session.js").Session} Session
 * @typedef {{sinceMs: number, sampledMs: number, driftMs: number[], stalls: number, stalledMs: number,
 *   stalledSinceMs: number | null, excursions: number, steering: boolean, seeks: number}} Minute
 */

/** @param {HTMLElement} _body @param {Session} room */
export function mount(_body, room) {
  let minute = begun(null)
  const send = () => {
    const now = performance.now()
    if (now - minute.sinceMs < LEAST_MS || !minute.driftMs.length) return
    post(told(minute, room, now))
    minute = begun(minute)
  }
  const hidden = () => {
    if (document.visibilityState === "hidden") send()
  }
  document.addEventListener("visibilitychange", hidden)
  const stops = [
    room.on("drift", (drift) => heard(minute, drift, room)),
    room.on("player", ({ state }) => stalled(minute, state === "buffering")),
    every(EVERY_MS, send),
  ]
  return () => {
    document.removeEventListener("visibilitychange", hidden)
    for (const stop of stops) stop()
  }
}

/**
 * A stall or an excursion that goes on is not counted again.
 * @param {Minute | null} before
 * @returns {Minute}
 */
function begun(before) {
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
function heard(minute, { driftMs, zone }, room) {
  const now = performance.now()
  if (now - minute.sampledMs >= SAMPLE_MS && minute.driftMs.length < SAMPLES) {
    minute.driftMs.push(rounded(driftMs))
    minute.sampledMs = now
  }
  const steering = AT_HELM.has(zone)
  if (steering && !minute.steering) minute.excursions += 1
  minute.steering = steering
  minute.seeks = room.player.machine.rateControl.seeks.filter((at) => at >= minute.sinceMs).length
}

/** @param {Minute} minute @param {boolean} stands */
function stalled(minute, stands) {
  const now = performance.now()
  if (stands && minute.stalledSinceMs === null) {
    minute.stalls += 1
    minute.stalledSinceMs = now
  } else if (!stands && minute.stalledSinceMs !== null) {
    minute.stalledMs += now - minute.stalledSinceMs
    minute.stalledSinceMs = null
  }
}

/** @param {Minute} minute @param {Session} room @param {number} now */
function told(minute, { clock }, now) {
  const { driftMs, stalls, excursions, seeks } = minute
  const standing = minute.stalledSinceMs === null ? 0 : now - minute.stalledSinceMs
  return {
    span_ms: Math.min(rounded(now - minute.sinceMs), 600_000),
    drift_ms: driftMs,
    stalls,
    excursions,
    seeks,
    stalled_ms: Math.min(rounded(minute.stalledMs + standing), 600_000),
    ...(clock.delayMs === null ? {} : { delay_ms: Math.min(rounded(clock.delayMs), 60_000) }),
    ...(clock.locked ? { offset_uncertainty_ms: Math.min(rounded(clock.movementMs), 60_000) } : {}),
  }
}

/** @param {number} ms */
function rounded(ms) {
  return Math.round(ms * 10) / 10
}

/** It goes out even as the page closes; nobody waits for the answer. @param {object} body */
function post(body) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": tokenNow() ?? "" }
  fetch("/api/metrics/", {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    keepalive: true,
    credentials: "same-origin",
  }).catch(() => {}) // figures for others: the film does not miss them
}
