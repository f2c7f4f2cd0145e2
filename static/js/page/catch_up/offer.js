// @ts-check
/**
 * What a viewer who comes late may choose: to watch from the start, or to read what was written before. Until then it is
 * hidden, because it may give something away. A viewer who was catching up before a reload goes on with that.
 */

import { find } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { mayCatchUp, roughTime } from "../room/members.js"
import { showNotice, withdrawNotice } from "../ui/notices.js"
import { CatchUp } from "./catch_up.js"
import { takePlace } from "./place.js"

const OFFER_MS = 20_000

/** @typedef {import("../room/session.js").RoomSession} Room */

/** From the beginning, or from a later position. @param {Room} room */
export function start(room, fromS = 0) {
  if (!mayCatchUp(room)) return
  if (room.gate instanceof CatchUp) room.gate.end()
  new CatchUp(room, fromS)
}

/**
 * What was written before is hidden by the room's gate, except from the host.
 * @param {Room} room
 * @param {boolean} isLate false: the viewer was catching up before a reload
 */
export function offerCatchUp(room, isLate) {
  const place = takePlace(room)
  if (place !== null && mayCatchUp(room)) return start(room, place)
  const lift = coverRow(room)
  if (!isLate) return lift()
  showNotice({
    key: "from-start",
    text: interpolate(gettext("The room is {time} into this."), { time: roughTime(room.position()) }),
    rank: 1,
    lastsMs: OFFER_MS,
    act: { text: gettext("From the start"), run: () => start(room) },
  })
}

/** In place of the hidden comments: why they are, and a button. Returns what shows them. @param {Room} room */
function coverRow(room) {
  const cover = room.gate
  if (!cover) return () => {}
  const row = find(document, "chat-earlier")
  const lift = () => {
    if (room.gate === cover) room.gate = null
    room.emit("comments")
  }
  const stops = [
    room.on("comments", () => room.gate !== cover && stop()),
    room.on("load", lift), // what was written before is about other media
  ]
  const stop = () => {
    row.hidden = true
    withdrawNotice("from-start")
    for (const each of stops) each()
  }
  row.hidden = false
  find(row, "show-earlier").addEventListener("click", lift, { once: true })
  return lift
}
