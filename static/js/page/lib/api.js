// @ts-check
/**
 * Requests to the HTTP API as the user of this page, with their CSRF token and ids.
 *
 * Signing in or out in one tab changes the token for all tabs, so it is read when a request is sent, not when the
 * page was served.
 */

import { gettext } from "./i18n.js"

const TIMEOUT_MS = 8000

/** @returns {string | null} */
export function csrfToken() {
  return /(?:^|; )(?:__Host-)?csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? null
}

/** Put the current token into every plain form when it is submitted. */
export function refreshFormTokens() {
  document.addEventListener(
    "submit",
    (event) => {
      const field = /** @type {HTMLFormElement} */ (event.target).elements.namedItem("csrfmiddlewaretoken")
      const token = csrfToken()
      if (field instanceof HTMLInputElement && token) field.value = token
    },
    { capture: true },
  )
}

/**
 * Send `body` to the API; reject with the server's refusal.
 * @param {string} address
 * @param {string} method
 * @param {string} token the page's own, used if there is no cookie; signing in in another tab may have changed it
 * @param {object} body
 */
export async function fetchJson(address, method, token, body) {
  const response = await fetch(address, {
    method,
    headers: jsonHeaders(csrfToken() ?? token),
    body: JSON.stringify(body),
    credentials: "same-origin",
  })
  if (!response.ok) throw await response.json().catch(() => ({}))
}

/** @param {string} token */
function jsonHeaders(token) {
  return { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token }
}

/**
 * POST `body`, or GET without one, and return the response's JSON, or null for 204.
 * @param {string} url
 * @param {object} [body]
 * @returns {Promise<any>} rejects with the server's refusal, or with an Error without a `code`
 */
export async function request(url, body) {
  const response = await fetch(url, {
    method: body ? "POST" : "GET",
    headers: jsonHeaders(csrfToken() ?? ""),
    body: JSON.stringify(body),
    credentials: "same-origin",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (response.status === 204) return null
  const content = await response.json()
  if (response.ok) return content
  throw typeof content?.code === "string" ? content : new Error(`${url} returned ${response.status}`)
}

/** A new `event_id`. Not `randomUUID`: pages on a local network have no secure context. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/** @typedef {import("../../core/protocol.js").LibraryItem} Item */
/** @typedef {{items: Item[], next: string | null}} Page */
/**
 * `albumId` identifies the album, because several may have the name `album`.
 * @typedef {{words: string, album: string, albumId: string, order: string}} LibraryQuery
 */

const TOO_MANY_REQUESTS = 429

/** A few words about an item that cannot be loaded now; empty for all others. @param {Item} item */
export function obstacle(item) {
  if (item.playable !== false) return ""
  return item.plays === "no" ? gettext("Cannot be played") : gettext("Needs conversion")
}

/** Whether the server can turn the item into one that every browser plays, and has not. @param {Pick<Item, "plays" | "conversion">} item */
export function needsPreparation({ plays, conversion }) {
  return ["remux", "audio", "transcode"].includes(plays ?? "") && conversion?.state !== "done"
}

/** The server rejected the request and would reject it again. */
export class RefusedError extends Error {}

/** The server's library page by page: the requested list, and the list shown until it arrives. */
export class LibraryPager {
  /** @param {string} url @param {string} order */
  constructor(url, order) {
    this.url = url
    /** @type {LibraryQuery} */
    this.wanted = { words: "", album: "", albumId: "", order }
    /** The query of the pages so far. */
    this.shown = this.wanted
    /** @type {string | null} */
    this.after = null
    this.request = new AbortController()
    this.busy = false
  }

  /** Whether the list has another page, and no other query is about to replace it. */
  get hasMore() {
    return !this.busy && this.after !== null && this.wanted === this.shown
  }

  /** Load the first page of a changed query. @param {Partial<LibraryQuery>} change */
  query(change) {
    this.wanted = { ...this.wanted, ...change }
    return this.#load(this.wanted, null)
  }

  more() {
    return this.#load(this.shown, this.after)
  }

  /**
   * Load a page; a later request cancels an earlier one.
   * @param {LibraryQuery} wanted
   * @param {string | null} after
   * @returns {Promise<Page | null>}
   */
  async #load(wanted, after) {
    this.request.abort()
    const { signal } = (this.request = new AbortController())
    this.busy = true
    try {
      const page = await this.#fetch(wanted, after, signal)
      if (signal.aborted) return null
      this.shown = wanted
      this.after = page.next
      return page
    } catch (error) {
      if (signal.aborted) return null
      if (error instanceof RefusedError) this.wanted = this.shown
      throw error
    } finally {
      if (!signal.aborted) this.busy = false
    }
  }

  /**
   * The first items of the list, including those not loaded yet.
   * @param {Iterable<Item>} loaded
   * @param {number} most
   * @returns {Promise<{items: Item[], more: boolean}>}
   */
  async first(loaded, most) {
    const { shown } = this
    const items = [...loaded]
    let { after } = this
    while (items.length < most && after !== null) {
      const page = await this.#fetch(shown, after)
      items.push(...page.items)
      after = page.next
    }
    return { items: items.slice(0, most), more: items.length > most || after !== null }
  }

  /**
   * @param {LibraryQuery} wanted
   * @param {string | null} after
   * @param {AbortSignal} [signal]
   * @returns {Promise<Page>}
   */
  async #fetch({ words, album, albumId, order }, after, signal) {
    // an album is in the order of its tracks
    const query = new URLSearchParams({ order: album ? "album" : order })
    if (words) query.set("q", words)
    if (albumId) query.set("album_id", albumId)
    else if (album) query.set("album", album)
    if (after !== null) query.set("after", after)
    const response = await fetch(`${this.url}?${query}`, { signal, headers: { Accept: "application/json" } })
    if (response.ok) return response.json()
    if (response.status >= 500 || response.status === TOO_MANY_REQUESTS)
      throw new Error(String(response.status))
    throw new RefusedError((await response.json().catch(() => null))?.message)
  }
}
