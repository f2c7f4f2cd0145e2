// @ts-check
/** Who waits to join, for members who may let them in. Loaded in rooms that ask before somebody joins. */

import { may } from "../../core/room/rights.js"
import { request } from "../lib/api.js"
import { cloneTemplate, find, setText } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { showNotice, showRefusal } from "../ui/notices.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").WaitingPerson} WaitingPerson */

const CHANGES = ["state", "room_changed", "role_changed", "new_host"]

/** @param {HTMLElement} box @param {Room} room */
export function mount(box, room) {
  let lapses = 0
  const known = new Set()
  const show = (/** @type {WaitingPerson[]} */ waiting) => {
    clearTimeout(lapses)
    const shown = may(room.state, "remove") ? waiting : []
    announce(shown.filter(({ user_id }) => !known.has(user_id)))
    known.clear()
    for (const { user_id } of shown) known.add(user_id)
    box.replaceChildren(...shown.map((person) => createLine(person, room)))
    box.hidden = shown.length === 0
    const ends = Math.min(...shown.map(({ until }) => until))
    if (shown.length) lapses = setTimeout(() => void read(), Math.max(0, ends - room.serverNow()) + 500)
  }
  const read = async () => {
    const isAsked = room.state.room?.knock && may(room.state, "remove")
    const found = isAsked ? await request(`/api/rooms/${room.boot.room_id}/knocks/`).catch(() => null) : null
    show(found?.waiting ?? [])
  }
  room.on("knocks", ({ payload }) => show(payload.waiting))
  for (const type of CHANGES) room.on(type, () => void read())
  void read()
}

/** The list may be out of sight. @param {WaitingPerson[]} arrived */
function announce(arrived) {
  for (const { user_id, username } of arrived)
    showNotice({
      key: `knock-${user_id}`,
      text: interpolate(gettext("{name} would like to join."), { name: username }),
      lastsMs: 8000,
    })
}

/** @param {WaitingPerson} person @param {Room} room */
function createLine({ user_id, username }, room) {
  const line = cloneTemplate("knock")
  setText(find(line, "name"), username)
  line.addEventListener("click", ({ target }) => {
    if (!(target instanceof HTMLElement) || !target.dataset.on) return
    room.say("admit", { user_id, on: target.dataset.on === "true" }).catch(showRefusal)
  })
  return line
}
