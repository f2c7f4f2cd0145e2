// @ts-check
/**
 * The library as the server tells it, page by page: what is wanted of it, and what the list is of meanwhile.
 */

/** @typedef {import("../../core/protocol.js").Item} Item */
/** @typedef {{items: Item[], next: string | null}} Page */
/**
 * `albumId` is the album, of which several may be called `album`.
 * @typedef {{words: string, album: string, albumId: string, order: string}} Wanted
 */

const TOO_MANY = 429

/** The server says no, and why; asked the same again it says the same. */
export class Refused extends Error {}

export class Pages {
  /** @param {string} url @param {string} order */
  constructor(url, order) {
    this.url = url
    /** @type {Wanted} */
    this.wanted = { words: "", album: "", albumId: "", order }
    /** What the pages so far are of. */
    this.shown = this.wanted
    /** @type {string | null} */
    this.after = null
    this.asking = new AbortController()
    this.busy = false
  }

  /** More of the list can be asked for, and nothing else is going to take its place. */
  get goesOn() {
    return !this.busy && this.after !== null && this.wanted === this.shown
  }

  /** The first page. @param {Partial<Wanted>} wanted what is to be different */
  anew(wanted) {
    this.wanted = { ...this.wanted, ...wanted }
    return this.#take(this.wanted, null)
  }

  more() {
    return this.#take(this.shown, this.after)
  }

  /**
   * A later question makes an earlier one needless.
   * @param {Wanted} wanted
   * @param {string | null} after
   * @returns {Promise<Page | null>}
   */
  async #take(wanted, after) {
    this.asking.abort()
    const { signal } = (this.asking = new AbortController())
    this.busy = true
    try {
      const page = await this.#fetch(wanted, after, signal)
      if (signal.aborted) return null
      this.shown = wanted
      this.after = page.next
      return page
    } catch (error) {
      if (signal.aborted) return null
      if (error instanceof Refused) this.wanted = this.shown
      throw error
    } finally {
      if (!signal.aborted) this.busy = false
    }
  }

  /**
   * Of what the list shows, seen or not.
   * @param {Iterable<Item>} seen
   * @param {number} most
   * @returns {Promise<{items: Item[], more: boolean}>}
   */
  async first(seen, most) {
    const { shown } = this
    const items = [...seen]
    let { after } = this
    while (items.length < most && after !== null) {
      const page = await this.#fetch(shown, after)
      items.push(...page.items)
      after = page.next
    }
    return { items: items.slice(0, most), more: items.length > most || after !== null }
  }

  /**
   * @param {Wanted} wanted
   * @param {string | null} after
   * @param {AbortSignal} [signal]
   * @returns {Promise<Page>}
   */
  async #fetch({ words, album, albumId, order }, after, signal) {
    // an album begins with its first track
    const asked = new URLSearchParams({ order: album ? "album" : order })
    if (words) asked.set("q", words)
    if (albumId) asked.set("album_id", albumId)
    else if (album) asked.set("album", album)
    if (after !== null) asked.set("after", after)
    const answer = await fetch(`${this.url}?${asked}`, { signal, headers: { Accept: "application/json" } })
    if (answer.ok) return answer.json()
    if (answer.status >= 500 || answer.status === TOO_MANY) throw new Error(String(answer.status))
    throw new Refused((await answer.json().catch(() => null))?.message)
  }
}
