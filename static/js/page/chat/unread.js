// @ts-check
/** How much was said while you looked elsewhere: a number in the tab's title. */

import { all } from "../lib/dom.js"

/** @param {import("../room/types.js").Room} room */
export function mount(room) {
  const gone = new AbortController()
  let unread = 0
  const show = () => {
    const plain = document.title.replace(/^\(\d+\) /, "")
    document.title = unread ? `(${unread}) ${plain}` : plain
  }
  document.addEventListener(
    "visibilitychange",
    () => {
      if (document.hidden) return
      unread = 0
      show()
    },
    { signal: gone.signal },
  )
  return all(
    () => gone.abort(),
    room.on("new_comment", ({ payload }) => {
      if (!document.hidden || payload.is_system_message || payload.user_id === room.boot.you.user_id) return
      unread += 1
      show()
    }),
  )
}
