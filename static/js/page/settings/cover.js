// @ts-check
/** The room's cover in its settings: shown, chosen and removed at once, without "Save". */

import { base64Of, smallImage } from "../lib/image_files.js"
import { csrfToken, fetchJson, request } from "../lib/api.js"
import { find, setText } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"
import { fillCovers } from "../ui/artwork.js"
import { refusalMessage } from "../ui/notices.js"

const MAX_SIDE_PX = 1280

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @param {HTMLElement} panel @param {Room} room */
export function mountCover(panel, room) {
  const field = find(panel, "cover-field")
  const file = /** @type {HTMLInputElement} */ (find(field, "cover-file"))
  find(field, "choose-cover").addEventListener("click", () => file.click())
  find(field, "remove-cover").addEventListener("click", () => void change(field, room, null))
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? []
    file.value = "" // the same file can be chosen again
    if (chosen) void change(field, room, chosen)
  })
  void show(field, room)
}

/** @param {HTMLElement} field @param {Room} room */
async function show(field, room) {
  const { cover } = await request(`/api/rooms/${room.boot.room_id}/about/`)
  const preview = find(field, "cover-preview")
  preview.dataset.cover = room.boot.room_id
  if (cover) preview.dataset.coverImage = cover
  else delete preview.dataset.coverImage
  preview.replaceChildren()
  fillCovers(/** @type {HTMLElement} */ (preview.parentElement))
  const mayChoose = room.boot.images === "yes"
  find(field, "choose-cover").hidden = !mayChoose
  find(field, "remove-cover").hidden = !cover
  field.hidden = !mayChoose && !cover
}

/** @param {HTMLElement} field @param {Room} room @param {File | null} file null removes the cover */
async function change(field, room, file) {
  const note = find(field, "cover-note")
  const address = `/api/rooms/${room.boot.room_id}/cover/`
  try {
    if (file) await fetchJson(address, "PUT", csrfToken() ?? "", { image: await encoded(file) })
    else await fetchJson(address, "DELETE", csrfToken() ?? "", {})
    setText(note, file ? gettext("Saved") : gettext("The cover is removed."))
    await show(field, room)
    const choose = find(field, "choose-cover")
    if (!file && !choose.hidden) choose.focus()
  } catch (refusal) {
    setText(note, refusalMessage(refusal))
  }
}

/** @param {File} file */
async function encoded(file) {
  try {
    return await base64Of(await smallImage(file, MAX_SIDE_PX))
  } catch {
    throw new Error(gettext("This image cannot be read."))
  }
}
