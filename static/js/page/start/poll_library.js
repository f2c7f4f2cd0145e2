// @ts-check
/** Items of the server's library, to press in the form of a poll: each becomes a line of its answers. */

import { LibraryPager } from "../lib/api.js"
import { cloneTemplate, find, setText } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { after } from "../lib/timers.js"

const TYPING_MS = 250
const MOST_SHOWN = 12

/** @typedef {import("../lib/api.js").Item} Item */

/**
 * @param {HTMLElement} box
 * @param {string} url of the library
 * @param {(item: Item) => void} chosen
 */
export function mountLibrary(box, url, chosen) {
  const pages = new LibraryPager(url, "title")
  const search = /** @type {HTMLInputElement} */ (find(box, "library-search"))
  let cancel = () => {}
  const show = async () => {
    const words = search.value.trim()
    const page = await pages.query({ words }).catch(() => null) // without it, links remain
    if (!page) return
    const items = page.items.slice(0, MOST_SHOWN)
    if (items.length) box.hidden = false // it stays visible if the next search finds nothing
    find(box, "found").replaceChildren(...items.map((item) => createItem(item, chosen)))
    const more = page.next !== null || page.items.length > MOST_SHOWN
    setText(find(box, "found-more"), message(items, more, words))
  }
  search.addEventListener("input", (event) => {
    event.stopPropagation() // it is no answer
    cancel()
    if (search.validity.valid) cancel = after(TYPING_MS, () => void show())
  })
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault())
  return show
}

/** @param {Item} item @param {(item: Item) => void} chosen */
function createItem(item, chosen) {
  const line = cloneTemplate("poll-library-item")
  setText(find(line, "name"), item.title)
  setText(find(line, "by"), item.artist || item.album || "")
  find(line, "choose").addEventListener("click", () => chosen(item))
  return line
}

/** @param {Item[]} items @param {boolean} more @param {string} words */
function message(items, more, words) {
  if (!items.length) return interpolate(gettext("No results for “{words}”."), { words })
  return more ? gettext("There are more results. Type to narrow them down.") : ""
}
