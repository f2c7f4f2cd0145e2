// @ts-check
/** Playlists in the personal player: keep its queue, add the library's items of one, or play it in a new room. */

import { fetchJson, newId, request } from "../lib/api.js"
import { gettext } from "../lib/i18n.js"
import { slices } from "../lib/playlist_store.js"
import { mountPlaylists } from "../ui/playlists.js"

/** @typedef {import("./session.js").PlayerSession} PlayerSession */
/** @typedef {import("../lib/playlist_store.js").PlaylistItem} PlaylistItem */

/** @param {HTMLElement} dialog @param {PlayerSession} player @param {import("./commands.js").Commands} commands */
export function mountPlayerPlaylists(dialog, player, commands) {
  return mountPlaylists(dialog, {
    queue: () => keptQueue(player),
    use: (items) => addToPlayer(items, player, commands),
    playInRoom,
  })
}

/** @param {PlayerSession} player */
function keptQueue({ state, store }) {
  const found = state.entries.flatMap(({ item }) => store.items.get(item) ?? [])
  const durationS = found.reduce((sum, { duration }) => sum + (duration ?? NaN), 0)
  return {
    items: found.map(({ id, title }) => ({ item_id: id, title })),
    duration: Number.isFinite(durationS) ? durationS : null,
  }
}

/**
 * The player has the library only.
 * @param {PlaylistItem[]} items @param {PlayerSession} player @param {import("./commands.js").Commands} commands
 */
async function addToPlayer(items, player, commands) {
  const found = items.filter(({ item_id }) => item_id)
  if (!found.length) throw new Error(gettext("This playlist has only links. Play it in a room."))
  for (const slice of slices(found))
    commands.add(slice.map((item) => player.store.items.get(item.item_id ?? 0) ?? unknown(item)))
}

/** What is shown until the server has described it. @param {PlaylistItem} item @returns {import("../../core/protocol.js").Item} */
function unknown({ item_id: id = 0, title = "" }) {
  return /** @type {any} */ ({
    ...{ id, title, artist: "", album: "", album_id: "", duration: null, kind: "audio", mime: "" },
    ...{ url: `/media/library/${id}`, cover: null, missing: false, plays: "", why: "", playable: true },
  })
}

/** No room is left behind if the items are refused. @param {string} name @param {PlaylistItem[]} items */
export async function playInRoom(name, items) {
  const { room_id, url } = await request("/api/rooms/", { title: name })
  const room = `/api/rooms/${room_id}/`
  try {
    for (const slice of slices(items))
      await request(`${room}queue/`, { event_id: newId(), items: slice, skip_missing: true })
  } catch (refusal) {
    await fetchJson(room, "DELETE", "", {}).catch(() => {}) // the first reason counts
    throw refusal
  }
  location.assign(url)
}
