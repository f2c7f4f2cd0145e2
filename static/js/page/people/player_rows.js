// @ts-check
/** What to type into Syncplay, or into a terminal, to watch in mpv or VLC: each value with a button that copies it. */

import { find, setText } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

/**
 * Show the values in the rows of their names.
 * @param {HTMLElement} panel
 * @param {Record<string, string>} values
 */
export function showRows(panel, values) {
  setText(find(panel, "copied"), "")
  for (const field of /** @type {NodeListOf<Field>} */ (panel.querySelectorAll("[data-player-value]"))) {
    field.value = values[field.dataset.playerValue ?? ""]
    field.onfocus = () => field.select()
    const button = /** @type {HTMLButtonElement} */ (panel.querySelector(`[aria-describedby=${field.id}]`))
    button.onclick = () => void copyFrom(field, find(panel, "copied"))
  }
}

/** @param {Field} field @param {HTMLElement} status */
async function copyFrom(field, status) {
  if (!field.value) return
  const name = field.labels?.[0].textContent ?? ""
  const text = (await copy(field)) ? gettext("{name}: copied.") : gettext("{name}: copy what is selected.")
  setText(status, interpolate(text, { name }))
}

/** @param {Field} field */
async function copy(field) {
  field.select()
  try {
    await navigator.clipboard.writeText(field.value)
    return true
  } catch {
    return document.execCommand("copy") // without a secure context there is no clipboard API
  }
}
