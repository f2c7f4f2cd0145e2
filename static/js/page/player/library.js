// @ts-check
/** The library: a table that is filtered while the user types and grows while the user scrolls. */

import { disposeAll, find, setText } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { loadItem, saveItem } from "../lib/storage.js"
import { Retry } from "../lib/timers.js"
import { mountRovingTabindex } from "../ui/roving_tabindex.js"
import { LibraryPager, needsPreparation, obstacle, RefusedError } from "../lib/api.js"
import { showNotice, showRefusal } from "../ui/notices.js"
import { createRow, setLabel, showMark } from "./library_row.js"

const TYPING_MS = 150
const NOTICE_MS = 8000
const MAX_ITEMS = 100 // the server accepts no more in one command
const ORDER_KEY = "library-order"
const PRELOAD_PX = 600 // the next page is requested this far before the end of the list is visible

/** @typedef {import("./session.js").PlayerSession} PlayerSession */
/** @typedef {import("./commands.js").Commands} Commands */
/** @typedef {import("../../core/protocol.js").Item} Item */
/** @typedef {import("../lib/api.js").Page} Page */
/** @typedef {import("../lib/api.js").LibraryQuery} LibraryQuery */

/** @param {HTMLElement} section @param {PlayerSession} player @param {Commands} commands */
export function mount(section, player, commands) {
  const controller = new AbortController()
  const { signal } = controller
  const library = new Library(section, player, mountRovingTabindex(find(section, "rows"), signal), signal)
  listen(section, library, commands, signal)
  const near = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && library.more(), {
    rootMargin: `${PRELOAD_PX}px`,
  })
  // observing again reports the end of the list even if it is still visible
  library.onGrown = () => {
    near.disconnect()
    near.observe(find(section, "more"))
  }
  library.show({})
  return disposeAll(
    () => controller.abort(),
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
  // the stored order no longer exists
  if (!order.value) order.value = library.pages.wanted.order = "title"
  order.addEventListener(
    "change",
    () => {
      saveItem(ORDER_KEY, order.value)
      library.show({ order: order.value })
    },
    { signal },
  )
  const actions = /** @type {Record<string, () => void>} */ ({
    more: () => library.more(),
    again: () => library.show({}),
    "whole-library": () => {
      search.focus()
      library.show({ album: "", albumId: "" })
    },
    // browsers allow sound only within the gesture
    "play-all": () => {
      commands.takeFocus()
      withAll(library, (items) => commands.playAll(items))
    },
    "queue-all": () => withAll(library, (items) => commands.add(items)),
  })
  for (const [name, action] of Object.entries(actions))
    find(section, name).addEventListener("click", action, { signal })
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
  if (at?.closest("[data-album]")) showAlbum(section, library, item)
  else if (at?.closest("[data-add], [data-play-item]") && obstacle(item)) showObstacle(item)
  else if (at?.closest("[data-add]")) commands.add([item])
  else if (at?.closest("[data-play-item]")) commands.playItem(item)
}

/** @param {Item} item that cannot be played now */
function showObstacle(item) {
  const text = interpolate(gettext("{obstacle}: {title}. {why}"), {
    obstacle: obstacle(item),
    title: item.title,
    why: item.why ?? "",
  })
  showNotice({ key: "refused", text, tone: "warn", lastsMs: NOTICE_MS })
}

/** @param {HTMLElement} section @param {Library} library @param {Item} item whose album */
function showAlbum(section, library, { album, album_id: albumId }) {
  ;/** @type {HTMLInputElement} */ (find(section, "search")).value = ""
  library.show({ words: "", album, albumId })
  find(section, "play-all").focus() // the clicked line disappears
}

/** @param {Library} library @param {(items: Item[]) => unknown} act */
async function withAll(library, act) {
  const first = await library.first(MAX_ITEMS)
  if (!first) return
  const items = first.items.filter((item) => !obstacle(item))
  if (items.length && !(await act(items))) return
  const left = first.items.length - items.length
  const texts = []
  if (first.more)
    texts.push(
      interpolate(gettext("The first {count} were added. The library has more."), { count: items.length }),
    )
  if (left)
    texts.push(interpolate(gettext("{count} were left out: they need conversion first."), { count: left }))
  if (texts.length) showNotice({ key: "first", text: texts.join(" "), lastsMs: NOTICE_MS })
}

class Library {
  /**
   * @param {HTMLElement} section
   * @param {PlayerSession} player
   * @param {() => void} updateTabindex
   * @param {AbortSignal} signal
   */
  constructor(section, player, updateTabindex, signal) {
    this.section = section
    this.player = player
    this.updateTabindex = updateTabindex
    this.rows = find(section, "rows")
    /** @type {Map<number, Item>} */
    this.items = new Map()
    this.pages = new LibraryPager(player.boot.library_url, loadItem(ORDER_KEY, "title"))
    this.retry = new Retry(signal)
    this.onGrown = () => {}
  }

  /** Show the first page of a changed query. @param {Partial<LibraryQuery>} change */
  async show(change) {
    const page = await this.#load(this.pages.query(change), () => this.show({}))
    if (!page) return
    this.items.clear()
    this.rows.replaceChildren()
    this.#append(page)
  }

  async more() {
    if (!this.pages.hasMore) return
    const page = await this.#load(this.pages.more(), () => this.more())
    if (page) this.#append(page)
  }

  /** The first items of the list, including those not loaded yet. @param {number} most */
  async first(most) {
    try {
      const first = await this.pages.first(this.items.values(), most)
      return first.items.length ? first : null
    } catch (error) {
      showRefusal(error instanceof RefusedError ? error : null) // a browser's error message is not shown to users
      return null
    }
  }

  /**
   * Wait for a page; retry if the request failed, but not if the server rejected it.
   * @param {Promise<Page | null>} page
   * @param {() => void} attempt the next one
   * @returns {Promise<Page | null>}
   */
  async #load(page, attempt) {
    this.retry.forget()
    try {
      return await page
    } catch (error) {
      const isRefused = error instanceof RefusedError
      this.#showFailure(!isRefused)
      if (isRefused) showRefusal(error)
      else this.retry.schedule(attempt)
      return null
    }
  }

  /** @param {boolean} failed */
  #showFailure(failed) {
    find(this.section, "trouble").hidden = !failed
    if (failed) find(this.section, "unfound").hidden = true // belongs to an earlier search
    if (failed && !this.rows.childElementCount) find(this.section, "nothing").hidden = true
  }

  /** @param {Page} page */
  #append({ items, next }) {
    const more = find(this.section, "more")
    const focused = document.activeElement === more
    this.retry.succeeded()
    for (const item of items) this.items.set(item.id, item)
    const rows = items.map(createRow)
    this.rows.append(...rows)
    if (items.some(needsPreparation)) void this.#offerPreparation(items)
    this.#showFailure(false)
    more.hidden = next === null
    if (focused && more.hidden && rows.length) find(rows[0], "play-item").focus()
    this.updateTabindex()
    this.#showMessages()
    this.mark()
    this.onGrown()
  }

  /** @param {Item[]} items */
  async #offerPreparation(items) {
    const { offerPreparation } = await import("../ui/preparation.js")
    offerPreparation(this.rows, items.filter(needsPreparation), {
      roomId: null,
      mayPrepare: () => this.player.boot.may_prepare,
      isPlaying: () => false,
      onReady: (item) => {
        this.items.set(item.id, item)
        const row = this.rows.querySelector(`[data-item="${item.id}"]`)
        if (row) showMark(find(row, "obstacle"), item)
      },
    })
  }

  #showMessages() {
    const isEmpty = this.items.size === 0
    const { words, album } = this.pages.shown
    find(this.section, "nothing").hidden = !isEmpty || words + album !== ""
    const unfound = find(this.section, "unfound")
    unfound.hidden = !isEmpty || words + album === ""
    setText(unfound, interpolate(gettext("No results for “{words}”."), { words: words || album }))
    find(this.section, "table").hidden = isEmpty
    find(this.section, "tools").hidden = isEmpty && album === ""
    for (const all of ["play-all", "queue-all"]) find(this.section, all).hidden = isEmpty
    this.#showAlbum(album)
  }

  /** @param {string} album */
  #showAlbum(album) {
    const whole = find(this.section, "whole-library")
    whole.hidden = album === ""
    find(this.section, "order-field").hidden = album !== ""
    setText(find(whole, "album-name"), album)
    setLabel(whole, interpolate(gettext("{album}: back to the whole library"), { album }))
  }

  /** Mark the row of the current track. */
  mark() {
    const id = String(this.player.item?.id ?? "")
    for (const row of /** @type {Iterable<HTMLElement>} */ (this.rows.children)) {
      const isCurrent = row.dataset.item === id
      if (isCurrent !== row.hasAttribute("aria-current"))
        isCurrent ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current")
    }
  }
}
