// @ts-check
/** What to type into Syncplay, or into a terminal, to watch in mpv or VLC: each value with a button that copies it. */

import { find, setText } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"

/**
 * Show the values in the rows of their names.
 * @param {HTMLElement} panel
 * @param {Record<string, string>} values
 */
export function showRows(panel, values) {
  setText(find(panel, "copied"), "")
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (
    panel.querySelectorAll("[data-player-value]")
  )) {
    input.value = values[input.dataset.playerValue ?? ""]
    input.onfocus = () => input.select()
    const button = /** @type {HTMLButtonElement} */ (input.nextElementSibling)
    button.onclick = () => void copyFrom(input, find(panel, "copied"))
  }
}

/** @param {HTMLInputElement} input @param {HTMLElement} status */
async function copyFrom(input, status) {
  if (!input.value) return
  const name = input.labels?.[0].textContent ?? ""
  const text = (await copy(input)) ? gettext("{name}: copied.") : gettext("{name}: copy what is selected.")
  setText(status, interpolate(text, { name }))
}

/** @param {HTMLInputElement} input */
async function copy(input) {
  input.select()
  try {
    await navigator.clipboard.writeText(input.value)
    return true
  } catch {
    return document.execCommand("copy") // without a secure context there is no clipboard API
  }
}
