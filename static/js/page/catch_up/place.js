// @ts-check
/** Where the viewer of this tab is who catches up, kept over a reload. */

import { CATCHING_UP, swapInTab, tabItem } from "../lib/storage.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

/**
 * Keep the place whenever the page goes away.
 * @param {Room} room
 * @param {() => {url: string, positionS: number} | null} current
 * @returns {() => void} stops that
 */
export function keepPlace(room, current) {
  const keep = () => {
    const place = current()
    if (place) swapInTab(CATCHING_UP, JSON.stringify({ room: room.boot.room_id, ...place }))
  }
  window.addEventListener("pagehide", keep)
  return () => window.removeEventListener("pagehide", keep)
}

/**
 * The position that was kept, once; null if there is none, or the room plays other media.
 * @param {Room} room
 * @returns {number | null}
 */
export function takePlace(room) {
  try {
    const stored = JSON.parse(tabItem(CATCHING_UP) ?? "null")
    sessionStorage.removeItem(`watchium:${CATCHING_UP}`)
    const isHere = stored?.room === room.boot.room_id && stored.url === room.state.timeline?.media?.url
    return isHere && Number.isFinite(stored.positionS) ? stored.positionS : null
  } catch {
    return null
  }
}
