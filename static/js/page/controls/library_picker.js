// @ts-check
/**
 * What this server has itself to put on, in the box in which the room's medium is changed: asked for when
 * that opens.
 */

import { Pages } from "../ui/library_pager.js"
import { all, cloneTemplate, piece, showWhen, write } from "../lib/dom.js"
import { after } from "../lib/timers.js"
import { fill, gettext } from "../lib/i18n.js"

const TYPING_MS = 150

/** @typedef {import("../../core/protocol.js").Item} Item */
/** @typedef {import("../ui/library_pager.js").Page} Page */

/** @param {HTMLDialogElement} dialog @param {{library_url: string, samples: {title: string}[]}} boot */
export function mount(dialog, { library_url: url, samples }) {
  const gone = new AbortController()
  const pages = new Pages(url, "title")
  const shown = new Set(samples.map(({ title }) => title)) // they stand above already
  const search = /** @type {HTMLInputElement} */ (piece(dialog, "house-search"))
  const find = () => show(dialog, pages, search.value.trim(), shown)
  let cancel = () => {}
  search.addEventListener(
    "input",
    () => {
      cancel()
      if (search.validity.valid) cancel = after(TYPING_MS, find)
    },
    { signal: gone.signal },
  )
  const opened = new MutationObserver(() => {
    if (dialog.open) find()
  })
  opened.observe(dialog, { attributeFilter: ["open"] })
  return all(
    () => gone.abort(),
    () => opened.disconnect(),
    () => cancel(),
  )
}

/**
 * Where the library does not answer, links and samples are left.
 * @param {HTMLElement} dialog
 * @param {Pages} pages
 * @param {string} words
 * @param {Set<string>} shown
 */
async function show(dialog, pages, words, shown) {
  const page = await pages.anew({ words }).catch(() => null)
  if (!page) return
  const items = page.items.filter(({ title }) => !shown.has(title))
  const house = piece(dialog, "house")
  if (items.length) house.hidden = false // and stays, though the next words find nothing
  piece(house, "found").replaceChildren(...items.map(lineOf))
  write(piece(house, "found-more"), saying(items, page.next !== null, words))
}

/** @param {Item[]} items @param {boolean} more @param {string} words */
function saying(items, more, words) {
  if (!items.length) return fill(gettext("No results for “{words}”."), { words })
  return more ? gettext("There are more results. Type to narrow them down.") : ""
}

/** @param {Item} item */
function lineOf(item) {
  const line = cloneTemplate("house-item")
  const button = piece(line, "sample")
  button.dataset.url = item.url
  showWhen(button, item.kind)
  write(piece(button, "name"), item.title)
  write(piece(button, "by"), item.artist)
  return line
}
