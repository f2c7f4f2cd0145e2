// @ts-check
/** The dialog of playlists, in a room and in the player: keep the queue under a name, and use what was kept. */

import { cloneTemplate, find, loadStyle, openDialog, setText } from "../lib/dom.js"
import { formatTime, gettext, interpolate, ngettext } from "../lib/i18n.js"
import { allPlaylists, discard, itemsOf, keep } from "../lib/playlist_store.js"
import { refusalMessage } from "./notices.js"

/** @typedef {import("../lib/playlist_store.js").Playlist} Playlist */
/** @typedef {import("../lib/playlist_store.js").PlaylistItem} PlaylistItem */
/**
 * @typedef {object} Place where the dialog is
 * @property {string} [roomId]
 * @property {() => import("../lib/playlist_store.js").Kept} queue what plays there now
 * @property {(items: PlaylistItem[]) => Promise<void>} use
 * @property {(name: string, items: PlaylistItem[]) => Promise<void>} [playInRoom]
 */

/**
 * @param {HTMLElement} dialog
 * @param {Place} place
 * @returns {() => void} opens it
 */
export function mountPlaylists(dialog, place) {
  const form = /** @type {HTMLFormElement} */ (find(dialog, "keep-queue"))
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("name"))
  let byServer = false
  const show = async () => {
    const found = await allPlaylists()
    byServer = found.kept
    find(dialog, "kept-here").hidden = byServer
    find(dialog, "no-playlists").hidden = found.playlists.length > 0
    find(dialog, "playlist-list").replaceChildren(...found.playlists.map((each) => createLine(each)))
  }
  /** Run an action of a button; why it failed is shown in the dialog. @param {() => Promise<string>} action */
  const run = async (action) => {
    const problem = find(dialog, "playlist-problem")
    problem.hidden = true
    try {
      setText(find(dialog, "playlist-done"), await action())
    } catch (refusal) {
      setText(problem, refusalMessage(refusal))
      problem.hidden = false
    }
  }
  const createLine = (/** @type {Playlist} */ playlist) => {
    const line = cloneTemplate("playlist-line")
    const { name } = playlist
    setText(find(line, "name"), name)
    setText(find(line, "about"), about(playlist))
    const press = (/** @type {string} */ button, /** @type {() => Promise<string>} */ action) =>
      find(line, button).addEventListener("click", () => void run(action))
    press("use", async () => {
      await place.use(await itemsOf(playlist))
      return interpolate(gettext("Added to the queue: {title}"), { title: name })
    })
    press("in-room", async () => {
      await place.playInRoom?.(name, await itemsOf(playlist))
      return ""
    })
    press("delete", async () => {
      await discard(playlist)
      await show()
      field.focus()
      return interpolate(gettext("Deleted: {title}"), { title: name })
    })
    find(line, "in-room").hidden = !place.playInRoom
    find(line, "delete").setAttribute("aria-label", interpolate(gettext("Delete {title}"), { title: name }))
    for (const button of ["use", "in-room"]) find(line, button).setAttribute("aria-description", name)
    return line
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const name = field.value.trim()
    if (!name) return
    void run(async () => {
      await keep(place.roomId ? { name, room_id: place.roomId } : { name }, place.queue(), byServer)
      form.reset()
      await show()
      return interpolate(gettext("Kept: {title}"), { title: name })
    })
  })
  return () => {
    find(dialog, "playlist-problem").hidden = true
    loadStyle(dialog.dataset.style, () => openDialog("playlists"))
    void show()
  }
}

/** @param {Playlist} playlist */
function about({ id, count, duration }) {
  const entries = interpolate(ngettext("{count} entry", "{count} entries", count), { count })
  const parts = [entries, duration ? formatTime(duration) : "", id === null ? gettext("in this browser") : ""]
  return parts.filter(Boolean).join(" · ")
}
