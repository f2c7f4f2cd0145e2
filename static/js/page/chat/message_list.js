// @ts-check
/**
 * The message list: in the room's order, each message once. While many arrive, screen readers do not read them out.
 * Text is set as text; URLs in it become links, spoilers buttons, and there is no other markup.
 */

import { cloneTemplate, find, messageNodes, setText, withoutSpoilers } from "../lib/dom.js"
import { dateLocale, formatTime, gettext, interpolate, noticeText } from "../lib/i18n.js"
import { showAvatar } from "../ui/artwork.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @typedef {import("../../core/protocol.js").CommentState} Comment */

/**
 * @param {Comment} comment
 * @param {{userId: string, username: string, quoted?: Comment, removable: boolean, editable?: boolean, imagesUrl?: string,
 *   nameOf?: (userId: string) => string | undefined}} reader
 */
export function renderMessage(comment, reader) {
  const element = comment.is_system_message ? systemMessage(comment) : memberMessage(comment, reader)
  element.dataset.id = String(comment.id)
  element.dataset.seq = String(comment.seq)
  return element
}

/** @param {Comment} comment */
function systemMessage(comment) {
  const element = cloneTemplate("chat-note")
  element.textContent = (comment.notice && noticeText(comment.notice)) ?? comment.text
  if (comment.note) element.dataset.note = comment.note
  return element
}

/**
 * @param {Comment} comment
 * @param {{userId: string, username: string, quoted?: Comment, removable: boolean, editable?: boolean, imagesUrl?: string,
 *   nameOf?: (userId: string) => string | undefined}} reader
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
  time.title = new Date(comment.created_at).toLocaleTimeString(dateLocale())
  find(element, "said-at").textContent = new Date(comment.created_at).toLocaleTimeString(dateLocale(), {
    hour: "2-digit",
    minute: "2-digit",
  })
  if (comment.image) showImage(text, comment, reader.imagesUrl)
  if (!comment.image || comment.text !== ONLY_IMAGE) text.append(...messageNodes(comment.text))
  find(element, "edited").hidden = !comment.edited
  element.classList.toggle(
    "only-emoji",
    /^(\p{Extended_Pictographic}|\p{Emoji_Component}|\s){1,12}$/u.test(comment.text) &&
      !/\d/.test(comment.text),
  )
  element.classList.toggle("for-me", mentions(comment.text, reader.username))
  find(element, "remove").hidden = !reader.removable
  find(element, "edit").hidden = !reader.editable
  setText(find(element, "jump"), formatTime(comment.current_time))
  showGiven(find(element, "given"), comment, reader)
  showQuote(find(element, "quote"), comment, reader.quoted)
  return element
}

/** @param {HTMLElement} text @param {Comment} comment @param {string | undefined} imagesUrl */
function showImage(text, { id, image, username }, imagesUrl) {
  const url = `${imagesUrl ?? ""}${id}/image/`
  const anchor = Object.assign(document.createElement("a"), { href: url, target: "_blank" })
  const picture = document.createElement("img")
  Object.assign(picture, { src: url, loading: "lazy", width: image?.width, height: image?.height })
  picture.alt = interpolate(gettext("Image from {name}"), { name: username })
  anchor.className = "image"
  anchor.append(picture)
  text.closest("p")?.before(anchor)
}

/**
 * The reactions to the message; each is a button that adds one's own, or takes it back.
 * @param {HTMLElement} slot
 * @param {Comment} comment
 * @param {{userId: string, nameOf?: (userId: string) => string | undefined}} reader
 */
function showGiven(slot, { reactions = [] }, { userId, nameOf }) {
  slot.hidden = reactions.length === 0
  slot.replaceChildren(
    ...reactions.map(({ emoji, user_ids }) => {
      const button = document.createElement("button")
      const count = user_ids.length
      Object.assign(button, { type: "button", textContent: `${emoji} ${count}` })
      button.dataset.give = emoji
      button.setAttribute("aria-pressed", String(user_ids.includes(userId)))
      const names = user_ids.map((id) => nameOf?.(id)).filter(Boolean)
      button.title = names.length
        ? interpolate(gettext("{emoji} {n}: {names}"), { emoji, n: count, names: names.join(", ") })
        : ""
      return button
    }),
  )
}

/**
 * @param {HTMLElement} slot
 * @param {Comment} comment
 * @param {Comment | undefined} quoted
 */
function showQuote(slot, comment, quoted) {
  slot.hidden = !comment.reply_to
  if (quoted) slot.textContent = `${quoted.username}: ${withoutSpoilers(quoted.text)}`
  else slot.hidden = true
}

/**
 * @param {string} text
 * @param {string} username
 */
export function mentions(text, username) {
  return Boolean(username) && text.toLocaleLowerCase().includes(`@${username.toLocaleLowerCase()}`)
}

const GROUP_WITHIN_MS = 180_000
const NEAR_END_PX = 90
const ONLY_IMAGE = "\u{1f5bc}\ufe0f" // the text of an image that was sent without one
const EDIT_WITHIN_MS = 5 * 60_000
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

  /** A comment was edited, or the reactions to it changed. @param {Comment} comment */
  replace(comment) {
    const shown = this.element(comment.id)
    if (!shown) return this.#restore(comment)
    const stay = this.atEnd
    const focused = shown.contains(document.activeElement)
    this.known.set(comment.id, comment)
    const element = this.#render(comment)
    shown.replaceWith(element)
    group(element)
    if (focused) Object.assign(element, { tabIndex: -1 }).focus()
    if (stay) this.toEnd()
  }

  /** @param {number} id @returns {HTMLElement | null} */
  element(id) {
    return this.list.querySelector(`[data-id="${Number(id)}"]`)
  }

  /** A deleted comment came back. It is not announced: it is an old one. @param {Comment} comment */
  #restore(comment) {
    if (!this.complete && comment.seq < this.oldestSeq) return
    this.#insert(comment)
    this.#showEmpty()
  }

  /** @param {number} id */
  remove(id) {
    const element = this.element(id)
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
    const element = this.#render(comment)
    const before = this.#after(comment.seq)
    this.list.insertBefore(element, before)
    group(element)
    if (before) group(before)
  }

  /** The list is one tab stop. @param {Comment} comment */
  #render(comment) {
    const element = renderMessage(comment, this.#reader(comment))
    for (const button of element.querySelectorAll("button")) button.tabIndex = -1
    element.toggleAttribute("data-own", comment.user_id === this.room.boot.you.user_id)
    this.#hideEditInTime(element, comment)
    return element
  }

  /** @param {HTMLElement} element @param {Comment} comment */
  #hideEditInTime(element, comment) {
    if (!element.matches("[data-own]") || comment.is_system_message) return
    const edit = find(element, "edit")
    setTimeout(() => (edit.hidden = true), Math.max(0, EDIT_WITHIN_MS - this.#ageMs(comment)))
  }

  /** @param {Comment} comment */
  #ageMs(comment) {
    return this.room.serverNow() - Date.parse(comment.created_at)
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
    const isOwn = comment.user_id === userId
    return {
      userId,
      username,
      removable: true, // others' by who may moderate: see `mountRights`
      editable: isOwn && this.#ageMs(comment) < EDIT_WITHIN_MS,
      imagesUrl: this.room.boot.comments_url,
      nameOf: (/** @type {string} */ id) => this.room.state.members.get(id)?.username,
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
