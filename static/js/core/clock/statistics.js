// @ts-check
/**
 * The last few errors of a player, and what can be said about them. Medians, because single looks can be off
 * by a frame or a timer; never a long average, because a lagging estimate makes the controller swing.
 */

const MAD_TO_SIGMA = 1.48 // of a Gaussian
const PER_SIGMA = 3.5 // false alarms of a Gaussian: one in 2000
const NOISE_LOOKS = 20 // differences kept to judge the noise; they outlive discontinuities
const NOISE_ENOUGH = 5
const STAIRS_LOOKS = 48 // 12 s of a steady player
const STAIRS_ENOUGH = 8
const STAIRS_PER_SIGMA = 3
const DROPPED = 8 // one in so many at either end
const JUMP_MS = 20 // half a tread

export class Samples {
  constructor() {
    this.size = 5
    this.enough = 3 // before anything is decided
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

  get errors() {
    return this.kept.map((sample) => sample.errorMs)
  }

  /** What the error is. */
  estimate() {
    return median(this.errors)
  }

  /** How far off an error may be by chance. */
  uncertainMs() {
    return PER_SIGMA * this.sigmaMs()
  }

  /** The noise of one look, out of the differences of neighbours: drift does not count as noise. */
  sigmaMs() {
    if (this.differences.length < NOISE_ENOUGH) return 0
    const middle = median(this.differences)
    const mad = median(this.differences.map((difference) => Math.abs(difference - middle)))
    return (MAD_TO_SIGMA * mad) / Math.SQRT2
  }
}

/**
 * Of a clock that moves in treads (Firefox: 40 ms). One look says where on a tread it fell; the mean of many,
 * spread over the tread, says where the clock is, to a few milliseconds.
 */
export class StairSamples extends Samples {
  constructor() {
    super()
    this.size = STAIRS_LOOKS
    this.enough = STAIRS_ENOUGH
  }

  /** @param {number} nowMs @param {number} errorMs @param {number} u */
  add(nowMs, errorMs, u) {
    super.add(nowMs, errorMs, u)
    const recent = this.errors.slice(-STAIRS_ENOUGH)
    const before = this.errors.slice(0, -STAIRS_ENOUGH)
    if (before.length && Math.abs(mean(recent) - mean(before)) > JUMP_MS)
      this.kept = this.kept.slice(-STAIRS_ENOUGH)
  }

  estimate() {
    const sorted = this.errors.sort((a, b) => a - b)
    const dropped = Math.floor(sorted.length / DROPPED)
    return mean(sorted.slice(dropped, sorted.length - dropped))
  }

  uncertainMs() {
    const middle = mean(this.errors)
    const variance = mean(this.errors.map((error) => (error - middle) ** 2))
    return STAIRS_PER_SIGMA * Math.sqrt(variance / this.count)
  }
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
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
