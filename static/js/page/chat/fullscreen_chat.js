// @ts-check
/**
 * The chat over the picture in fullscreen: the last messages for some seconds, and the composer, which Enter or its
 * button opens and Escape closes. It is the composer of the panel, moved, so that a draft and a reply go with it.
 */

import { find, loadStyle } from "../lib/dom.js"
import { readOnlyMessage } from "./read_only_message.js"

const MESSAGES = 5
const SHOWN_MS = 9000
const KEYBOARD_PX = 120 // what is missing of the window's height beyond this is a keyboard
/** @type {{lock?: (keys: string[]) => Promise<void>, unlock?: () => void} | undefined} */
const KEYBOARD = "keyboard" in navigator ? /** @type {any} */ (navigator.keyboard) : undefined
const HAS_OWN_USE = "button, a, summary, input, textarea, select, [role=slider]"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").CommentState} Comment */

/**
 * @param {HTMLElement} chat
 * @param {Room} room
 */
export function mount(chat, room) {
  const over = find(document, "over-picture")
  loadStyle(over.dataset.style)
  const fullscreenChat = new FullscreenChat(chat, over, room)
  room.on("new_comment", ({ payload }) => fullscreenChat.append(payload))
  room.on("comment_changed", ({ payload }) => fullscreenChat.replace(payload.comment))
  room.on("comment_deleted", ({ payload }) => fullscreenChat.line(payload.id)?.remove())
  return { show: (/** @type {boolean} */ isFull) => fullscreenChat.show(isFull) }
}

class FullscreenChat {
  /** @param {HTMLElement} chat @param {HTMLElement} over @param {Room} room */
  constructor(chat, over, room) {
    this.room = room
    this.over = over
    this.strip = find(over, "strip")
    this.stage = /** @type {HTMLElement} */ (over.closest("[data-stage]"))
    this.form = find(chat, "composer")
    this.draft = /** @type {HTMLInputElement} */ (find(this.form, "draft"))
    this.write = find(this.stage, "write")
    // where the composer and the messages that are not sent yet belong
    this.homes = [find(chat, "unsent"), this.form].map((element) => ({ element, home: new Comment("") }))
    this.isFull = false
    /** The button that has the focus because it was pressed by a pointer: a later Enter is not meant for it. @type {Element | null} */
    this.clicked = null
    this.#listen()
  }

  get writing() {
    return "writing" in this.stage.dataset
  }

  #listen() {
    this.write.addEventListener("click", () => (this.writing ? this.close() : this.open()))
    document.addEventListener("keydown", (event) => this.#onKey(event), { capture: true })
    const point = (/** @type {Event} */ { target }) => {
      this.clicked = target instanceof Element ? target.closest(HAS_OWN_USE) : null
    }
    document.addEventListener("pointerdown", point, { capture: true })
    window.visualViewport?.addEventListener("resize", () => this.#placeAboveKeyboard())
    // in fullscreen Escape may leave it first
    this.draft.addEventListener("focus", () => this.isFull && this.open())
  }

  /** @param {boolean} isFull */
  show(isFull) {
    if (isFull === this.isFull) return
    this.isFull = isFull
    this.over.hidden = !isFull
    const focused = document.activeElement
    this.clicked = focused?.matches(":focus-visible") ? null : focused
    for (const { element, home } of this.homes) {
      if (isFull) element.replaceWith(home)
      if (isFull) this.over.append(element)
      else home.replaceWith(element)
    }
    if (!isFull) this.close()
    if (focused === this.draft) this.draft.focus()
  }

  open() {
    if (this.writing) return this.draft.focus()
    this.stage.dataset.writing = ""
    this.write.setAttribute("aria-pressed", "true")
    this.strip.replaceChildren(...this.room.comments.slice(-MESSAGES).map((comment) => this.#render(comment)))
    this.draft.focus()
    // Otherwise Escape would leave fullscreen; only some browsers have this.
    KEYBOARD?.lock?.(["Escape"]).catch(() => {})
  }

  close() {
    if (!this.writing) return
    delete this.stage.dataset.writing
    this.write.setAttribute("aria-pressed", "false")
    this.strip.replaceChildren()
    if (this.isFull) this.write.focus()
    KEYBOARD?.unlock?.()
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (!this.isFull || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target instanceof Element ? event.target : document.body
    if (this.writing ? this.#closes(event, target) : this.#opens(event, target)) {
      event.preventDefault()
      event.stopPropagation()
      if (this.writing) this.close()
      else this.open()
    }
  }

  /** @param {KeyboardEvent} event @param {Element} target */
  #opens({ key }, target) {
    if (key === "Tab") this.clicked = null
    if (document.querySelector("dialog[open], [popover]:popover-open")) return false
    if (key === "t") return !target.matches("input")
    return key === "Enter" && (target === this.clicked || !target.matches(HAS_OWN_USE))
  }

  /** Escape, and Enter without a text: not every browser leaves Escape to the page. @param {KeyboardEvent} event @param {Element} target */
  #closes({ key }, target) {
    if (target !== this.draft || "completing" in this.draft.dataset) return false
    return key === "Escape" || (key === "Enter" && !this.draft.value.trim())
  }

  /** A phone's keyboard covers the lower part of what is fixed to the window. */
  #placeAboveKeyboard() {
    const { visualViewport: view } = window
    const keyboardPx = view ? Math.max(0, innerHeight - view.height - view.offsetTop) : 0
    this.stage.toggleAttribute("data-keyboard", this.writing && keyboardPx > KEYBOARD_PX)
    this.stage.style.setProperty("--keyboard", `${Math.round(keyboardPx)}px`)
  }

  // ---------------------------------------------------------------- messages

  /** @param {number} id */
  line(id) {
    return this.strip.querySelector(`[data-id="${Number(id)}"]`)
  }

  /** @param {Comment} comment */
  append(comment) {
    if (!this.isFull) return
    const line = this.#render(comment)
    this.strip.append(line)
    while (this.strip.childElementCount > MESSAGES) this.strip.firstElementChild?.remove()
    setTimeout(() => this.writing || line.remove(), SHOWN_MS)
  }

  /** @param {Comment} comment */
  replace(comment) {
    this.line(comment.id)?.replaceWith(this.#render(comment))
  }

  /** @param {Comment} comment */
  #render(comment) {
    const line = readOnlyMessage(comment, this.room)
    line.querySelector(".message-tools")?.remove()
    return line
  }
}
