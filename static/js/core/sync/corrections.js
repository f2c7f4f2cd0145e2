// @ts-check
/** Sizes of corrections: the speed of an excursion, the trim against drift, and when a seek is worth it. */

import { clamp } from "./error_samples.js"

// ---------------------------------------------------------------- excursions of the rate, as shares of the
// room's

const FINE_BELOW_MS = 60
const SPREAD_OVER_MS = 3000 // an excursion aims at three seconds, in which 1.5 % is not noticed
const FINE = { least: 0.004, most: 0.015 } // 7 to 26 cents
const COARSE = { least: 0.02, most: 0.05 } // 35 to 84 cents, as films on European television for decades
const HURRY_OVER_MS = 700 // right after a start an excursion aims at less than a second,
const HURRY_MOST = 0.08 // so that 60 ms are visible for no more than half of one
// music bent further is time-stretched instead; a fine excursion then corrects the 18 ms
export const MUSIC_PITCH_BEYOND = 0.02

/**
 * Speed of an excursion: gentle in the middle of a film, quick right after a start.
 * @param {number} errorMs
 * @param {boolean} hurrying soon after a start or seek
 * @param {boolean} audioOnly
 */
export function excursionFor(errorMs, hurrying, audioOnly) {
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

const TRIM_OVER_MS = 10000 // a trim corrects the error within ten seconds
const TRIM_MOST = 600e-6 // 1 cent
const TRIM_STEP = 1e-4

/**
 * An inaudible change of the rate against the drift between sound card and server.
 * @param {number} errorMs
 */
export function trimFor(errorMs) {
  return Math.round(clamp(errorMs / TRIM_OVER_MS, -TRIM_MOST, TRIM_MOST) / TRIM_STEP) * TRIM_STEP
}

// ---------------------------------------------------------------- seeks where rates are not supported

const JUST_BEGUN_MS = 40
const BEYOND_MS = { least: 60, most: 150 }
const GAP_MS = 20000 // at most three a minute
const LANDING_GUESS_MS = 20 // WebKitGTK: 12 landings within 20 ms of their mean
const LANDING_GAIN = 0.3
const BEYOND_LANDINGS = 2.5

/**
 * When to seek if only seeks work: in WebKit, whose sound stops at every change of the rate, and in browsers
 * whose rates had no effect lately.
 *
 * Right after a start one seek is free: no listener has settled into the sound, and by then the start latency
 * is known. From then on seeks are few and worth it: for errors beyond the known accuracy of landings.
 */
export class SeekThreshold {
  gapMs = GAP_MS
  landingMs = LANDING_GUESS_MS // typical error after a seek

  /** @param {number} errorMs after a seek */
  recordLanding(errorMs) {
    this.landingMs += LANDING_GAIN * (Math.abs(errorMs) - this.landingMs)
  }

  /** @param {boolean} justBegun */
  beyondMs(justBegun) {
    return justBegun
      ? JUST_BEGUN_MS
      : clamp(BEYOND_LANDINGS * this.landingMs, BEYOND_MS.least, BEYOND_MS.most)
  }
}
