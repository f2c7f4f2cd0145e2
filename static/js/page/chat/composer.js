// @ts-check
/** Where a message is typed. */

import { all, piece } from "../lib/dom.js"
import { lastWithin } from "../lib/throttle.js"
import { fill, gettext } from "../lib/i18n.js"

const TYPING_EVERY_MS = 2500

/**
 * @param {HTMLElement} form
 * @param {import("../room/types.js").Room} room
 * @param {import("./message_list.js").Log} log
 * @param {import("./outgoing.js").OutgoingMessages} letters
 */
export function mount(form, room, log, letters) {
  const gone = new AbortController()
  const { signal } = gone
  const draft = /** @type {HTMLInputElement} */ (piece(form, "draft"))
  const typing = lastWithin(TYPING_EVERY_MS, () => {
    if (draft.value) room.say("typing", {}).catch(() => {})
  })
  const reply = replying(form, draft, log, signal)

  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault()
      const text = draft.value.trim()
      if (!text) return
      draft.value = ""
      letters.write(text, reply.take())
    },
    { signal },
  )
  draft.addEventListener("input", () => typing(undefined), { signal })
  document.addEventListener(
    "watchium:mention",
    (event) => {
      const name = /** @type {CustomEvent} */ (event).detail
      draft.value = `${draft.value.trimEnd()} @${name} `.trimStart()
      draft.focus()
    },
    { signal },
  )
  return all(() => gone.abort())
}

/**
 * @param {HTMLElement} form
 * @param {HTMLInputElement} draft
 * @param {import("./message_list.js").Log} log
 * @param {AbortSignal} signal
 */
function replying(form, draft, log, signal) {
  const line = piece(form, "replying")
  /** @type {number | null} */
  let to = null
  const forget = () => {
    to = null
    line.hidden = true
  }
  log.list.addEventListener(
    "click",
    (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-reply]") : null
      const comment = log.known.get(
        Number(/** @type {HTMLElement | undefined} */ (button?.closest("[data-id]"))?.dataset.id),
      )
      if (!comment) return
      to = comment.id
      line.hidden = false
      piece(line, "replying-to").textContent = fill(gettext("{name}: {text}"), {
        name: comment.username,
        text: comment.text,
      })
      draft.focus()
    },
    { signal },
  )
  piece(line, "no-reply").addEventListener(
    "click",
    () => {
      forget()
      draft.focus()
    },
    { signal },
  )
  draft.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") forget()
    },
    { signal },
  )
  return {
    take: () => {
      const id = to
      forget()
      return id
    },
  }
}
