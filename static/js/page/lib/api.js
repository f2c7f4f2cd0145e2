// @ts-check
/**
 * Requests to the HTTP API as the user of this page, with their CSRF token and ids.
 *
 * Signing in or out in one tab changes the token for all tabs, so it is read when a request is sent, not when the page was
 * served.
 */

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
  const answer = await response.json()
  if (response.ok) return answer
  throw typeof answer?.code === "string" ? answer : new Error(`${url} answered ${response.status}`)
}

/** A new `event_id`. Not `randomUUID`: pages on a local network have no secure context. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/** @typedef {import("../../core/protocol.js").Item} Item */
/** @typedef {{items: Item[], next: string | null}} Page */
/**
 * `albumId` is the album, of which several may be called `album`.
 * @typedef {{words: string, album: string, albumId: string, order: string}} LibraryQuery
 */

const TOO_MANY = 429

/** The server says no, and why; asked the same again it says the same. */
export class RefusedError extends Error {}

export class LibraryPager {
  /** @param {string} url @param {string} order */
  constructor(url, order) {
    this.url = url
    /** @type {LibraryQuery} */
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

  /** The first page. @param {Partial<LibraryQuery>} wanted what is to be different */
  anew(wanted) {
    this.wanted = { ...this.wanted, ...wanted }
    return this.#take(this.wanted, null)
  }

  more() {
    return this.#take(this.shown, this.after)
  }

  /**
   * A later question makes an earlier one needless.
   * @param {LibraryQuery} wanted
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
      if (error instanceof RefusedError) this.wanted = this.shown
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
   * @param {LibraryQuery} wanted
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
    throw new RefusedError((await answer.json().catch(() => null))?.message)
  }
}
