// @ts-check
/**
 * Numbered things, taken in order, each once: what comes early waits for what is missing, what comes again is
 * dropped.
 */

export const HELD = 64 // more than that: what is missing is asked for anyway
export const PATIENCE_MS = 150 // reordering between processes is over by then; after it something is lost

/** @template T */
export class Sequence {
  constructor() {
    this.last = 0
    /** @type {Map<number, T>} */
    this.held = new Map()
    /** @type {number | null} */
    this.gapSinceMs = null
    this.head = 0
  }

  /** A snapshot or an answer says that everything up to here is known. @param {number} number */
  reset(number) {
    this.last = number
    this.#forgetOld()
  }

  /**
   * One more arrived; what can be applied now, in order.
   * @param {number} number @param {T} item @param {number} nowMs
   * @returns {T[]}
   */
  take(number, item, nowMs) {
    if (number <= this.last) return []
    if (this.held.size < HELD || number === this.last + 1) this.held.set(number, item)
    const ready = this.next()
    this.known(number, nowMs)
    return ready
  }

  /** What directly follows the last, out of those held. @returns {T[]} */
  next() {
    const ready = []
    for (let item = this.held.get(this.last + 1); item !== undefined; item = this.held.get(this.last + 1)) {
      this.last += 1
      ready.push(item)
      this.held.delete(this.last)
    }
    this.#forgetOld()
    return ready
  }

  /** The other side has got as far as this. @param {number} number @param {number} nowMs */
  known(number, nowMs) {
    this.head = Math.max(this.head, number)
    if (this.head > this.last) this.gapSinceMs ??= nowMs
    else this.gapSinceMs = null
  }

  #forgetOld() {
    for (const number of this.held.keys()) if (number <= this.last) this.held.delete(number)
    if (this.head <= this.last) this.gapSinceMs = null
  }

  /** Something is missing and will not come by itself. @param {number} nowMs */
  lacks(nowMs) {
    return this.gapSinceMs !== null && nowMs - this.gapSinceMs >= PATIENCE_MS
  }

  /** Start over, as before the first. */
  clear() {
    this.last = 0
    this.head = 0
    this.held.clear()
    this.gapSinceMs = null
  }
}
