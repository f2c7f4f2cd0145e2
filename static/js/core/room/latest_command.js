// @ts-check
/**
 * One thing that a person may ask for again and again (playing or not, a position, a speed): shown at once,
 * sent seldom, and always the last one. Optimistic state, with the debounce in it.
 *
 * A wish is known by its number, never by its value: the late answer to an earlier press of Play says nothing
 * of a later one. It is shown until the room's state includes it, which the revision of its answer tells.
 *
 * All times are handed in, in milliseconds.
 */

export const RETRY_MOST_MS = 5000 // after a longer wait the person has to press again

/** @template T @typedef {{number: number, value: T, sent: boolean, revision: number | null}} Wish */

/** @template T */
export class LastWish {
  /** @param {number} gapMs the least between two that are sent */
  constructor(gapMs) {
    this.gapMs = gapMs
    this.count = 0
    /** @type {Wish<T> | null} */
    this.wish = null
    this.notBeforeMs = -Infinity
    this.lastRevision = 0 // of all answers: where one names none, the room was as wished since then
  }

  /** It takes the place of any before it. @param {T} value */
  ask(value) {
    this.count += 1
    this.wish = { number: this.count, value, sent: false, revision: null }
  }

  /**
   * What to send now, if anything; it counts as sent.
   * @param {number} nowMs
   * @returns {{number: number, value: T} | null}
   */
  toSend(nowMs) {
    const { wish } = this
    if (!wish || wish.sent || nowMs < this.notBeforeMs) return null
    wish.sent = true
    this.notBeforeMs = nowMs + this.gapMs
    return { number: wish.number, value: wish.value }
  }

  /** How long until there is something to send; null where there is nothing. @param {number} nowMs */
  waitMs(nowMs) {
    return this.wish && !this.wish.sent ? Math.max(0, this.notBeforeMs - nowMs) : null
  }

  /**
   * @param {number} number
   * @param {number | null} revision that includes it; null: nothing had to be changed for it
   */
  accepted(number, revision) {
    this.lastRevision = Math.max(this.lastRevision, revision ?? 0)
    if (this.wish?.number === number) this.wish.revision = this.lastRevision
  }

  /** The room will not do it. @param {number} number */
  forget(number) {
    if (this.wish?.number === number) this.wish = null
  }

  /**
   * It came too fast: the last wish goes again when there is time for it.
   * @param {number} number @param {number} retryAfterMs @param {number} nowMs
   * @returns {boolean} whether it will
   */
  refusedForNow(number, retryAfterMs, nowMs) {
    if (retryAfterMs > RETRY_MOST_MS) {
      this.forget(number)
      return false
    }
    this.notBeforeMs = Math.max(this.notBeforeMs, nowMs + retryAfterMs)
    if (this.wish?.number === number) this.wish.sent = false
    return true
  }

  /** A snapshot arrived: what was accepted is in it, or was undone with the whole room. */
  snapshot() {
    this.lastRevision = 0
    if (this.wish?.revision !== null) this.wish = null
  }

  /**
   * What is asked for and not in the room's state at `revision`; null: nothing.
   * @param {number} revision
   * @returns {T | null}
   */
  shown(revision) {
    const { wish } = this
    return !wish || (wish.revision !== null && wish.revision <= revision) ? null : wish.value
  }
}
