// @ts-check
/** What a player says of itself: to the room with every heartbeat, to its viewer when asked why. */

/** @typedef {import("./player.js").Player} Player */

/** Why the drift may be large, in one word; null where there is no reason. @param {Player} player */
export function causeOf({ machine, clock }) {
  if (machine.state === "buffering") return "buffering"
  if (document.hidden) return "hidden"
  if (!clock.locked) return "clock"
  return machine.helm.degraded ? "device" : null
}

/** The payload of a heartbeat. @param {Player} player @param {number} toleranceMs beyond which it is not in sync */
export function reportOf(player, toleranceMs) {
  const seen = player.seen()
  const { machine, costs, clock, fineTuneMs } = player
  const attached = seen.readyState >= 1 && machine.timeline !== null // before that a position of 0 would be a lie
  const driftMs = attached ? machine.driftMs(seen) : null
  return {
    current_time: attached ? seen.currentTimeS : 0,
    is_playing: !seen.paused && !seen.ended,
    is_synced: driftMs !== null && Math.abs(driftMs) <= toleranceMs,
    at: seen.serverMs + fineTuneMs,
    ...known("revision", machine.timeline?.revision),
    ...known("duration", attached ? seen.durationS : NaN),
    ...known("drift_ms", driftMs),
    ...known("latency_ms", clock.delayMs),
    start_cost_ms: costs.startMs.fresh,
    seek_cost_ms: costs.seekMs.buffered,
    state: seen.hidden ? "hidden" : machine.state,
  }
}

/** A field only where there is a number to put into it. @param {string} name @param {number | null | undefined} value */
function known(name, value) {
  return Number.isFinite(value) ? { [name]: value } : {}
}
