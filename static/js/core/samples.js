// @ts-check
/**
 * The last few errors of a player, and what can be said about them. Medians, because single looks can be off by a
 * frame or a timer; never a long average, because a lagging estimate makes the controller swing.
 */

const MAD_TO_SIGMA = 1.48 // of a Gaussian
const NOISE_LOOKS = 20 // differences kept to judge the noise; they outlive discontinuities
const NOISE_ENOUGH = 5

export class Samples {
  /** @param {number} size 5 where the clock interpolates (Chromium), 9 where it moves in steps */
  constructor(size) {
    this.size = size
    /** @type {{nowMs: number, errorMs: number}[]} */
    this.kept = []
    /** @type {number[]} */
    this.differences = []
  }

  /** Whatever was seen before says nothing about what is now. */
  discontinuity() {
    this.kept = []
  }

  get count() {
    return this.kept.length
  }

  /**
   * Older samples are moved along with the known excursion `u`, so that all of them speak of now.
   * @param {number} nowMs @param {number} errorMs @param {number} u share of speed in excess of the room's
   */
  add(nowMs, errorMs, u) {
    const last = this.kept.at(-1)
    if (last) {
      const gained = u * (nowMs - last.nowMs)
      for (const sample of this.kept) sample.errorMs -= gained
      if (u === 0) this.#noise(errorMs - last.errorMs)
    }
    for (const sample of this.kept) sample.nowMs = nowMs
    this.kept.push({ nowMs, errorMs })
    if (this.kept.length > this.size) this.kept.shift()
  }

  /** @param {number} difference */
  #noise(difference) {
    this.differences.push(difference)
    if (this.differences.length > NOISE_LOOKS) this.differences.shift()
  }

  median() {
    return median(this.kept.map((sample) => sample.errorMs))
  }

  /** The noise of one look, out of the differences of neighbours: drift does not count as noise. */
  sigmaMs() {
    if (this.differences.length < NOISE_ENOUGH) return 0
    const middle = median(this.differences)
    const mad = median(this.differences.map((difference) => Math.abs(difference - middle)))
    return (MAD_TO_SIGMA * mad) / Math.SQRT2
  }
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** @param {number} value @param {number} low @param {number} high */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high)
}
