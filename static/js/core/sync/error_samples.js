// @ts-check
/**
 * The last few errors of a player, and statistics of them. Medians, because single samples can be off by a
 * frame or a timer; never a long average, because a lagging estimate makes the controller oscillate.
 */

const MAD_TO_SIGMA = 1.48 // of a Gaussian
const PER_SIGMA = 3.5 // false alarms of a Gaussian: one in 2000
const NOISE_SAMPLES = 20 // differences stored to estimate the noise; they outlive discontinuities
const NOISE_ENOUGH = 5
const STAIRS_SAMPLES = 48 // 12 s of a steady player
const STAIRS_ENOUGH = 8
const STAIRS_PER_SIGMA = 3
const DROPPED = 8 // one in this many at either end
const JUMP_MS = 20 // half a step

export class ErrorSamples {
  size = 5
  enough = 3 // before anything is decided
  /** @type {{nowMs: number, errorMs: number}[]} */
  recent = []
  /** @type {number[]} */
  differences = []

  /** The player was moved: earlier errors are meaningless. */
  discontinuity() {
    this.recent = []
  }

  /** @param {number} latest how many to retain */
  dropAllBut(latest) {
    this.recent = this.recent.slice(-latest)
  }

  get count() {
    return this.recent.length
  }

  /**
   * Older samples are moved along with the known excursion `u`, so that all of them describe the present.
   * @param {number} nowMs
   * @param {number} errorMs
   * @param {number} u share of speed in excess of the room's
   */
  add(nowMs, errorMs, u) {
    const last = this.recent.at(-1)
    if (last) {
      const gained = u * (nowMs - last.nowMs)
      for (const sample of this.recent) sample.errorMs -= gained
      if (u === 0) this.#addNoise(errorMs - last.errorMs)
    }
    for (const sample of this.recent) sample.nowMs = nowMs
    this.recent.push({ nowMs, errorMs })
    if (this.recent.length > this.size) this.recent.shift()
  }

  /** @param {number} difference */
  #addNoise(difference) {
    this.differences.push(difference)
    if (this.differences.length > NOISE_SAMPLES) this.differences.shift()
  }

  get errors() {
    return this.recent.map((sample) => sample.errorMs)
  }

  /** The present error. */
  estimate() {
    return median(this.errors)
  }

  /** How far off an error may be by chance. */
  uncertaintyMs() {
    return PER_SIGMA * this.sigmaMs()
  }

  /** The noise of one sample, from differences of neighbours: drift does not count as noise. */
  sigmaMs() {
    if (this.differences.length < NOISE_ENOUGH) return 0
    const middle = median(this.differences)
    const mad = median(this.differences.map((difference) => Math.abs(difference - middle)))
    return (MAD_TO_SIGMA * mad) / Math.SQRT2
  }
}

/**
 * For a media clock that moves in steps (Firefox: 40 ms). One sample shows where within a step it was taken;
 * the mean of many, spread over the step, shows the clock to within a few milliseconds.
 */
export class StairSamples extends ErrorSamples {
  size = STAIRS_SAMPLES
  enough = STAIRS_ENOUGH

  /** @param {number} nowMs @param {number} errorMs @param {number} u */
  add(nowMs, errorMs, u) {
    super.add(nowMs, errorMs, u)
    const latest = this.errors.slice(-STAIRS_ENOUGH)
    const before = this.errors.slice(0, -STAIRS_ENOUGH)
    if (before.length && Math.abs(mean(latest) - mean(before)) > JUMP_MS) this.dropAllBut(STAIRS_ENOUGH)
  }

  estimate() {
    const sorted = this.errors.sort((a, b) => a - b)
    const dropped = Math.floor(sorted.length / DROPPED)
    return mean(sorted.slice(dropped, sorted.length - dropped))
  }

  uncertaintyMs() {
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
