// @ts-check
/** The cover of a track, or a landscape where it has none: always the same for the same record. */

import { landscape } from "../ui/placeholder_art.js"

/** @typedef {import("../../core/protocol.js").Item} Item */

/** @param {HTMLElement} slot @param {Item | null} item */
export function putArt(slot, item) {
  const key = item ? `${item.id} ${item.cover ?? ""}` : ""
  if (slot.dataset.art === key) return
  slot.dataset.art = key
  slot.replaceChildren(...(item ? [picture(slot, item)] : []))
}

/** @param {HTMLElement} slot @param {Item} item */
function picture(slot, item) {
  const drawn = landscape([item.artist, item.album || item.title].join(" "))
  if (!item.cover) return drawn
  const image = new Image()
  image.alt = ""
  image.loading = "lazy"
  image.decoding = "async"
  image.src = item.cover
  image.addEventListener("error", () => image.isConnected && slot.replaceChildren(drawn))
  return image
}
