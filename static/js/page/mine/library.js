// @ts-check
/** What there is to play: a table that filters as you type and grows as you scroll. */

import { clockTime } from "../format.js"
import { all, copyOf, piece, write } from "../pieces.js"
import { announce } from "../problems.js"
import { recall, remember } from "../store.js"
import { fill, gettext } from "../words.js"
import { Again } from "./again.js"
import { putArt } from "./art.js"
import { mount as mountWalking } from "./walking.js"

const TYPING_MS = 150
const SAID_MS = 8000
const AT_ONCE = 100 // so many the server takes in one change
const ORDER = "library-order"
const EARLY_PX = 600 // the next page is asked for before its place is seen

/** @typedef {import("./session.js").Mine} Mine */
/** @typedef {import("./commands.js").Commands} Commands */
/** @typedef {import("../../core/wire.js").Item} Item */
/** @typedef {{items: Item[], next: string | null}} Page */
/** @typedef {{words: string, album: string, order: string}} Wanted */

/** @param {HTMLElement} section @param {Mine} mine @param {Commands} commands */
export function mount(section, mine, commands) {
  const gone = new AbortController()
  const { signal } = gone
  const library = new Library(section, mine, mountWalking(piece(section, "rows"), signal))
  listen(section, library, commands, signal)
  const near = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && library.more(), { rootMargin: `${EARLY_PX}px` })
  library.grown = () => { near.disconnect(); near.observe(piece(section, "more")) } // asked anew, it says so also where the end is still in sight
  library.show({})
  return all(() => gone.abort(), () => near.disconnect(), mine.on("state", () => library.mark()))
}

/** @param {HTMLElement} section @param {Library} library @param {Commands} commands @param {AbortSignal} signal */
function listen(section, library, commands, signal) {
  const search = /** @type {HTMLInputElement} */ (piece(section, "search"))
  const order = /** @type {HTMLSelectElement} */ (piece(section, "order"))
  const find = () => library.show({ words: search.value.trim() })
  let typing = 0
  search.addEventListener("input", () => {
    clearTimeout(typing)
    typing = setTimeout(find, TYPING_MS)
  }, { signal })
  piece(section, "search-form").addEventListener("submit", (event) => { event.preventDefault(); find() }, { signal })
  order.value = library.wanted.order
  if (!order.value) order.value = library.wanted.order = "title" // one that was remembered and is none any more
  order.addEventListener("change", () => { remember(ORDER, order.value); library.show({ order: order.value }) }, { signal })
  const pressed = /** @type {Record<string, () => void>} */ ({
    more: () => library.more(),
    again: () => library.show({}),
    "whole-library": () => { search.focus(); library.show({ album: "" }) },
    "play-all": () => { commands.takeSound(); takeAll(library, (items) => commands.playAll(items)) }, // that wants to happen within the press
    "queue-all": () => takeAll(library, (items) => commands.add(items)),
  })
  for (const [name, deed] of Object.entries(pressed)) piece(section, name).addEventListener("click", deed, { signal })
  piece(section, "rows").addEventListener("click", (event) => press(event, section, library, commands), { signal })
}

/** @param {Event} event @param {HTMLElement} section @param {Library} library @param {Commands} commands */
function press(event, section, library, commands) {
  const at = event.target instanceof Element ? event.target : null
  const item = library.items.get(Number(/** @type {HTMLElement | null} */ (at?.closest("[data-item]"))?.dataset.item))
  if (!item) return
  if (at?.closest("[data-add]")) commands.add([item])
  else if (at?.closest("[data-play-item]")) commands.playItem(item)
  else if (at?.closest("[data-album]")) showAlbum(section, library, item.album)
}

/** @param {HTMLElement} section @param {Library} library @param {string} album */
function showAlbum(section, library, album) {
  /** @type {HTMLInputElement} */ (piece(section, "search")).value = ""
  library.show({ words: "", album })
  piece(section, "play-all").focus() // the line that was pressed goes
}

/** @param {Library} library @param {(items: Item[]) => unknown} take */
async function takeAll(library, take) {
  const found = await library.first(AT_ONCE)
  if (!found || !(await take(found.items)) || !found.more) return
  announce({ key: "first", text: fill(gettext("The first {count} were taken. There is more of this in the library."), { count: found.items.length }), lastsMs: SAID_MS })
}

class Library {
  /** @param {HTMLElement} section @param {Mine} mine @param {() => void} offer */
  constructor(section, mine, offer) {
    this.section = section
    this.mine = mine
    this.offer = offer
    this.rows = piece(section, "rows")
    /** @type {Map<number, Item>} */
    this.items = new Map()
    this.wanted = { words: "", album: "", order: /** @type {string} */ (recall(ORDER, "title")) }
    /** @type {string | null} */
    this.after = null
    this.asking = new AbortController()
    this.busy = false
    this.again = new Again()
    this.grown = () => {}
  }

  /** @param {Partial<Wanted>} wanted what is to be different */
  async show(wanted) {
    this.wanted = { ...this.wanted, ...wanted }
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

  /** Of what the list shows, seen or not. @param {number} most @returns {Promise<{items: Item[], more: boolean} | null>} */
  async first(most) {
    const { wanted } = this
    const items = [...this.items.values()]
    let { after } = this
    try {
      while (items.length < most && after !== null) {
        const page = await this.#fetch(wanted, after)
        items.push(...page.items)
        after = page.next
      }
    } catch {
      this.#trouble(true)
      return null
    }
    return items.length ? { items: items.slice(0, most), more: items.length > most || after !== null } : null
  }

  /** A later question makes an earlier one needless. @param {string | null} after @returns {Promise<Page | null>} */
  async #ask(after) {
    this.asking.abort()
    const { signal } = (this.asking = new AbortController())
    this.busy = true
    this.again.forget()
    try {
      return await this.#fetch(this.wanted, after, signal)
    } catch {
      if (signal.aborted) return null
      this.#trouble(true)
      this.again.later(() => (after === null ? piece(this.section, "again").click() : this.more()))
      return null
    } finally {
      if (!signal.aborted) this.busy = false
    }
  }

  /** @param {Wanted} wanted @param {string | null} after @param {AbortSignal} [signal] @returns {Promise<Page>} */
  async #fetch({ words, album, order }, after, signal) {
    const asked = new URLSearchParams({ order: album ? "album" : order }) // an album begins with its first track
    if (words) asked.set("q", words)
    if (album) asked.set("album", album)
    if (after !== null) asked.set("after", after)
    const answer = await fetch(`${this.mine.boot.library_url}?${asked}`, { signal, headers: { Accept: "application/json" } })
    if (!answer.ok) throw new Error(String(answer.status))
    return answer.json()
  }

  /** @param {boolean} there */
  #trouble(there) {
    piece(this.section, "trouble").hidden = !there
    if (there) piece(this.section, "unfound").hidden = true // what was said of other words
    if (there && !this.rows.childElementCount) piece(this.section, "nothing").hidden = true
  }

  /** @param {Page} page */
  #append({ items, next }) {
    const more = piece(this.section, "more")
    const focused = document.activeElement === more
    this.after = next
    this.again.worked()
    for (const item of items) this.items.set(item.id, item)
    const rows = items.map(rowOf)
    this.rows.append(...rows)
    this.#trouble(false)
    more.hidden = next === null
    if (focused && more.hidden && rows.length) piece(rows[0], "play-item").focus()
    this.offer()
    this.#sayWhatIsThere()
    this.mark()
    this.grown()
  }

  #sayWhatIsThere() {
    const none = this.items.size === 0
    const { words, album } = this.wanted
    piece(this.section, "nothing").hidden = !none || words + album !== ""
    const unfound = piece(this.section, "unfound")
    unfound.hidden = !none || words + album === ""
    write(unfound, fill(gettext("Nothing here is called “{words}”."), { words: words || album }))
    piece(this.section, "table").hidden = none
    piece(this.section, "tools").hidden = none && album === ""
    for (const all of ["play-all", "queue-all"]) piece(this.section, all).hidden = none
    this.#sayWhichAlbum(album)
  }

  /** @param {string} album */
  #sayWhichAlbum(album) {
    const whole = piece(this.section, "whole-library")
    whole.hidden = album === ""
    piece(this.section, "order-field").hidden = album !== ""
    write(piece(whole, "album-name"), album)
    name(whole, fill(gettext("{album}: back to the whole library"), { album }))
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
  for (const artist of row.querySelectorAll("[data-artist]")) artist.textContent = item.artist
  for (const album of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("[data-album]"))) {
    album.textContent = item.album
    album.hidden = !item.album
    album.title = fill(gettext("Show the album {album}"), { album: item.album })
  }
  piece(row, "between").hidden = !item.artist || !item.album
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
