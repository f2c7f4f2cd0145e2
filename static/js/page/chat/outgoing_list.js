// @ts-check
/**
 * Below the log: your own lines that the room has not said yet, greyed; a refused one says why, and goes
 * again at a press.
 */

import { all, cloneTemplate, piece, write } from "../lib/dom.js"
import { OutgoingMessages } from "./outgoing.js"
import { gettext } from "../lib/i18n.js"

/** @typedef {import("./outgoing.js").Letter} Letter */

/**
 * @param {HTMLElement} list
 * @param {import("../room/types.js").Room} room
 * @param {import("./message_list.js").Log} log
 */
export function mount(list, room, log) {
  /** @type {Map<Letter, HTMLElement>} */
  const shown = new Map()
  const letters = new OutgoingMessages(room, () => show(list, letters, shown, log))
  const off = all(
    room.on("new_comment", ({ payload }) => letters.arrived(payload)),
    room.on("connection", () => letters.resume()),
    room.on("state", () => {
      room.state?.comments.forEach((comment) => letters.arrived(comment))
      letters.resume()
    }),
  )
  return { letters, unmount: off }
}

/**
 * @param {HTMLElement} list
 * @param {OutgoingMessages} letters
 * @param {Map<Letter, HTMLElement>} shown
 * @param {import("./message_list.js").Log} log
 */
function show(list, letters, shown, log) {
  const before = shown.size
  for (const [letter, element] of shown)
    if (!letters.all.includes(letter)) {
      element.remove()
      shown.delete(letter)
    }
  for (const letter of letters.all) {
    const element = shown.get(letter) ?? newLine(letter, letters)
    shown.set(letter, element)
    list.append(element)
    fillLine(element, letter)
  }
  list.hidden = shown.size === 0
  if (shown.size > before) log.toEnd()
}

/** @param {Letter} letter @param {OutgoingMessages} letters */
function newLine(letter, letters) {
  const element = cloneTemplate("chat-unsent")
  piece(element, "text").textContent = letter.text
  piece(element, "again").addEventListener("click", () => letters.again(letter))
  piece(element, "discard").addEventListener("click", () => letters.discard(letter))
  return element
}

/** @param {HTMLElement} element @param {Letter} letter */
function fillLine(element, letter) {
  const failed = letter.standing === "failed"
  const late = letter.standing === "late"
  element.dataset.standing = letter.standing
  const says = piece(element, "standing")
  if (failed) says.setAttribute("role", "alert")
  else says.removeAttribute("role")
  write(says, failed ? letter.why : late ? gettext("waiting for the connection") : gettext("sending"))
  piece(element, "again").hidden = piece(element, "discard").hidden = !failed
}
