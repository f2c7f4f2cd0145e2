// @ts-check
/** What there is to play: a table that filters as you type and grows as you scroll. */

import { cloneTemplate, disposeAll, find, setText } from "../lib/dom.js"
import { formatTime, gettext, interpolate } from "../lib/i18n.js"
import { loadItem, saveItem } from "../lib/storage.js"
import { Retry } from "../lib/timers.js"
import { mountRovingTabindex } from "../ui/roving_tabindex.js"
import { showCoverArt } from "../ui/artwork.js"
import { LibraryPager, RefusedError } from "../lib/api.js"
import { showNotice, showRefusal } from "../ui/notices.js"

const TYPING_MS = 150
const NOTICE_MS = 8000
const MAX_ITEMS = 100 // so many the server takes in one change
const ORDER_KEY = "library-order"
const PRELOAD_PX = 600 // the next page is asked for before its place is seen

/** @typedef {import("./session.js").PlayerSession} PlayerSession */
/** @typedef {import("./commands.js").Commands} Commands */
/** @typedef {import("../../core/protocol.js").Item} Item */
/** @typedef {import("../lib/api.js").Page} Page */
/** @typedef {import("../lib/api.js").LibraryQuery} Wanted */

/** @param {HTMLElement} section @param {PlayerSession} player @param {Commands} commands */
export function mount(section, player, commands) {
  const gone = new AbortController()
  const { signal } = gone
  const library = new Library(section, player, mountRovingTabindex(find(section, "rows"), signal), signal)
  listen(section, library, commands, signal)
  const near = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && library.more(), {
    rootMargin: `${PRELOAD_PX}px`,
  })
  // observing again reports the end even if it is still visible
  library.grown = () => {
    near.disconnect()
    near.observe(find(section, "more"))
  }
  library.show({})
  return disposeAll(
    () => gone.abort(),
    () => near.disconnect(),
    player.on("state", () => library.mark()),
  )
}

/**
 * @param {HTMLElement} section
 * @param {Library} library
 * @param {Commands} commands
 * @param {AbortSignal} signal
 */
function listen(section, library, commands, signal) {
  const search = /** @type {HTMLInputElement} */ (find(section, "search"))
  const order = /** @type {HTMLSelectElement} */ (find(section, "order"))
  const runSearch = () => library.show({ words: search.value.trim() })
  let typing = 0
  search.addEventListener(
    "input",
    () => {
      clearTimeout(typing)
      if (search.validity.valid) typing = setTimeout(runSearch, TYPING_MS)
    },
    { signal },
  )
  find(section, "search-form").addEventListener(
    "submit",
    (event) => {
      event.preventDefault()
      runSearch()
    },
    { signal },
  )
  order.value = library.pages.wanted.order
  // one that was remembered and is none any more
  if (!order.value) order.value = library.pages.wanted.order = "title"
  order.addEventListener(
    "change",
    () => {
      saveItem(ORDER_KEY, order.value)
      library.show({ order: order.value })
    },
    { signal },
  )
  const pressed = /** @type {Record<string, () => void>} */ ({
    more: () => library.more(),
    again: () => library.show({}),
    "whole-library": () => {
      search.focus()
      library.show({ album: "", albumId: "" })
    },
    // that wants to happen within the press
    "play-all": () => {
      commands.takeSound()
      withAll(library, (items) => commands.playAll(items))
    },
    "queue-all": () => withAll(library, (items) => commands.add(items)),
  })
  for (const [setLabel, deed] of Object.entries(pressed))
    find(section, setLabel).addEventListener("click", deed, { signal })
  find(section, "rows").addEventListener("click", (event) => onRowClick(event, section, library, commands), {
    signal,
  })
}

/** @param {Event} event @param {HTMLElement} section @param {Library} library @param {Commands} commands */
function onRowClick(event, section, library, commands) {
  const at = event.target instanceof Element ? event.target : null
  const item = library.items.get(
    Number(/** @type {HTMLElement | null} */ (at?.closest("[data-item]"))?.dataset.item),
  )
  if (!item) return
  if (at?.closest("[data-add]")) commands.add([item])
  else if (at?.closest("[data-play-item]")) commands.playItem(item)
  else if (at?.closest("[data-album]")) showAlbum(section, library, item)
}

/** @param {HTMLElement} section @param {Library} library @param {Item} item whose album */
function showAlbum(section, library, { album, album_id: albumId }) {
  ;/** @type {HTMLInputElement} */ (find(section, "search")).value = ""
  library.show({ words: "", album, albumId })
  find(section, "play-all").focus() // the line that was pressed goes
}

/** @param {Library} library @param {(items: Item[]) => unknown} take */
async function withAll(library, take) {
  const found = await library.first(MAX_ITEMS)
  if (!found || !(await take(found.items)) || !found.more) return
  showNotice({
    key: "first",
    text: interpolate(gettext("The first {count} were added. The library has more."), {
      count: found.items.length,
    }),
    lastsMs: NOTICE_MS,
  })
}

class Library {
  /** @param {HTMLElement} section @param {PlayerSession} player @param {() => void} offer @param {AbortSignal} signal */
  constructor(section, player, offer, signal) {
    this.section = section
    this.player = player
    this.offer = offer
    this.rows = find(section, "rows")
    /** @type {Map<number, Item>} */
    this.items = new Map()
    this.pages = new LibraryPager(player.boot.library_url, loadItem(ORDER_KEY, "title"))
    this.again = new Retry(signal)
    this.grown = () => {}
  }

  /** @param {Partial<Wanted>} wanted what is to be different */
  async show(wanted) {
    const page = await this.#come(this.pages.anew(wanted), () => this.show({}))
    if (!page) return
    this.items.clear()
    this.rows.replaceChildren()
    this.#append(page)
  }

  async more() {
    if (!this.pages.goesOn) return
    const page = await this.#come(this.pages.more(), () => this.more())
    if (page) this.#append(page)
  }

  /** Of what the list shows, seen or not. @param {number} most */
  async first(most) {
    try {
      const found = await this.pages.first(this.items.values(), most)
      return found.items.length ? found : null
    } catch (error) {
      showRefusal(error instanceof RefusedError ? error : null) // words of a browser are none for people
      return null
    }
  }

  /**
   * A refused request would be refused again.
   * @param {Promise<Page | null>} page
   * @param {() => void} ask for it once more
   * @returns {Promise<Page | null>}
   */
  async #come(page, ask) {
    this.again.forget()
    try {
      return await page
    } catch (error) {
      const refused = error instanceof RefusedError
      this.#trouble(!refused)
      if (refused) showRefusal(error)
      else this.again.later(ask)
      return null
    }
  }

  /** @param {boolean} there */
  #trouble(there) {
    find(this.section, "trouble").hidden = !there
    if (there) find(this.section, "unfound").hidden = true // belongs to an earlier search
    if (there && !this.rows.childElementCount) find(this.section, "nothing").hidden = true
  }

  /** @param {Page} page */
  #append({ items, next }) {
    const more = find(this.section, "more")
    const focused = document.activeElement === more
    this.again.worked()
    for (const item of items) this.items.set(item.id, item)
    const rows = items.map(createRow)
    this.rows.append(...rows)
    this.#trouble(false)
    more.hidden = next === null
    if (focused && more.hidden && rows.length) find(rows[0], "play-item").focus()
    this.offer()
    this.#sayWhatIsThere()
    this.mark()
    this.grown()
  }

  #sayWhatIsThere() {
    const none = this.items.size === 0
    const { words, album } = this.pages.shown
    find(this.section, "nothing").hidden = !none || words + album !== ""
    const unfound = find(this.section, "unfound")
    unfound.hidden = !none || words + album === ""
    setText(unfound, interpolate(gettext("No results for “{words}”."), { words: words || album }))
    find(this.section, "table").hidden = none
    find(this.section, "tools").hidden = none && album === ""
    for (const all of ["play-all", "queue-all"]) find(this.section, all).hidden = none
    this.#sayWhichAlbum(album)
  }

  /** @param {string} album */
  #sayWhichAlbum(album) {
    const whole = find(this.section, "whole-library")
    whole.hidden = album === ""
    find(this.section, "order-field").hidden = album !== ""
    setText(find(whole, "album-name"), album)
    name(whole, interpolate(gettext("{album}: back to the whole library"), { album }))
  }

  /** Mark the row of the current track. */
  mark() {
    const id = String(this.player.item?.id ?? "")
    for (const row of /** @type {Iterable<HTMLElement>} */ (this.rows.children)) {
      const on = row.dataset.item === id
      if (on !== row.hasAttribute("aria-current"))
        on ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current")
    }
  }
}

/** @param {Item} item */
function createRow(item) {
  const row = cloneTemplate("track")
  row.dataset.item = String(item.id)
  showCoverArt(find(row, "art"), item)
  find(row, "title").textContent = item.title
  for (const artist of row.querySelectorAll("[data-artist]")) artist.textContent = item.artist
  for (const album of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("[data-album]"))) {
    album.textContent = item.album
    album.hidden = !item.album
    album.title = interpolate(gettext("Show the album {album}"), { album: item.album })
  }
  find(row, "between").hidden = !item.artist || !item.album
  find(row, "length").textContent = formatTime(item.duration)
  find(row, "film").hidden = item.kind !== "video"
  name(find(row, "play-item"), interpolate(gettext("Play {title}"), { title: item.title }))
  name(find(row, "add"), interpolate(gettext("Add {title} to queue"), { title: item.title }))
  return row
}

/** @param {HTMLElement} button @param {string} word */
function name(button, word) {
  button.setAttribute("aria-label", word)
  button.title = word
}
