// @ts-check
/** On a member's card: which rights the member has. A change is sent at once, and becomes an exception to the room's levels. */

import { allows, levelsOf } from "../../core/room/rights.js"
import { rightNames } from "../room/right_names.js"
import { showRefusal } from "../ui/notices.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/room/rights.js").Right} Right */

/** @param {HTMLElement} box @param {Room} room @returns {(userId: string) => void} shows the rights of a member */
export function mountMemberRights(box, room) {
  let shownId = ""
  const fields = rightNames().map(([right, name]) => createField(right, name))
  box.replaceChildren(...fields.map((field) => field.closest("label") ?? field))
  box.addEventListener("change", ({ target }) => {
    const { name: right, checked: allowed } = /** @type {HTMLInputElement} */ (target)
    room.say("set_right", { user_id: shownId, right, allowed }).catch((refusal) => {
      showRefusal(refusal)
      show(shownId)
    })
  })
  const show = (/** @type {string} */ userId) => {
    shownId = userId
    const member = room.state.members.get(userId)
    if (!member || !room.state.room) return
    const levels = levelsOf(room.state.room)
    const isOwner = room.state.room.owner_id === userId
    for (const field of fields) {
      const right = /** @type {Right} */ (field.name)
      field.checked = allows(levels, { ...member, is_owner: isOwner }, right)
      field.disabled = isOwner && right === "settings"
    }
  }
  return show
}

/** @param {string} right @param {string} name */
function createField(right, name) {
  const label = document.createElement("label")
  label.className = "check"
  const field = document.createElement("input")
  field.type = "checkbox"
  field.name = right
  const text = document.createElement("span")
  text.textContent = name
  label.append(field, text)
  return field
}
