// @ts-check
/** Searches the comments of the room, and shows what is found in a dialog. Loaded by its button. */

import { cloneTemplate, find, setText } from "../lib/dom.js"
import { dateLocale, gettext, interpolate, ngettext } from "../lib/i18n.js"
import { useTool } from "./message_tools.js"
import { readOnlyMessage } from "./read_only_message.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @type {HTMLDialogElement | null} */
let dialog = null

/** @param {Room} room */
export function openSearch(room) {
  dialog ??= createDialog(room)
  dialog.showModal()
  find(dialog, "words").focus()
}

/** @param {Room} room */
function createDialog(room) {
  const created = /** @type {HTMLDialogElement} */ (cloneTemplate("chat-search"))
  document.body.append(created)
  const search = new Search(created, room)
  find(created, "form").addEventListener("submit", (event) => {
    event.preventDefault()
    void search.start()
  })
  find(created, "earlier").addEventListener("click", () => void search.goOn())
  return created
}

class Search {
  /** @param {HTMLElement} dialog @param {Room} room */
  constructor(dialog, room) {
    this.dialog = dialog
    this.room = room
    this.words = /** @type {HTMLInputElement} */ (find(dialog, "words"))
    this.list = find(dialog, "found")
    this.earlier = find(dialog, "earlier")
    /** @type {number | null} */
    this.before = null
    this.count = 0
    /** Something was found that the viewer may not see yet. */
    this.hides = false
  }

  async start() {
    this.list.replaceChildren()
    this.before = null
    this.count = 0
    this.hides = false
    await this.goOn()
  }

  async goOn() {
    const text = this.words.value.trim()
    if (!text) return
    this.earlier.hidden = true
    this.#say(gettext("Searching"))
    try {
      const query = new URLSearchParams({ text, ...(this.before && { before: String(this.before) }) })
      const response = await fetch(`${this.room.boot.comments_url}search/?${query}`, {
        headers: { Accept: "application/json" },
      })
      const page = await response.json()
      if (!response.ok) return this.#say(page.message)
      this.#show(page)
    } catch {
      this.#say(gettext("No connection. Try again."))
    }
  }

  /** @param {{comments: import("../../core/protocol.js").CommentState[], before: number | null}} page */
  #show({ comments, before }) {
    const { gate } = this.room
    // who catches up sees no message before its moment, here either
    const shown = gate ? comments.filter((comment) => gate.shows(comment)) : comments
    this.before = before
    this.count += shown.length
    this.hides ||= shown.length < comments.length
    this.list.append(...shown.reverse().map((comment) => this.#line(comment)))
    this.earlier.hidden = before === null
    const more = before === null ? "" : gettext("There are earlier messages.")
    const hidden = this.hides
      ? gettext("Messages of moments that you have not reached yet are left out.")
      : ""
    const found = this.count
      ? interpolate(
          ngettext("{n} message, the latest first.", "{n} messages, the latest first.", this.count),
          {
            n: this.count,
          },
        )
      : gettext("Nothing found.")
    this.#say([found, hidden, more].filter(Boolean).join(" "))
  }

  /** @param {import("../../core/protocol.js").CommentState} comment */
  #line(comment) {
    const line = readOnlyMessage(comment, this.room)
    for (const tool of line.querySelectorAll("[data-react], [data-reply], [data-edit], [data-remove]"))
      tool.remove()
    find(line, "said-at").textContent = new Date(comment.created_at).toLocaleString(dateLocale(), {
      dateStyle: "short",
      timeStyle: "short",
    })
    const jump = find(line, "jump")
    jump.tabIndex = 0
    jump.addEventListener("click", () => {
      ;/** @type {HTMLDialogElement} */ (this.dialog).close()
      useTool(jump, line, comment, this.room)
    })
    return line
  }

  /** @param {string} text */
  #say(text) {
    setText(find(this.dialog, "status"), text)
  }
}
