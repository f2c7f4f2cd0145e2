// @ts-check
/**
 * A line through all samples of the server's clock: ridge regression weighted by round-trip time. Pure; times
 * are passed in.
 *
 * Averages trust delayed samples. The faster an exchange, the smaller its possible error, and so the larger
 * its weight. A line through ten minutes of samples also follows the drift between the two crystals, so that
 * the estimate holds through minutes without network. The true offset is within half the fastest round trip;
 * half the asymmetry of a path cannot be measured by either side (hence the viewer's fine-tuning).
 *
 * No sample is discarded in favour of a faster neighbour: on a network whose jitter has no floor (48 ms, 9 ms
 * normal) that reduces the error six seconds after the page load from 12.5 to 4.3 ms (95th percentile of 200
 * simulated networks), and costs a network with a floor nothing.
 */

const MEMORY_S = 600 // longer histories bend with temperature
const SAMPLES = 256 // ten minutes of pings while playing, with room for bursts
const WEIGHT_FLOOR_MS = 0.3 // keeps the weight of the very fastest sample finite
const TYPICAL = 0.25 // share of the samples that a path with a floor delivers at its floor
// simulated with crystals up to 50 ppm apart; 400 followed too late (p95 3.1 ms instead of 2.1), 20 is noisy
// in the first minute
const SLOPE_PRIOR = 60
const SLOPE_LIMIT = 0.2 // ms per s (200 ppm): beyond it the samples are wrong, not the crystal
const SLOPE_FROM_S = 15 // samples must reach back so far before a slope means anything
// the first samples arrive while the page is busy loading
const JITTER = { afterFirst: 10, of: 40, atLeast: 20, share: 0.95 }
const ROUTE_S = 40 // a path that stays slower for this long is a new path
const ROUTE_RTT_MS = 15
const ROUTE_OFFSET_MS = 5
// a path has a floor that is reached again and again; a busy uplink has none
const ROUTE_AGREE = { samples: 3, withinMs: 10 }

/** @typedef {{tS: number, rttMs: number, offsetMs: number}} Sample */

export class OffsetEstimator {
  /** @type {Sample[]} */
  samples = []
  meanOffsetMs = 0
  meanTimeS = 0
  slope = 0

  /** Round trip of the fastest exchange, network time only. */
  get delayMs() {
    return this.samples.length ? Math.min(...this.samples.map((sample) => sample.rttMs)) : null
  }

  /**
   * The 95th percentile of the recent round trips minus the fastest one; null while there are too few
   * samples.
   */
  get jitterMs() {
    const rtts = this.samples
      .slice(JITTER.afterFirst)
      .slice(-JITTER.of)
      .map((sample) => sample.rttMs)
      .sort((a, b) => a - b)
    if (rtts.length < JITTER.atLeast) return null
    return rtts[Math.floor(JITTER.share * (rtts.length - 1))] - /** @type {number} */ (this.delayMs)
  }

  /** @param {Sample} sample */
  add(sample) {
    this.#store(sample)
    this.#discardOldRoute()
    this.#fit()
  }

  /** Server clock minus local clock in milliseconds, read off the line. @param {number} tS */
  offsetAt(tS) {
    return this.meanOffsetMs + this.slope * (tS - this.meanTimeS)
  }

  /** @param {Sample} sample */
  #store(sample) {
    this.samples.push(sample)
    if (this.samples.length > SAMPLES || this.samples[0].tS < sample.tS - MEMORY_S) this.samples.shift()
  }

  /**
   * Without this, samples of a shorter path (before Wi-Fi to mobile) would outweigh the new ones for ten
   * minutes.
   */
  #discardOldRoute() {
    const sinceS = /** @type {Sample} */ (this.samples.at(-1)).tS - ROUTE_S
    if (this.samples[0].tS > sinceS) return
    const recent = this.samples.filter((sample) => sample.tS > sinceS)
    if (recent.length < ROUTE_AGREE.samples) return
    const rtts = recent.map((sample) => sample.rttMs).sort((a, b) => a - b)
    if (rtts[0] <= /** @type {number} */ (this.delayMs) + ROUTE_RTT_MS) return
    if (rtts[ROUTE_AGREE.samples - 1] - rtts[0] > ROUTE_AGREE.withinMs) return
    const disagreements = recent.map((sample) => Math.abs(sample.offsetMs - this.offsetAt(sample.tS)))
    if (Math.min(...disagreements) > ROUTE_OFFSET_MS) this.samples = recent
  }

  /** Weighted ridge regression: offset = mean + slope * (t - mean t), the slope shrunk towards zero. */
  #fit() {
    const floorMs = /** @type {number} */ (this.delayMs)
    const leastMs = this.#weightFloorMs(floorMs)
    const weights = this.samples.map((sample) => 1 / (leastMs + sample.rttMs - floorMs) ** 2)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const mean = (/** @type {(sample: Sample) => number} */ of) =>
      this.samples.reduce((sum, sample, i) => sum + weights[i] * of(sample), 0) / total
    this.meanTimeS = mean((sample) => sample.tS)
    this.meanOffsetMs = mean((sample) => sample.offsetMs)
    const spanS = /** @type {Sample} */ (this.samples.at(-1)).tS - this.samples[0].tS
    this.slope = spanS >= SLOPE_FROM_S ? this.#slopeOf(weights) : 0
  }

  /**
   * On a path without a floor one lucky sample must not carry all the weight: its offset is as noisy as the
   * others. With 4 and 9 ms of normal jitter this reduces the 95th percentile of the error from 8.2 to 3.6 ms
   * and from 12.1 to 5.8 ms; a path with a floor keeps its 0.3 ms.
   * @param {number} floorMs
   */
  #weightFloorMs(floorMs) {
    const extra = this.samples.map((sample) => sample.rttMs - floorMs).sort((a, b) => a - b)
    return Math.max(WEIGHT_FLOOR_MS, extra[Math.floor(extra.length * TYPICAL)])
  }

  /** @param {number[]} weights */
  #slopeOf(weights) {
    let sxx = 0
    let sxy = 0
    this.samples.forEach((sample, i) => {
      const dt = sample.tS - this.meanTimeS
      sxx += weights[i] * dt * dt
      sxy += weights[i] * dt * (sample.offsetMs - this.meanOffsetMs)
    })
    return Math.min(Math.max(sxy / (sxx + SLOPE_PRIOR), -SLOPE_LIMIT), SLOPE_LIMIT)
  }
}

/**
 * Offset and delay of one exchange (RFC 5905, section 8); the true offset lies within half the delay.
 * @param {{t0: number, t1: number, t2: number}} pong @param {number} t3
 * @returns {Sample}
 */
export function sampleOf({ t0, t1, t2 }, t3) {
  return {
    tS: t3 / 1000,
    rttMs: Math.max(0, t3 - t0 - (t2 - t1)),
    offsetMs: (t1 - t0 + (t2 - t3)) / 2,
  }
}
