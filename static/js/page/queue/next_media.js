// @ts-check
/** What plays after the present media, and when. Pure. */

import { followingEntry } from "../../core/room/queue_store.js"
import { instantOf } from "../../core/sync/timeline.js"
import { shownTitle } from "../lib/i18n.js"

/** @typedef {import("../../core/protocol.js").TimelineState} TimelineState */
/** @typedef {import("../../core/protocol.js").Media} Media */

/**
 * The media that play when the present ones end, if they end within `withinMs`.
 * @param {{queue: import("../../core/protocol.js").QueueState | null}} state of the room
 * @param {TimelineState | null} followed by this player
 * @param {number} serverMs
 * @param {number} withinMs
 * @returns {{media: Media, endMs: number} | null}
 */
export function nextMedia({ queue }, followed, serverMs, withinMs) {
  if (!queue || !followed?.is_playing || !followed.duration) return null
  const endMs = instantOf(followed, followed.duration)
  if (endMs <= serverMs || endMs - serverMs > withinMs) return null
  const next = followingEntry(queue)
  return next && next.id !== queue.current ? { media: next.media, endMs } : null
}

/** @param {Media} media */
export function titleOf({ title, url }) {
  return shownTitle(title) || url
}
