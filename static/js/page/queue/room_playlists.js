// @ts-check
/** Playlists in a room: keep its queue, and add what was kept. */

import { slices } from "../lib/playlist_store.js"
import { mountPlaylists } from "../ui/playlists.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").RoomQueueEntry} Entry */

/** @param {Room} room @returns {() => void} opens the dialog */
export function mountRoomPlaylists(room) {
  const dialog = /** @type {HTMLElement} */ (document.querySelector("[data-playlists]"))
  return mountPlaylists(dialog, {
    roomId: room.boot.room_id,
    queue: () => keptQueue(room.state.queue?.entries ?? []),
    use: async (items) => {
      for (const slice of slices(items)) await room.say("queue_add", { items: slice, skip_missing: true })
    },
  })
}

/** Own copies are left out: others cannot open them. @param {Entry[]} entries */
function keptQueue(entries) {
  const kept = entries.filter(({ media }) => media.source !== "own")
  const durationS = kept.reduce((sum, { duration }) => sum + (duration ?? NaN), 0)
  const items = kept.map(({ media: { url, item_id, title, mime } }) =>
    item_id ? { item_id, title } : { media_url: url, ...(title ? { title } : {}), ...(mime ? { mime } : {}) },
  )
  return { items, duration: Number.isFinite(durationS) ? durationS : null }
}
