// @ts-check
/**
 * Numbered items in order, each once: early items wait for the missing ones, duplicates are dropped. And when to request
 * the missing ones.
 */

const MOST_EARLY = 64 // beyond that the missing items are requested anyway
export const GAP_TOLERANCE_MS = 150 // reordering between processes is over by then; after it an item is lost

/** @template T */
export class Sequence {
  constructor() {
    /** Number of the last item in order. */
    this.last = 0
    /** Items that arrived before their predecessors. @type {Map<number, T>} */
    this.early = new Map()
    /** @type {number | null} */
    this.gapSinceMs = null
    /** Highest number known to exist. */
    this.head = 0
  }

  /** A snapshot or a response covers everything up to this number. @param {number} number */
  reset(number) {
    this.last = number
    this.#discardOld()
  }

  /**
   * Take one item and return those that can be applied now, in order.
   * @param {number} number
   * @param {T} item
   * @param {number} nowMs
   * @returns {T[]}
   */
  receive(number, item, nowMs) {
    if (number <= this.last) return []
    if (this.early.size < MOST_EARLY || number === this.last + 1) this.early.set(number, item)
    const ready = this.drain()
    this.setHead(number, nowMs)
    return ready
  }

  /** Return the early items that directly follow the last one. @returns {T[]} */
  drain() {
    const ready = []
    for (let item = this.early.get(this.last + 1); item !== undefined; item = this.early.get(this.last + 1)) {
      this.last += 1
      ready.push(item)
      this.early.delete(this.last)
    }
    this.#discardOld()
    return ready
  }

  /** Items up to this number exist. @param {number} number @param {number} nowMs */
  setHead(number, nowMs) {
    this.head = Math.max(this.head, number)
    if (this.head > this.last) this.gapSinceMs ??= nowMs
    else this.gapSinceMs = null
  }

  #discardOld() {
    for (const number of this.early.keys()) if (number <= this.last) this.early.delete(number)
    if (this.head <= this.last) this.gapSinceMs = null
  }

  /** Whether an item has been missing for so long that it is lost. @param {number} nowMs */
  hasLost(nowMs) {
    return this.gapSinceMs !== null && nowMs - this.gapSinceMs >= GAP_TOLERANCE_MS
  }

  /** Start over, as before the first item. */
  clear() {
    this.last = 0
    this.head = 0
    this.early.clear()
    this.gapSinceMs = null
  }
}

const ASK_AGAIN_MS = 3000 // a response that has not arrived by now is lost, or its request is
const ASK_ON_MS = 20 // before requesting the next page of a long response
const ASK_LEAST_MS = 500 // minimum interval, whatever the server answers

/** When to request missing items: one request at a time. */
export class MissingRequests {
  constructor() {
    this.askedMs = -Infinity
    this.responded = true
    /** The last response was not complete. */
    this.more = false
  }

  /**
   * Whether a request is due now, which then counts as sent.
   * @param {{hasLost(nowMs: number): boolean}[]} sequences
   * @param {number} nowMs
   */
  take(sequences, nowMs) {
    if (!this.more && !sequences.some((sequence) => sequence.hasLost(nowMs))) return false
    const waitMs = !this.responded ? ASK_AGAIN_MS : this.more ? ASK_ON_MS : ASK_LEAST_MS
    if (nowMs - this.askedMs < waitMs) return false
    this.more = false
    this.askedMs = nowMs
    this.responded = false
    return true
  }

  /** @param {boolean} more */
  answered(more) {
    this.responded = true
    this.more = more
  }
}
