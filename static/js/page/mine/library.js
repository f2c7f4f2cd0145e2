// @ts-check
/** What there is to play: a table that filters as you type and grows as you scroll. */

import { clockTime } from "../format.js"
import { all, copyOf, piece, write } from "../pieces.js"
import { fill, gettext } from "../words.js"
import { Again } from "./again.js"
import { putArt } from "./art.js"

const TYPING_MS = 150
const EARLY_PX = 600 // the next page is asked for before its place is seen

/** @typedef {import("./session.js").Mine} Mine */
/** @typedef {import("./commands.js").Commands} Commands */
/** @typedef {import("../../core/wire.js").Item} Item */

/** @param {HTMLElement} section @param {Mine} mine @param {Commands} commands */
export function mount(section, mine, commands) {
  const gone = new AbortController()
  const { signal } = gone
  const library = new Library(section, mine)
  const search = /** @type {HTMLInputElement} */ (piece(section, "search"))
  let typing = 0
  search.addEventListener("input", () => {
    clearTimeout(typing)
    typing = setTimeout(() => library.find(search.value), TYPING_MS)
  }, { signal })
  piece(section, "search-form").addEventListener("submit", (event) => { event.preventDefault(); library.find(search.value) }, { signal })
  piece(section, "more").addEventListener("click", () => library.more(), { signal })
  piece(section, "again").addEventListener("click", () => library.find(search.value), { signal })
  piece(section, "rows").addEventListener("click", (event) => press(event, library, commands), { signal })
  const near = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && library.more(), { rootMargin: `${EARLY_PX}px` })
  library.grown = () => { near.disconnect(); near.observe(piece(section, "more")) } // asked anew, it says so also where the end is still in sight
  library.find("")
  return all(() => gone.abort(), () => near.disconnect(), mine.on("state", () => library.mark()))
}

/** @param {Event} event @param {Library} library @param {Commands} commands */
function press(event, library, commands) {
  const at = event.target instanceof Element ? event.target : null
  const item = library.items.get(Number(/** @type {HTMLElement | null} */ (at?.closest("[data-item]"))?.dataset.item))
  if (!item) return
  if (at?.closest("[data-add]")) commands.add([item])
  else if (at?.closest("[data-play-item]")) commands.playItem(item)
}

class Library {
  /** @param {HTMLElement} section @param {Mine} mine */
  constructor(section, mine) {
    this.section = section
    this.mine = mine
    this.rows = piece(section, "rows")
    /** @type {Map<number, Item>} */
    this.items = new Map()
    this.words = ""
    /** @type {string | null} */
    this.after = null
    this.asking = new AbortController()
    this.busy = false
    this.again = new Again()
    this.grown = () => {}
  }

  /** @param {string} words */
  async find(words) {
    this.words = words.trim()
    const page = await this.#ask(null)
    if (!page) return
    this.items.clear()
    this.rows.replaceChildren()
    this.#append(page)
  }

  async more() {
    if (this.busy || this.after === null) return
    const page = await this.#ask(this.after)
    if (page) this.#append(page)
  }

  /** A later question makes an earlier one needless. @param {string | null} after @returns {Promise<{items: Item[], next: string | null} | null>} */
  async #ask(after) {
    this.asking.abort()
    const { signal } = (this.asking = new AbortController())
    this.busy = true
    this.again.forget()
    try {
      const answer = await fetch(this.#address(after), { signal, headers: { Accept: "application/json" } })
      if (!answer.ok) throw new Error(String(answer.status))
      return await answer.json()
    } catch {
      if (signal.aborted) return null
      this.#trouble(true)
      this.again.later(() => (after === null ? piece(this.section, "again").click() : this.more()))
      return null
    } finally {
      if (!signal.aborted) this.busy = false
    }
  }

  /** @param {string | null} after */
  #address(after) {
    const asked = new URLSearchParams()
    if (this.words) asked.set("q", this.words)
    if (after !== null) asked.set("after", after)
    return `${this.mine.boot.library_url}?${asked}`
  }

  /** @param {boolean} there */
  #trouble(there) {
    piece(this.section, "trouble").hidden = !there
    if (there) piece(this.section, "unfound").hidden = true // what was said of other words
    if (there && !this.rows.childElementCount) piece(this.section, "nothing").hidden = true
  }

  /** @param {{items: Item[], next: string | null}} page */
  #append({ items, next }) {
    this.after = next
    this.again.worked()
    for (const item of items) this.items.set(item.id, item)
    this.rows.append(...items.map(rowOf))
    this.#trouble(false)
    piece(this.section, "more").hidden = next === null
    this.#sayWhatIsThere()
    this.mark()
    this.grown()
  }

  #sayWhatIsThere() {
    const none = this.items.size === 0
    piece(this.section, "nothing").hidden = !none || this.words !== ""
    const unfound = piece(this.section, "unfound")
    unfound.hidden = !none || this.words === ""
    write(unfound, fill(gettext("Nothing here is called “{words}”."), { words: this.words }))
    piece(this.section, "table").hidden = none
  }

  /** The row of what is on. */
  mark() {
    const id = String(this.mine.item?.id ?? "")
    for (const row of /** @type {Iterable<HTMLElement>} */ (this.rows.children)) {
      const on = row.dataset.item === id
      if (on !== row.hasAttribute("aria-current")) on ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current")
    }
  }
}

/** @param {Item} item */
function rowOf(item) {
  const row = copyOf("track")
  row.dataset.item = String(item.id)
  putArt(piece(row, "art"), item)
  piece(row, "title").textContent = item.title
  piece(row, "artist").textContent = item.artist
  piece(row, "under").textContent = item.artist
  piece(row, "length").textContent = clockTime(item.duration)
  piece(row, "film").hidden = item.kind !== "video"
  name(piece(row, "play-item"), fill(gettext("Play {title}"), { title: item.title }))
  name(piece(row, "add"), fill(gettext("Add {title} to queue"), { title: item.title }))
  return row
}

/** @param {HTMLElement} button @param {string} word */
function name(button, word) {
  button.setAttribute("aria-label", word)
  button.title = word
}
