// @ts-check
/** Says above the composer why the viewer cannot write, or how often. Loaded once a rule concerns the viewer. */

import { isMuted, may, mayWrite } from "../../core/room/rights.js"
import { find, setText } from "../lib/dom.js"
import { formatLength, gettext, interpolate } from "../lib/i18n.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

const TICK_MS = 1000
const CHANGES = ["state", "room_changed", "member_changed", "role_changed", "new_host", "members"]

/** @param {Room} room */
export function mount(room) {
  const composer = find(document, "composer")
  const messages = find(document, "log")
  const line = document.createElement("p")
  line.className = "writing-rule muted"
  line.setAttribute("role", "status")
  find(composer, "field-row").before(line)
  let wroteMs = -Infinity
  let timer = 0
  const update = () => {
    clearTimeout(timer)
    const { text, ends } = ruleOf(room, wroteMs)
    setText(line, text)
    line.hidden = !text
    const nowMs = room.serverNow()
    const muted = isMuted(room.state, nowMs)
    const closed = !mayWrite(room.state, nowMs)
    disable(composer, "[data-draft], [data-field-row] button", closed)
    disable(composer, "[data-emoji]", muted)
    messages.toggleAttribute("data-closed", closed)
    messages.toggleAttribute("data-muted", muted)
    if (ends) timer = setTimeout(update, TICK_MS)
  }
  for (const type of CHANGES) room.on(type, update)
  room.on("new_comment", ({ payload }) => {
    if (payload.user_id === room.boot.you.user_id) wroteMs = room.serverNow()
    update()
  })
  update()
}

/** @param {HTMLElement} composer @param {string} selector @param {boolean} disabled */
function disable(composer, selector, disabled) {
  for (const control of composer.querySelectorAll(selector))
    /** @type {HTMLButtonElement | HTMLInputElement} */ (control).disabled = disabled
}

/** @param {Room} room @param {number} wroteMs server time of the viewer's last comment */
function ruleOf(room, wroteMs) {
  const { you, room: state } = room.state
  const mutedMs = (you?.muted_until ?? 0) - room.serverNow()
  if (mutedMs > 0) {
    const isMaybeNew = mutedMs <= (state?.chat?.newcomer_wait_s ?? 0) * 1000
    const format = isMaybeNew
      ? gettext("New members wait before they write. You can in {time}.")
      : gettext("You are muted for another {time}.")
    const text = interpolate(format, { time: formatLength(mutedMs / 1000) })
    return { text, ends: true }
  }
  const chat = state?.chat
  if (!chat || may(room.state, "remove")) return { text: "", ends: false }
  if (chat.enabled === false) return { text: gettext("The chat is off."), ends: false }
  if (!chat.slow_mode_s) return { text: "", ends: false }
  const waitMs = wroteMs + chat.slow_mode_s * 1000 - room.serverNow()
  const rule = interpolate(gettext("Slow mode: one message every {time}."), {
    time: formatLength(chat.slow_mode_s),
  })
  const next =
    waitMs > 0 ? interpolate(gettext("The next one in {time}."), { time: formatLength(waitMs / 1000) }) : ""
  return { text: [rule, next].filter(Boolean).join(" "), ends: waitMs > 0 }
}
