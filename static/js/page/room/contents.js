// @ts-check
/** Reads what is inside the film that the room plays, an item of the library or an upload: its chapters and captions. */

import { request } from "../lib/api.js"
import { after } from "../lib/timers.js"

const LIBRARY_PATH = /^\/media\/library\/(\d+)$/
const UPLOAD_PATH = /^\/media\/uploads\/([0-9a-f]{32})(?:\/|$)/
const FIRST_WAIT_MS = 3000
const LONGER = 1.5
const LONGEST_WAIT_MS = 60_000

/** @typedef {import("./session.js").RoomSession} RoomSession */

/**
 * Of an upload that is still arriving nothing is known: it is read again until it is whole, or no longer wanted.
 * @param {RoomSession} room
 * @param {() => boolean} isWanted
 */
export async function readContents(room, isWanted) {
  const address = contentsAddress(room)
  let waitMs = FIRST_WAIT_MS
  while (address && isWanted()) {
    const found = await request(address)
    if (found.whole !== false) return found
    await new Promise((resolve) => after(waitMs, () => resolve(null)))
    waitMs = Math.min(LONGER * waitMs, LONGEST_WAIT_MS)
  }
  return null
}

/** @param {RoomSession} room */
function contentsAddress({ state, boot }) {
  const media = state.timeline?.media
  const upload = UPLOAD_PATH.exec(media?.url ?? "")?.[1]
  if (upload) return `/api/rooms/${boot.room_id}/uploads/${upload}/contents/`
  const item = media?.item_id ?? LIBRARY_PATH.exec(media?.url ?? "")?.[1]
  return item ? `${boot.library_url}${item}/` : ""
}
