// @ts-check
/**
 * A queue and what is on in it: what follows what, and what each change leaves; pure.
 *
 * Whatever names an entry that has gone meanwhile changes nothing: another tab was faster, and that is no
 * error. The same rules as `playback/domain/queue.py`; `tests/vectors/queue.json` ties the two together.
 */

export const OFF = "off"
export const ALL = "all"
export const ONE = "one"

/**
 * A place in the queue: `item` of the library, under an `id` that is never used again.
 * @typedef {{id: string, item: number}} Entry
 */

export class Queue {
  /**
   * @param {readonly Entry[]} entries
   * @param {string | null} current the entry that is on, null where none is
   */
  constructor(entries = [], current = null) {
    this.entries = entries
    this.current = current
  }

  /** @param {string | null} entryId */
  place(entryId) {
    return this.entries.findIndex(({ id }) => id === entryId)
  }

  /** @param {string | null} entryId */
  has(entryId) {
    return this.place(entryId) >= 0
  }

  /** @param {string | null} entryId @returns {Entry | null} */
  entry(entryId) {
    return this.entries.find(({ id }) => id === entryId) ?? null
  }

  // ---------------------------------------------------------------- changes

  /**
   * At the end, or right behind what is on (at the beginning where nothing is).
   * @param {readonly Entry[]} fresh
   * @param {boolean} behindCurrent
   */
  added(fresh, behindCurrent = false) {
    const cut = behindCurrent ? this.place(this.current) + 1 : this.entries.length
    return new Queue([...this.entries.slice(0, cut), ...fresh, ...this.entries.slice(cut)], this.current)
  }

  /**
   * The first of these is on, right behind what was; where they come there anyway, they are not put in again.
   * @param {readonly Entry[]} fresh
   */
  begun(fresh) {
    const cut = this.place(this.current) + 1
    const come = fresh.every(({ item }, place) => this.entries[cut + place]?.item === item)
    return come ? this.at(this.entries[cut].id) : this.added(fresh, true).at(fresh[0].id)
  }

  /** Of what is on: the one behind it is on then, none where it was the last. @param {string} entryId */
  removed(entryId) {
    const place = this.place(entryId)
    if (place < 0) return this
    const entries = this.entries.filter(({ id }) => id !== entryId)
    return new Queue(entries, entryId === this.current ? (entries[place]?.id ?? null) : this.current)
  }

  /**
   * To stand before another entry; null, or one that has gone: at the end.
   * @param {string} entryId
   * @param {string | null} before
   */
  moved(entryId, before) {
    const entry = this.entry(entryId)
    if (!entry || before === entryId) return this
    const entries = this.entries.filter((each) => each !== entry)
    const place = entries.findIndex(({ id }) => id === before)
    entries.splice(place < 0 ? entries.length : place, 0, entry)
    return new Queue(entries, this.current)
  }

  /** All but what is on. */
  cleared() {
    return new Queue(
      this.entries.filter(({ id }) => id === this.current),
      this.current,
    )
  }

  /** @param {string} entryId */
  at(entryId) {
    return this.has(entryId) ? new Queue(this.entries, entryId) : this
  }

  // ---------------------------------------------------------------- what comes

  /**
   * The entry behind what is on, where it is asked for; null: that was the last one.
   * @param {string} repeat
   */
  following(repeat) {
    return this.#neighbour(1, repeat)
  }

  /** @param {string} repeat */
  preceding(repeat) {
    return this.#neighbour(-1, repeat)
  }

  /** The entry that comes when what is on played to its end. @param {string} repeat */
  followingEnd(repeat) {
    return repeat === ONE && this.has(this.current) ? this.current : this.following(repeat)
  }

  /** @param {number} step @param {string} repeat @returns {string | null} */
  #neighbour(step, repeat) {
    const { entries } = this
    if (!entries.length) return null
    const place = this.place(this.current)
    if (place < 0) return entries[0].id
    const there = place + step
    if (repeat === OFF) return entries[there]?.id ?? null
    return entries[(there + entries.length) % entries.length].id
  }
}
