// @ts-check
/**
 * One press copies the room's link, also on a plain http address, where browsers keep the clipboard to
 * themselves.
 */

import { piece } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"

const THANKS_MS = 2200

/**
 * @param {HTMLElement} invite
 * @param {import("./types.js").Room} room
 */
export function mount(invite, room) {
  const gone = new AbortController()
  let timer = 0
  piece(invite, "copy").addEventListener(
    "click",
    async () => {
      const address = new URL(room.boot.share_url, location.href).href
      if (!(await copy(address))) return byHand(invite, address)
      thank(invite, true)
      clearTimeout(timer)
      timer = setTimeout(() => thank(invite, false), THANKS_MS)
    },
    { signal: gone.signal },
  )
  return () => {
    gone.abort()
    clearTimeout(timer)
  }
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyTheOldWay(text)
  }
}

/** Without a secure context there is no clipboard; copying a selection still works. @param {string} text */
function copyTheOldWay(text) {
  const box = document.createElement("textarea")
  const focused = document.activeElement
  box.value = text
  box.readOnly = true
  box.className = "unseen"
  document.body.append(box)
  box.select()
  const done = document.execCommand("copy")
  box.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return done
}

/**
 * @param {HTMLElement} invite
 * @param {boolean} copied
 */
function thank(invite, copied) {
  const text = piece(invite, "copy-text")
  text.dataset.word ??= text.textContent ?? ""
  text.textContent = copied ? gettext("Copied") : text.dataset.word
  piece(invite, "icon-before").hidden = copied
  piece(invite, "icon-after").hidden = !copied
  piece(invite, "copied").textContent = copied ? gettext("The link is copied.") : ""
}

/**
 * @param {HTMLElement} invite
 * @param {string} address
 */
function byHand(invite, address) {
  const dialog = /** @type {HTMLDialogElement} */ (piece(invite, "by-hand"))
  const link = /** @type {HTMLInputElement} */ (piece(dialog, "link"))
  link.value = address
  dialog.showModal()
  link.select()
}
