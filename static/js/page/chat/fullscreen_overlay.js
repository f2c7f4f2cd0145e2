// @ts-check
/** In fullscreen the last words stand over the picture for a while, then leave it alone. */

import { all, piece } from "../lib/dom.js"
import { renderMessage } from "./message.js"

const KEPT = 5
const SHOWN_MS = 9000

/** @param {import("../room/types.js").Room} room */
export function mount(room) {
  const strip = piece(document, "strip")
  const { user_id: userId, username } = room.boot.you
  return all(
    room.on("new_comment", ({ payload }) => {
      if (!document.fullscreenElement) return
      const line = renderMessage(payload, { userId, username, removable: false })
      line.querySelector(".message-tools")?.remove()
      strip.append(line)
      while (strip.childElementCount > KEPT) strip.firstElementChild?.remove()
      setTimeout(() => line.remove(), SHOWN_MS)
    }),
    room.on("comment_deleted", ({ payload }) =>
      strip.querySelector(`[data-id="${Number(payload.id)}"]`)?.remove(),
    ),
    () => strip.replaceChildren(),
  )
}
