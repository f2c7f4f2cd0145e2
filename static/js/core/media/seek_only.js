// @ts-check
/**
 * When to seek where only seeks work: WebKit, whose sound stops at every change of the rate, and browsers
 * whose rates did nothing lately.
 *
 * Right after a start one is free: no listener has settled into the sound, and by then it is known what
 * starting cost. From then on they are few, and worth it: further off than seeks are known to land.
 */

import { clamp } from "../sync/error_samples.js"

const JUST_BEGUN_MS = 40
const BEYOND_MS = { least: 60, most: 150 }
const GAP_MS = 20000 // at most three a minute
const LANDING_GUESS_MS = 20 // WebKitGTK: 12 landings within 20 ms of their mean
const LANDING_GAIN = 0.3
const BEYOND_LANDINGS = 2.5

export class SeekOnly {
  constructor() {
    this.gapMs = GAP_MS
    this.landingMs = LANDING_GUESS_MS // how far off a seek comes down
  }

  /** @param {number} errorMs after a seek */
  landed(errorMs) {
    this.landingMs += LANDING_GAIN * (Math.abs(errorMs) - this.landingMs)
  }

  /** @param {boolean} justBegun */
  beyondMs(justBegun) {
    return justBegun
      ? JUST_BEGUN_MS
      : clamp(BEYOND_LANDINGS * this.landingMs, BEYOND_MS.least, BEYOND_MS.most)
  }
}
