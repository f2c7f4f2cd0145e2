// @ts-check
/** The form that adds links to the queue, at its end or next. */

import { find } from "../lib/dom.js"
import { slices } from "../lib/playlist_store.js"
import { completeUrl } from "../ui/form_validation.js"
import { clearProblem, send } from "./commands.js"
import { pastedLinks } from "./pasted_links.js"

/** @param {HTMLElement} box @param {import("../room/session.js").RoomSession} room @param {AbortSignal} signal */
export function mountAdding(box, room, signal) {
  const form = /** @type {HTMLFormElement} */ (box)
  const field = /** @type {HTMLTextAreaElement} */ (find(form, "links"))
  const add = async (/** @type {boolean} */ next) => {
    const links = pastedLinks(field.value)
    const parts = slices(links)
    if (next) parts.reverse() // each goes before those added last
    for (const slice of parts) {
      const items = slice.map((link) => ({ media_url: completeUrl(link) }))
      if (!(await send(room, "queue_add", { items, next }, form))) return
      field.value = field.value && withoutLinks(field.value, slice)
    }
  }
  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault()
      void add(false)
    },
    { signal },
  )
  find(form, "add-next").addEventListener("click", () => void add(true), { signal })
  field.addEventListener("input", clearProblem, { signal })
  field.addEventListener("keydown", (event) => submitOnEnter(event, form), { signal })
}

/** What was typed meanwhile stays. @param {string} text @param {string[]} added */
function withoutLinks(text, added) {
  const gone = new Set(added)
  return pastedLinks(text)
    .filter((link) => !gone.has(link))
    .join("\n")
}

/** Shift with Enter begins another line. @param {KeyboardEvent} event @param {HTMLFormElement} form */
function submitOnEnter(event, form) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
  event.preventDefault()
  form.requestSubmit()
}
