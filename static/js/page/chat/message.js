// @ts-check
/**
 * One comment as an element. Text is set as text; an address in it becomes a link, nothing else means
 * anything.
 */

import { putAvatar } from "../ui/avatar.js"
import { clockTime } from "../lib/format.js"
import { cloneTemplate, piece } from "../lib/dom.js"

const ADDRESS = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/giu

/** @typedef {import("../room/types.js").Comment} Comment */

/**
 * @param {Comment} comment
 * @param {{userId: string, username: string, quoted?: Comment, removable: boolean}} reader
 */
export function renderMessage(comment, reader) {
  const element = comment.is_system_message ? note(comment) : message(comment, reader)
  element.dataset.id = String(comment.id)
  element.dataset.seq = String(comment.seq)
  return element
}

/** @param {Comment} comment */
function note(comment) {
  const element = cloneTemplate("chat-note")
  element.textContent = comment.text
  return element
}

/**
 * @param {Comment} comment
 * @param {{userId: string, username: string, quoted?: Comment, removable: boolean}} reader
 */
function message(comment, reader) {
  const element = cloneTemplate("chat-message")
  const time = /** @type {HTMLTimeElement} */ (piece(element, "time"))
  const text = piece(element, "text")
  element.dataset.author = comment.user_id ?? comment.username
  element.dataset.at = comment.created_at
  putAvatar(piece(element, "face"), comment.user_id ?? comment.username, comment.username)
  piece(element, "name").textContent = comment.username
  time.textContent = clockTime(comment.current_time)
  time.dateTime = comment.created_at
  time.title = new Date(comment.created_at).toLocaleTimeString()
  piece(element, "said-at").textContent = new Date(comment.created_at).toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
  })
  text.append(...linked(comment.text))
  element.classList.toggle(
    "only-emoji",
    /^(\p{Extended_Pictographic}|\p{Emoji_Component}|\s){1,12}$/u.test(comment.text) &&
      !/\d/.test(comment.text),
  )
  element.classList.toggle("for-me", mentions(comment.text, reader.username))
  piece(element, "remove").hidden = !reader.removable
  quote(piece(element, "quote"), comment, reader.quoted)
  return element
}

/**
 * @param {HTMLElement} slot
 * @param {Comment} comment
 * @param {Comment | undefined} quoted
 */
function quote(slot, comment, quoted) {
  slot.hidden = !comment.reply_to
  if (quoted) slot.textContent = `${quoted.username}: ${quoted.text}`
  else slot.hidden = true
}

/** @param {string} text @returns {(Node | string)[]} */
export function linked(text) {
  const parts = []
  let from = 0
  for (const found of text.matchAll(ADDRESS)) {
    parts.push(text.slice(from, found.index), link(found[0]))
    from = found.index + found[0].length
  }
  parts.push(text.slice(from))
  return parts
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
