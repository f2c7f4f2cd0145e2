// @ts-check
/** The section "Chat": its rules, for the host and moderators, and who is named in it. A change is sent at once. */

import { may } from "../../core/room/rights.js"
import { csrfToken, fetchJson, request } from "../lib/api.js"
import { disposeAll, find, setText } from "../lib/dom.js"
import { refusalMessage } from "../ui/notices.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

const SAVED_MS = 2500

/** @param {HTMLElement} panel @param {Room} room */
export function mount(panel, room) {
  const controller = new AbortController()
  const { signal } = controller
  const fields = {
    notices: /** @type {HTMLInputElement} */ (find(panel, "notices-in-chat")),
    enabled: /** @type {HTMLInputElement} */ (find(panel, "chat-enabled")),
    links: /** @type {HTMLInputElement} */ (find(panel, "chat-links")),
    slow: /** @type {HTMLSelectElement} */ (find(panel, "slow-mode")),
    newcomers: /** @type {HTMLSelectElement} */ (find(panel, "newcomer-wait")),
    words: /** @type {HTMLTextAreaElement} */ (find(panel, "filter")),
  }
  const show = () => {
    const { room: state } = room.state
    if (!state) return
    find(panel, "rules").hidden = !may(room.state, "remove")
    find(panel, "naming").hidden = !may(room.state, "settings")
    fields.notices.checked = Boolean(state.notices_in_chat)
    fields.enabled.checked = state.chat?.enabled ?? true
    fields.links.checked = state.chat?.links ?? true
    showSeconds(fields.slow, state.chat?.slow_mode_s ?? 0)
    showSeconds(fields.newcomers, state.chat?.newcomer_wait_s ?? 0)
  }
  const send = async (/** @type {() => Promise<unknown>} */ change) => {
    const [problem, saved] = [find(panel, "problem"), find(panel, "saved")]
    problem.hidden = true
    try {
      await change()
      saved.hidden = false
      setTimeout(() => (saved.hidden = true), SAVED_MS)
    } catch (refusal) {
      setText(problem, refusalMessage(refusal))
      problem.hidden = false
      show()
    }
  }
  const setChat = (/** @type {object} */ rules) => send(() => room.say("set_chat", rules))
  const readWords = async () => {
    if (!may(room.state, "remove")) return
    const { filter } = await request(`/api/rooms/${room.boot.room_id}/moderation/`)
    if (document.activeElement !== fields.words) fields.words.value = filter.join("\n")
  }
  fields.enabled.addEventListener("change", () => setChat({ enabled: fields.enabled.checked }), { signal })
  fields.links.addEventListener("change", () => setChat({ links: fields.links.checked }), { signal })
  fields.slow.addEventListener("change", () => setChat({ slow_mode_s: Number(fields.slow.value) }), {
    signal,
  })
  fields.newcomers.addEventListener(
    "change",
    () => setChat({ newcomer_wait_s: Number(fields.newcomers.value) }),
    { signal },
  )
  fields.words.addEventListener("change", () => setChat({ filter: wordsIn(fields.words.value) }), { signal })
  fields.notices.addEventListener(
    "change",
    () => {
      const changes = { notices_in_chat: fields.notices.checked }
      void send(() => fetchJson(`/api/rooms/${room.boot.room_id}/`, "PATCH", csrfToken() ?? "", changes))
    },
    { signal },
  )
  show()
  readWords().catch(() => {}) // the next opening of the dialog reads them
  return disposeAll(
    () => controller.abort(),
    ...["state", "room_changed", "role_changed"].map((type) => room.on(type, show)),
  )
}

/** One entry a line. @param {string} text */
function wordsIn(text) {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
}

/** A value that was set over the API is offered too. @param {HTMLSelectElement} select @param {number} seconds */
function showSeconds(select, seconds) {
  const value = String(seconds)
  if (![...select.options].some((option) => option.value === value))
    select.append(new Option(`${seconds} s`, value))
  select.value = value
}
