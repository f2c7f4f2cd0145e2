// @ts-check
/** A line of the library's table. */

import { obstacle } from "../lib/api.js"
import { cloneTemplate, find } from "../lib/dom.js"
import { formatTime, gettext, interpolate, shownTitle } from "../lib/i18n.js"
import { showCoverArt } from "../ui/artwork.js"

/** @typedef {import("../../core/protocol.js").Item} Item */

/** @param {Item} item */
export function createRow(item) {
  const row = cloneTemplate("track")
  row.dataset.item = String(item.id)
  showCoverArt(find(row, "art"), item)
  const title = shownTitle(item.title)
  find(row, "title").textContent = title
  for (const artist of row.querySelectorAll("[data-artist]")) artist.textContent = item.artist
  for (const album of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("[data-album]"))) {
    album.textContent = item.album
    album.hidden = !item.album
    album.title = interpolate(gettext("Show the album {album}"), { album: item.album })
  }
  find(row, "between").hidden = !item.artist || !item.album
  find(row, "length").textContent = formatTime(item.duration)
  find(row, "film").hidden = item.kind !== "video"
  showMark(find(row, "obstacle"), item)
  setLabel(find(row, "play-item"), interpolate(gettext("Play {title}"), { title }))
  setLabel(find(row, "add"), interpolate(gettext("Add {title} to queue"), { title }))
  return row
}

/** @param {HTMLElement} mark @param {Item} item */
export function showMark(mark, item) {
  mark.textContent = obstacle(item)
  mark.hidden = !mark.textContent
  mark.title = item.why ?? ""
}

/** @param {HTMLElement} button @param {string} label */
export function setLabel(button, label) {
  button.setAttribute("aria-label", label)
  button.title = label
}
