// @ts-check
/**
 * A queue and its current entry: what follows what, and the result of each change. Pure.
 *
 * A change that names an entry that is gone does nothing: another tab was faster, which is no error. The same
 * rules as `playback/domain/queue.py`; `tests/vectors/queue.json` ties the two together.
 */

const OFF = "off"
const ONE = "one"

/**
 * An entry of the queue: `item` of the library, with an `id` that is never reused.
 * @typedef {{id: string, item: number}} Entry
 */

export class Queue {
  /**
   * @param {readonly Entry[]} entries
   * @param {string | null} current id of the current entry, null if there is none
   */
  constructor(entries = [], current = null) {
    this.entries = entries
    this.current = current
  }

  /** @param {string | null} entryId */
  indexOf(entryId) {
    return this.entries.findIndex(({ id }) => id === entryId)
  }

  /** @param {string | null} entryId */
  has(entryId) {
    return this.indexOf(entryId) >= 0
  }

  /** @param {string | null} entryId @returns {Entry | null} */
  entry(entryId) {
    return this.entries.find(({ id }) => id === entryId) ?? null
  }

  // ---------------------------------------------------------------- changes

  /**
   * Entries added at the end, or right after the current one (at the beginning if there is none).
   * @param {readonly Entry[]} fresh
   * @param {boolean} afterCurrent
   */
  added(fresh, afterCurrent = false) {
    const cut = afterCurrent ? this.indexOf(this.current) + 1 : this.entries.length
    return new Queue([...this.entries.slice(0, cut), ...fresh, ...this.entries.slice(cut)], this.current)
  }

  /**
   * Entries inserted right after the current one, the first of them current. If the same items follow there
   * already, they are not inserted again.
   * @param {readonly Entry[]} fresh
   */
  begun(fresh) {
    const cut = this.indexOf(this.current) + 1
    const follow = fresh.every(({ item }, index) => this.entries[cut + index]?.item === item)
    return follow ? this.at(this.entries[cut].id) : this.added(fresh, true).at(fresh[0].id)
  }

  /**
   * An entry removed; if it was current, the one after it becomes current, or none.
   * @param {string} entryId
   */
  removed(entryId) {
    const index = this.indexOf(entryId)
    if (index < 0) return this
    const entries = this.entries.filter(({ id }) => id !== entryId)
    return new Queue(entries, entryId === this.current ? (entries[index]?.id ?? null) : this.current)
  }

  /**
   * An entry moved before another one; to the end if that is null or gone.
   * @param {string} entryId
   * @param {string | null} before
   */
  moved(entryId, before) {
    const entry = this.entry(entryId)
    if (!entry || before === entryId) return this
    const entries = this.entries.filter((other) => other !== entry)
    const index = entries.findIndex(({ id }) => id === before)
    entries.splice(index < 0 ? entries.length : index, 0, entry)
    return new Queue(entries, this.current)
  }

  /** All entries removed except the current one. */
  cleared() {
    const entries = this.entries.filter(({ id }) => id === this.current)
    return new Queue(entries, this.current)
  }

  /** @param {string} entryId */
  at(entryId) {
    return this.has(entryId) ? new Queue(this.entries, entryId) : this
  }

  // ---------------------------------------------------------------- neighbours

  /** The entry after the current one if the user skips; null after the last one. @param {string} repeat */
  following(repeat) {
    return this.#neighbour(1, repeat)
  }

  /** @param {string} repeat */
  preceding(repeat) {
    return this.#neighbour(-1, repeat)
  }

  /** The entry to play when the current track ends. @param {string} repeat */
  followingEnd(repeat) {
    return repeat === ONE && this.has(this.current) ? this.current : this.following(repeat)
  }

  /** @param {number} step @param {string} repeat @returns {string | null} */
  #neighbour(step, repeat) {
    const { entries } = this
    if (!entries.length) return null
    const index = this.indexOf(this.current)
    if (index < 0) return entries[0].id
    const next = index + step
    if (repeat === OFF) return entries[next]?.id ?? null
    return entries[(next + entries.length) % entries.length].id
  }
}

export const MOST_FAILED = 3
const PLAYED_S = 5 // a track that was played for this long ends the row of failures

/** Counts tracks in a row that could not be played: the queue skips a few of them, and not all of it. */
export class FailedTracks {
  inARow = 0
  playedS = 0
  /** @type {number | null} */
  lastS = null

  /** A track failed. @returns {boolean} whether to skip to the next one */
  failed() {
    this.inARow += 1
    this.#restartMeasurement()
    if (this.inARow < MOST_FAILED) return true
    this.inARow = 0
    return false
  }

  /** A track played to its end, or the user chose one. */
  reset() {
    this.inARow = 0
    this.#restartMeasurement()
  }

  /** Called every second with the position of the playing track, or null. @param {number | null} positionS */
  update(positionS) {
    const movedS = positionS === null || this.lastS === null ? 0 : positionS - this.lastS
    if (movedS > 0 && movedS < PLAYED_S) this.playedS += movedS
    this.lastS = positionS
    if (this.playedS >= PLAYED_S) this.reset()
  }

  #restartMeasurement() {
    this.playedS = 0
    this.lastS = null
  }
}
