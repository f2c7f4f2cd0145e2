// @ts-check
/**
 * Playlists: those of the account, which the server keeps for all its devices, and those that this browser keeps.
 */

import { csrfToken, fetchJson, request } from "./api.js"
import { gettext } from "./i18n.js"
import { loadItem, saveItem } from "./storage.js"

const AT = "/api/playlists/"
const STORED = "playlists"
const MOST = 50
const SLICE_ITEMS = 100 // a command has so many items,
const SLICE_CHARS = 10_000 // and a frame 16 KB

/** @typedef {{media_url?: string, item_id?: number, title?: string, mime?: string}} PlaylistItem as `queue_add` takes it */
/** @typedef {{id: number | null, name: string, count: number, duration: number | null}} Playlist `id` null: kept by this browser */
/** @typedef {{items: PlaylistItem[], duration: number | null}} Kept */
/** @typedef {Record<string, Kept>} KeptHere by name */

/** @returns {Promise<{kept: boolean, playlists: Playlist[]}>} `kept`: by the server */
export async function allPlaylists() {
  const { kept, playlists } = await request(AT).catch(() => ({ kept: false, playlists: [] }))
  const here = Object.entries(keptHere()).map(([name, { items, duration }]) => ({
    id: null,
    name,
    count: items.length,
    duration,
  }))
  const byName = (/** @type {Playlist} */ a, /** @type {Playlist} */ b) => a.name.localeCompare(b.name)
  return { kept, playlists: [...playlists, ...here].sort(byName) }
}

/**
 * Keep a queue under a name; one of the same name is replaced.
 * @param {{name: string, room_id?: string}} playlist of the room's queue, or of this device's player
 * @param {Kept} queue
 * @param {boolean} byServer
 */
export async function keep(playlist, queue, byServer) {
  if (byServer) return void (await request(AT, playlist))
  if (!queue.items.length) throw new Error(gettext("There is nothing in this queue to keep."))
  // Not by assignment: a name may be "__proto__".
  const here = Object.fromEntries([...Object.entries(keptHere()), [playlist.name, queue]])
  if (Object.keys(here).length > MOST)
    throw new Error(gettext("This browser keeps 50 playlists. Delete one first."))
  saveItem(STORED, here)
}

/** @param {Playlist} playlist @returns {Promise<PlaylistItem[]>} */
export async function itemsOf({ id, name }) {
  return id === null ? (keptHere()[name]?.items ?? []) : (await request(`${AT}${id}/`)).items
}

/** @param {Playlist} playlist */
export async function discard({ id, name }) {
  if (id !== null) return void (await fetchJson(`${AT}${id}/`, "DELETE", csrfToken() ?? "", {}))
  const { [name]: _, ...others } = keptHere()
  saveItem(STORED, others)
}

/**
 * Parts that a command can carry each.
 * @template T
 * @param {T[]} items
 * @returns {T[][]}
 */
export function slices(items) {
  /** @type {T[][]} */
  const parts = []
  let chars = Infinity
  for (const item of items) {
    const length = JSON.stringify(item).length
    if (chars + length > SLICE_CHARS || (parts.at(-1)?.length ?? 0) >= SLICE_ITEMS) {
      parts.push([])
      chars = 0
    }
    parts.at(-1)?.push(item)
    chars += length
  }
  return parts
}

/** What is stored may be of another version, or changed by hand. @returns {KeptHere} */
function keptHere() {
  const stored = loadItem(STORED, {})
  const isKept = ([, kept] = ["", /** @type {any} */ (null)]) => Array.isArray(kept?.items)
  return Object.fromEntries(Object.entries(stored ?? {}).filter(isKept))
}
