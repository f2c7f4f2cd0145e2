// @ts-check
/**
 * The message list: in the room's order, each message once. While many arrive, screen readers do not read them out.
 * Text is set as text; a URL in it becomes a link, and there is no other markup.
 */

import { may } from "../../core/room/rights.js"
import { cloneTemplate, disposeAll, find } from "../lib/dom.js"
import { formatTime } from "../lib/i18n.js"
import { showAvatar } from "../ui/artwork.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

const URL_PATTERN = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/giu

/** @typedef {import("../../core/protocol.js").CommentState} Comment */

/**
 * @param {Comment} comment
 * @param {{userId: string, username: string, quoted?: Comment, removable: boolean}} reader
 */
function renderMessage(comment, reader) {
  const element = comment.is_system_message ? systemMessage(comment) : memberMessage(comment, reader)
  element.dataset.id = String(comment.id)
  element.dataset.seq = String(comment.seq)
  return element
}

/** @param {Comment} comment */
function systemMessage(comment) {
  const element = cloneTemplate("chat-note")
  element.textContent = comment.text
  return element
}

/**
 * @param {Comment} comment
 * @param {{userId: string, username: string, quoted?: Comment, removable: boolean}} reader
 */
function memberMessage(comment, reader) {
  const element = cloneTemplate("chat-message")
  const time = /** @type {HTMLTimeElement} */ (find(element, "time"))
  const text = find(element, "text")
  element.dataset.author = comment.user_id ?? comment.username
  element.dataset.at = comment.created_at
  showAvatar(find(element, "face"), comment.user_id ?? comment.username, comment.username)
  find(element, "name").textContent = comment.username
  time.textContent = formatTime(comment.current_time)
  time.dateTime = comment.created_at
  time.title = new Date(comment.created_at).toLocaleTimeString()
  find(element, "said-at").textContent = new Date(comment.created_at).toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
  })
  text.append(...withLinks(comment.text))
  element.classList.toggle(
    "only-emoji",
    /^(\p{Extended_Pictographic}|\p{Emoji_Component}|\s){1,12}$/u.test(comment.text) &&
      !/\d/.test(comment.text),
  )
  element.classList.toggle("for-me", mentions(comment.text, reader.username))
  find(element, "remove").hidden = !reader.removable
  showQuote(find(element, "quote"), comment, reader.quoted)
  return element
}

/**
 * @param {HTMLElement} slot
 * @param {Comment} comment
 * @param {Comment | undefined} quoted
 */
function showQuote(slot, comment, quoted) {
  slot.hidden = !comment.reply_to
  if (quoted) slot.textContent = `${quoted.username}: ${quoted.text}`
  else slot.hidden = true
}

/** @param {string} text @returns {(Node | string)[]} */
function withLinks(text) {
  const nodes = []
  let from = 0
  for (const found of text.matchAll(URL_PATTERN)) {
    nodes.push(text.slice(from, found.index), link(found[0]))
    from = found.index + found[0].length
  }
  nodes.push(text.slice(from))
  return nodes
}

/** @param {string} address */
function link(address) {
  const anchor = document.createElement("a")
  anchor.href = address
  anchor.target = "_blank"
  anchor.rel = "noopener noreferrer nofollow ugc"
  anchor.textContent = address.replace(/^https?:\/\//i, "")
  return anchor
}

/**
 * @param {string} text
 * @param {string} username
 */
function mentions(text, username) {
  return Boolean(username) && text.toLocaleLowerCase().includes(`@${username.toLocaleLowerCase()}`)
}

const GROUP_WITHIN_MS = 180_000
const NEAR_END_PX = 90
const SNAPSHOT_COMMENTS = 100 // the number in a snapshot; fewer mean that there are no older ones
const BUSY_COMMENTS = 5
const BUSY_WITHIN_MS = 5000

export class MessageList {
  /**
   * @param {HTMLElement} chat
   * @param {Room} room
   */
  constructor(chat, room) {
    this.room = room
    this.live = find(chat, "live")
    this.list = find(chat, "log")
    this.scroll = find(chat, "scroll")
    this.empty = find(chat, "chat-empty")
    this.newest = find(chat, "newest")
    /** @type {Map<number, Comment>} */
    this.known = new Map()
    /** @type {number[]} */
    this.arrivals = []
    this.complete = true
  }

  get atEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR_END_PX
  }

  get oldestSeq() {
    return Number(/** @type {HTMLElement | null} */ (this.list.firstElementChild)?.dataset.seq ?? 0)
  }

  /**
   * Replace the list by the room's current comments; older ones that were loaded stay.
   * @param {Comment[]} comments
   */
  reset(comments) {
    this.complete = this.room.state.comments.length < SNAPSHOT_COMMENTS
    const oldest = Math.min(...comments.map((comment) => comment.seq), Infinity)
    this.live.setAttribute("aria-busy", "true")
    for (const element of [...this.list.children]) {
      if (Number(/** @type {HTMLElement} */ (element).dataset.seq) >= oldest) this.#drop(element)
    }
    for (const comment of comments) this.#insert(comment)
    this.live.setAttribute("aria-busy", "false")
    this.#showEmpty()
    this.toEnd()
  }

  /** Replace the whole list. @param {Comment[]} comments */
  restart(comments) {
    this.known.clear()
    this.list.replaceChildren()
    this.reset(comments)
  }

  /** Insert older comments above the visible ones without moving these. @param {Comment[]} comments */
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
    this.#limitAnnouncements()
    this.#insert(comment)
    this.#showEmpty()
    if (stay) this.toEnd()
    else this.newest.hidden = false
  }

  /** @param {number} id */
  remove(id) {
    const element = this.list.querySelector(`[data-id="${Number(id)}"]`)
    const after = element?.nextElementSibling
    if (element) this.#drop(element)
    if (after) group(after)
    this.#showEmpty()
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

  /** The first element that belongs after `seq`; nearly always none. @param {number} seq */
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
    const removable = comment.user_id === userId || may(this.room.state, "remove")
    return {
      userId,
      username,
      removable,
      quoted: comment.reply_to ? this.known.get(comment.reply_to) : undefined,
    }
  }

  /** Screen readers do not read out messages while many arrive. */
  #limitAnnouncements() {
    const now = performance.now()
    this.arrivals = [...this.arrivals.filter((at) => now - at < BUSY_WITHIN_MS), now]
    this.live.setAttribute("aria-live", this.arrivals.length > BUSY_COMMENTS ? "off" : "polite")
  }

  #showEmpty() {
    this.empty.hidden = this.known.size > 0
  }
}

/** Consecutive messages of one member share an avatar and a name. @param {Element} element */
function group(element) {
  const [own, before] = [element, element.previousElementSibling].map(
    (message) => /** @type {HTMLElement | null} */ (message)?.dataset,
  )
  const gapMs = Date.parse(own?.at ?? "") - Date.parse(before?.at ?? "")
  element.classList.toggle(
    "again",
    Boolean(own?.author) && own?.author === before?.author && gapMs < GROUP_WITHIN_MS,
  )
}

const OVERLAY_MESSAGES = 5
const OVERLAY_MS = 9000

/** In fullscreen, show the last messages over the picture for some seconds. @param {Room} room */
export function mountFullscreenOverlay(room) {
  const overlay = find(document, "strip")
  const { user_id: userId, username } = room.boot.you
  return disposeAll(
    room.on("new_comment", ({ payload }) => {
      if (!document.fullscreenElement) return
      const line = renderMessage(payload, { userId, username, removable: false })
      line.querySelector(".message-tools")?.remove()
      overlay.append(line)
      while (overlay.childElementCount > OVERLAY_MESSAGES) overlay.firstElementChild?.remove()
      setTimeout(() => line.remove(), OVERLAY_MS)
    }),
    room.on("comment_deleted", ({ payload }) =>
      overlay.querySelector(`[data-id="${Number(payload.id)}"]`)?.remove(),
    ),
    () => overlay.replaceChildren(),
  )
}
