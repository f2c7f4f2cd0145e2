// @ts-check
/** What the section Room of the settings changes at once, without "Save": the cover, and whose room it is. */

import { isHost } from "../../core/room/rights.js"
import { request } from "../lib/api.js"
import { find, setText } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"
import { refusalMessage } from "../ui/notices.js"
import { mountCover } from "./cover.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

const ACCOUNT = "u_" // how the user_id of an account begins

/** @param {HTMLElement} panel @param {Room} room */
export function mount(panel, room) {
  mountCover(panel, room)
  const field = find(panel, "claim")
  const button = /** @type {HTMLButtonElement} */ (find(field, "claim-room"))
  const note = find(field, "claim-note")
  const show = () => {
    const { state } = room
    const isOffered = state.room?.owner_id === null && isHost(state) && state.you?.user_id.startsWith(ACCOUNT)
    if (isOffered) field.hidden = button.disabled = false
    else if (!button.disabled) field.hidden = true
  }
  button.addEventListener("click", async () => {
    button.disabled = true // also for good: then the note says why
    try {
      await request(`/api/rooms/${room.boot.room_id}/owner/`, {})
      setText(note, gettext("This room is yours now. You can always become host again."))
    } catch (refusal) {
      setText(note, refusalMessage(/** @type {any} */ (refusal)))
      button.disabled = false
    }
  })
  for (const type of ["state", "new_host", "room_changed"]) room.on(type, show)
  show()
}
