// @ts-check
/**
 * One line at a time on the stage's lower edge: what happens in the room, and what you can do about it. Never
 * modal.
 */

import { watchRoom } from "./room_notices.js"
import { all } from "../lib/dom.js"
import { onNotice } from "../ui/notify.js"
import { Stack } from "../ui/notice_stack.js"

const TICK_MS = 500

/**
 * @param {HTMLElement} shelf
 * @param {import("./types.js").Room} room
 */
export function mount(shelf, room) {
  const gone = new AbortController()
  const stack = new Stack(shelf, () => room.serverNow())
  onNotice(
    (notice) => stack.put(notice),
    (key) => stack.drop(key),
    gone.signal,
  )
  const ticking = setInterval(() => stack.tick(), TICK_MS)
  const ending = room.on("connection", ({ status }) => {
    if (status === "closed") stack.close()
  })
  return all(
    () => gone.abort(),
    () => clearInterval(ticking),
    watchRoom(room, stack),
    ending,
  )
}
