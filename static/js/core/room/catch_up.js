// @ts-check
/**
 * How a viewer who came late gets to where the room is: the own player runs on a timeline of its own, faster than the
 * room, until both are at one position. Nothing here reads a clock.
 */

import { limitOf, positionAt } from "../sync/timeline.js"

export const USUAL_SPEED = 1.5
const FASTEST = 4 // browsers are silent beyond
const TOGETHER_S = 0.05 // closer than this a player is corrected by its rate, which no viewer notices

/** @typedef {import("../sync/timeline.js").Motion} Motion */
/** @typedef {import("../sync/timeline.js").TimelineState} TimelineState */

/** The rate of the own player: `speed` times normal, or times the room's rate if that is higher. @param {number} speed @param {number} roomRate */
export function catchUpRate(speed, roomRate) {
  return Math.min(speed * Math.max(1, roomRate), FASTEST)
}

/**
 * The timeline of a player that moves alone.
 * @param {number} positionS
 * @param {number} rate
 * @param {boolean} isPlaying
 * @param {number} serverMs
 * @returns {Motion}
 */
export function ownMotion(positionS, rate, isPlaying, serverMs) {
  return { current_time: positionS, rate, is_playing: isPlaying, timestamp: serverMs, duration: null }
}

/** How far a player is behind the room, in seconds of the media. @param {Motion} room @param {Motion} own @param {number} serverMs */
export function behindS(room, own, serverMs) {
  return positionAt(room, serverMs) - positionAt(own, serverMs)
}

/**
 * The server time at which the player is where the room is, if neither changes its motion; infinity if that is never.
 * @param {Motion} room
 * @param {Motion} own
 */
export function meetsAtMs(room, own) {
  const fromMs = own.timestamp
  if (behindS(room, own, fromMs) <= 0) return fromMs
  if (!own.is_playing) return Infinity
  const standsUntilMs = room.is_playing ? room.timestamp : Infinity
  const whereItStandsMs = fromMs + ((positionAt(room, fromMs) - own.current_time) / own.rate) * 1000
  if (whereItStandsMs <= standsUntilMs) return whereItStandsMs
  const movesFromMs = Math.max(fromMs, room.timestamp)
  const gainPerS = own.rate - room.rate
  const gainedMs = gainPerS > 0 ? (behindS(room, own, movesFromMs) / gainPerS) * 1000 : Infinity
  const endMs = fromMs + ((limitOf(room) - own.current_time) / own.rate) * 1000
  return Math.min(movesFromMs + gainedMs, endMs)
}

/**
 * `elsewhere`: the room plays other media. `together`: the player is where the room is, or the room went back behind it.
 * @param {TimelineState | null} room
 * @param {string} url of the media that the viewer watches
 * @param {Motion} own
 * @param {number} serverMs
 * @returns {"elsewhere" | "together" | "behind"}
 */
export function standing(room, url, own, serverMs) {
  if (room?.media?.url !== url) return "elsewhere"
  return behindS(room, own, serverMs) <= TOGETHER_S ? "together" : "behind"
}
