// @ts-check
/** The form that adds links to the queue, at its end or next. */

import { find } from "../lib/dom.js"
import { slices } from "../lib/playlist_store.js"
import { completeUrl } from "../ui/form_validation.js"
import { clearProblem, send, showProblem } from "./commands.js"
import { pastedLinks } from "./pasted_links.js"

const YOUTUBE_LIST = /^(https?:\/\/)?([\w-]+\.)*youtube(-nocookie)?\.com\/(playlist|embed\/videoseries)\?/i

/** @param {HTMLElement} box @param {import("../room/session.js").RoomSession} room @param {AbortSignal} signal */
export function mountAdding(box, room, signal) {
  const form = /** @type {HTMLFormElement} */ (box)
  const field = /** @type {HTMLTextAreaElement} */ (find(form, "links"))
  let reading = false
  const add = async (/** @type {boolean} */ next) => {
    if (reading) return
    reading = true
    const isListed = await replaceLists(field, form)
    reading = false
    if (!isListed) return
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

/**
 * Links to the videos of a playlist take its place. Returns whether there is no playlist any more.
 * @param {HTMLTextAreaElement} field
 * @param {HTMLFormElement} form
 */
async function replaceLists(field, form) {
  for (const list of pastedLinks(field.value).filter((link) => YOUTUBE_LIST.test(link))) {
    try {
      const { readList } = await import("./youtube_list.js")
      const videos = await readList(completeUrl(list), form)
      find(form, "add-last").focus() // what had the focus is gone
      if (!videos) return false
      const links = pastedLinks(field.value).flatMap((link) => (link === list ? videos : [link]))
      field.value = links.join("\n")
    } catch (error) {
      showProblem(form, /** @type {Error} */ (error).message)
      return false
    }
  }
  return true
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
