/** A seeded generator, so that a failing case can be repeated: WATCHIUM_SEED=n node --test tests/js/ */

const SEED = Number(process.env.WATCHIUM_SEED ?? 20260801)

export class Random {
  constructor(seed) {
    this.state = seed >>> 0
  }
  /** mulberry32: small, fast, good enough for test data. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  between(low, high) {
    return low + (high - low) * this.next()
  }
  int(low, high) {
    return Math.floor(this.between(low, high + 1))
  }
  chance(p) {
    return this.next() < p
  }
  pick(list) {
    return list[this.int(0, list.length - 1)]
  }
  normal() {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
  }
  shuffled(list) {
    const copy = [...list]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.int(0, i)
      ;[copy[i], copy[j]] = [copy[j], copy[i]]
    }
    return copy
  }
}

/** Check a property `times` with different seeds; a failure reports the seed that reproduces it. */
export function each(times, property) {
  for (let i = 0; i < times; i++) {
    try {
      property(new Random(SEED + i * 7919))
    } catch (caught) {
      const error = /** @type {Error} */ (caught)
      error.message = `seed ${SEED + i * 7919} (case ${i}): ${error.message}`
      throw error
    }
  }
}
