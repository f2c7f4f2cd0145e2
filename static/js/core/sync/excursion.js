// @ts-check
/**
 * How fast an excursion of the rate goes: gently in the middle of a film, quickly right after a start. Shares
 * of the room's rate.
 */

import { clamp } from "./error_samples.js"

const FINE_BELOW_MS = 60
const SPREAD_OVER_MS = 3000 // an excursion aims at three seconds, in which 1.5 % is not noticed
const FINE = { least: 0.004, most: 0.015 } // 7 to 26 cents
const COARSE = { least: 0.02, most: 0.05 } // 35 to 84 cents, as films on European television for decades
const HURRY_OVER_MS = 700 // right after a start an excursion aims at less than a second,
const HURRY_MOST = 0.08 // and 60 ms are seen no longer than half of one
// music bent further is stretched instead; a fine excursion then mends the 18 ms
export const MUSIC_PITCH_BEYOND = 0.02

/** @param {number} errorMs @param {{hurrying: boolean, audioOnly: boolean}} circumstances */
export function excursionFor(errorMs, { hurrying, audioOnly }) {
  const awayMs = Math.abs(errorMs)
  const { least, most } = awayMs > FINE_BELOW_MS ? COARSE : FINE
  const bearable = audioOnly ? MUSIC_PITCH_BEYOND : HURRY_MOST
  const share = hurrying
    ? clamp(awayMs / HURRY_OVER_MS, least, Math.max(most, bearable))
    : clamp(awayMs / SPREAD_OVER_MS, least, most)
  return Math.sign(errorMs) * share
}

/** @param {number} u @returns {"fine" | "coarse"} */
export function zoneOf(u) {
  return Math.abs(u) > FINE.most ? "coarse" : "fine"
}
