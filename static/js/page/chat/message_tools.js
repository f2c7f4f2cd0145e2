// @ts-check
/** What the buttons of a message do that few messages need: edit it, react to it, go to its moment. Loaded by a press. */

import { find, loadStyle } from "../lib/dom.js"
import { formatTime, gettext, interpolate } from "../lib/i18n.js"
import { mayControl } from "../room/members.js"
import { showNotice, showRefusal } from "../ui/notices.js"
import { pickEmoji } from "./emoji_picker.js"

const NOTICE_MS = 5000

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").CommentState} Comment */

/**
 * @param {HTMLElement} tool the button
 * @param {HTMLElement} element the message
 * @param {Comment} comment
 * @param {Room} room
 */
export function useTool(tool, element, comment, room) {
  const { id } = comment
  if ("edit" in tool.dataset) edit(element, comment, room)
  else if ("react" in tool.dataset)
    pickEmoji(tool, (emoji) => room.say("react_to_comment", { id, emoji, on: true }).catch(showRefusal))
  else void goTo(comment, room)
}

/** The text becomes a field: Enter saves, Escape leaves it as it was. @param {HTMLElement} element @param {Comment} comment @param {Room} room */
function edit(element, { id, text }, room) {
  if (element.querySelector("form")) return
  loadStyle(/** @type {HTMLElement} */ (document.querySelector("[data-chat]")).dataset.toolsStyle)
  const shown = /** @type {HTMLElement} */ (find(element, "text").closest("p"))
  const form = document.createElement("form")
  const field = document.createElement("input")
  form.className = "edit-message"
  field.className = "input"
  field.value = text
  field.dir = "auto"
  field.dataset.longest = "500"
  field.autocomplete = "off"
  field.setAttribute("aria-label", gettext("Edit message"))
  const buttons = [
    createButton("submit", gettext("Save"), "button small primary"),
    createButton("button", gettext("Cancel"), "button small quiet"),
  ]
  form.append(field, ...buttons)
  const close = () => {
    form.remove()
    shown.hidden = false
    Object.assign(element, { tabIndex: -1 }).focus()
  }
  buttons[1].addEventListener("click", close)
  form.addEventListener("keydown", (event) => {
    event.stopPropagation() // the arrow keys move in the text
    if (event.key !== "Escape") return
    event.preventDefault()
    close()
  })
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const wanted = field.value.trim()
    if (!wanted || wanted === text) return close()
    room.say("edit_comment", { id, text: wanted }).then(close, showRefusal)
  })
  shown.hidden = true
  shown.after(form)
  field.focus()
}

/** @param {"submit" | "button"} type @param {string} text @param {string} className */
function createButton(type, text, className) {
  return Object.assign(document.createElement("button"), { type, textContent: text, className })
}

/**
 * The moment of the media at which the message was written: who controls the room goes there, all others ask.
 * @param {Comment} comment
 * @param {Room} room
 */
async function goTo({ seq, current_time }, room) {
  const time = formatTime(current_time)
  if (!(await isAboutCurrentMedia(seq, room)))
    return note(gettext("That was written while something else played."))
  if (mayControl(room.state)) return room.say("seek", { current_time }).catch(showRefusal)
  try {
    await room.say("ask_control", { moment: current_time })
    note(interpolate(gettext("You asked to go to {time}."), { time }))
  } catch (refusal) {
    showRefusal(refusal)
  }
}

/** @param {string} text */
function note(text) {
  showNotice({ key: "moment", text, rank: 1, lastsMs: NOTICE_MS })
}

/** Comments before a `seq` are about media that the room played before. @param {number} seq @param {Room} room */
async function isAboutCurrentMedia(seq, room) {
  if (!room.state.timeline?.media) return false
  try {
    const headers = { Accept: "application/json" }
    const response = await fetch(`${room.boot.comments_url}by-position/?limit=0`, { headers })
    return !response.ok || seq >= (await response.json()).since
  } catch {
    return true // no connection: the command says so itself
  }
}
