// @ts-check
/**
 * The log of the chat: in the order of the room, each comment once, and quiet when it moves too fast to be
 * read out.
 */

import { piece } from "../lib/dom.js"
import { renderMessage } from "./message.js"

const GROUP_WITHIN_MS = 180_000
const NEAR_PX = 90
const AT_JOIN = 100 // as many come with the welcome; fewer mean that there are no older ones
const BUSY_COMMENTS = 5
const BUSY_WITHIN_MS = 5000

/** @typedef {import("../room/types.js").Comment} Comment */

export class Log {
  /**
   * @param {HTMLElement} chat
   * @param {import("../room/types.js").Room} room
   */
  constructor(chat, room) {
    this.room = room
    this.live = piece(chat, "live")
    this.list = piece(chat, "log")
    this.scroll = piece(chat, "scroll")
    this.empty = piece(chat, "chat-empty")
    this.newest = piece(chat, "newest")
    /** @type {Map<number, Comment>} */
    this.known = new Map()
    /** @type {number[]} */
    this.arrivals = []
    this.complete = true
  }

  get atEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR_PX
  }

  get oldestSeq() {
    return Number(/** @type {HTMLElement | null} */ (this.list.firstElementChild)?.dataset.seq ?? 0)
  }

  /** The room as it is now; what was read from further back stays. @param {Comment[]} comments */
  reset(comments) {
    this.complete = comments.length < AT_JOIN
    const oldest = Math.min(...comments.map((comment) => comment.seq), Infinity)
    this.live.setAttribute("aria-busy", "true")
    for (const element of [...this.list.children]) {
      if (Number(/** @type {HTMLElement} */ (element).dataset.seq) >= oldest) this.#drop(element)
    }
    for (const comment of comments) this.#insert(comment)
    this.live.setAttribute("aria-busy", "false")
    this.#settle()
    this.toEnd()
  }

  /** Older ones, above what is in view, which does not move. @param {Comment[]} comments */
  prepend(comments) {
    const fromEnd = this.scroll.scrollHeight - this.scroll.scrollTop
    this.live.setAttribute("aria-busy", "true")
    for (const comment of comments) this.#insert(comment)
    this.live.setAttribute("aria-busy", "false")
    this.scroll.scrollTop = this.scroll.scrollHeight - fromEnd
  }

  /** @param {Comment} comment */
  append(comment) {
    if (this.known.has(comment.id)) return
    const stay = this.atEnd || comment.user_id === this.room.boot.you.user_id
    this.#calm()
    this.#insert(comment)
    this.#settle()
    if (stay) this.toEnd()
    else this.newest.hidden = false
  }

  /** @param {number} id */
  remove(id) {
    const element = this.list.querySelector(`[data-id="${Number(id)}"]`)
    const after = element?.nextElementSibling
    if (element) this.#drop(element)
    if (after) group(after)
    this.#settle()
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight
    this.newest.hidden = true
  }

  /** @param {Element} element */
  #drop(element) {
    this.known.delete(Number(/** @type {HTMLElement} */ (element).dataset.id))
    element.remove()
  }

  /** @param {Comment} comment */
  #insert(comment) {
    if (this.known.has(comment.id)) return
    this.known.set(comment.id, comment)
    const element = renderMessage(comment, this.#reader(comment))
    const before = this.#after(comment.seq)
    this.list.insertBefore(element, before)
    group(element)
    if (before) group(before)
  }

  /** The first element that belongs behind `seq`; nearly always none. @param {number} seq */
  #after(seq) {
    let found = null
    for (
      let at = this.list.lastElementChild;
      at && Number(/** @type {HTMLElement} */ (at).dataset.seq) > seq;
      at = at.previousElementSibling
    )
      found = at
    return found
  }

  /** @param {Comment} comment */
  #reader(comment) {
    const { user_id: userId, username } = this.room.boot.you
    const removable = comment.user_id === userId || Boolean(this.room.state?.you?.may_moderate)
    return {
      userId,
      username,
      removable,
      quoted: comment.reply_to ? this.known.get(comment.reply_to) : undefined,
    }
  }

  /** Many at once are shown, not read out. */
  #calm() {
    const now = performance.now()
    this.arrivals = [...this.arrivals.filter((at) => now - at < BUSY_WITHIN_MS), now]
    this.live.setAttribute("aria-live", this.arrivals.length > BUSY_COMMENTS ? "off" : "polite")
  }

  #settle() {
    this.empty.hidden = this.known.size > 0
  }
}

/** Comments of one person in one go share a face and a name. @param {Element} element */
function group(element) {
  const [mine, before] = [element, element.previousElementSibling].map(
    (one) => /** @type {HTMLElement | null} */ (one)?.dataset,
  )
  const gapMs = Date.parse(mine?.at ?? "") - Date.parse(before?.at ?? "")
  element.classList.toggle(
    "again",
    Boolean(mine?.author) && mine?.author === before?.author && gapMs < GROUP_WITHIN_MS,
  )
}
