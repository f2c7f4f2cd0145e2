// @ts-check
/** The host brings a file: the room then plays from everyone's own copy of it, or from the server's for who has none. */

import { request } from "../lib/api.js"
import { find } from "../lib/dom.js"
import { formatTime, gettext, interpolate } from "../lib/i18n.js"
import { refusalMessage, withdrawNotice } from "../ui/notices.js"
import { pickFile, readLocalFile, release } from "../lib/local_file.js"
import { ownCopiesOf } from "./own_copy.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../lib/local_file.js").LocalFile} LocalFile */
/** @typedef {{id: number, title: string, same: boolean}} Match an item of the library that may be the same film */

/** The form whose file is shown. @type {{local: LocalFile, submitted: AbortController} | null} */
let shown = null

/**
 * Choose a file and show the form. To be called within a gesture.
 * @param {HTMLDialogElement} dialog
 * @param {Room} room
 * @param {string} title may be empty
 */
export async function bringFile(dialog, room, title) {
  const file = await pickFile()
  if (!file) return
  const problem = find(dialog, "device-problem")
  problem.hidden = true
  try {
    showForm(dialog, room, await readLocalFile(file), title)
  } catch (error) {
    problem.textContent = refusalMessage(error)
    problem.hidden = false
  }
}

/** @param {HTMLDialogElement} dialog @param {Room} room @param {LocalFile} local @param {string} title */
function showForm(dialog, room, local, title) {
  discard()
  const submitted = new AbortController()
  shown = { local, submitted }
  const form = /** @type {HTMLFormElement} */ (find(dialog, "bring-form"))
  const input = /** @type {HTMLInputElement} */ (find(form, "bring-title"))
  find(form, "bring-file").textContent = `${local.file.name} · ${formatTime(local.duration)}`
  const warning = find(form, "bring-warning")
  warning.hidden = local.opens
  warning.textContent = gettext("Your browser cannot play this file. Browsers of others may.")
  input.value = title
  form.hidden = false
  input.focus()
  const { signal } = submitted
  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault()
      void load(dialog, room, local, form)
    },
    { signal },
  )
  dialog.addEventListener("close", discard, { signal })
  void offerMatches(form, room, local, signal)
}

/** The person chose another file, or closed the dialog. */
function discard() {
  if (shown) release(shown.local)
  hideForm()
}

function hideForm() {
  shown?.submitted.abort()
  shown = null
  for (const form of document.querySelectorAll("[data-bring-form]"))
    /** @type {HTMLElement} */ (form).hidden = true
}

/**
 * Offer items of the server's library that may be the same film, for people without a copy.
 * @param {HTMLElement} form
 * @param {Room} room
 * @param {LocalFile} local
 * @param {AbortSignal} signal
 */
async function offerMatches(form, room, { size, sha256, duration }, signal) {
  const box = find(form, "bring-server")
  const select = /** @type {HTMLSelectElement} */ (find(form, "bring-item"))
  box.hidden = true
  select.length = 1
  const address = `/api/rooms/${room.boot.room_id}/own/matches/`
  const found = await request(address, { size, sha256, duration }).catch(() => null)
  if (signal.aborted || !found?.matches.length) return
  for (const match of /** @type {Match[]} */ (found.matches)) select.add(optionFor(match))
  box.hidden = false
}

/** The same file is chosen already. @param {Match} match */
function optionFor({ id, title, same }) {
  const format = same ? gettext("plays the server's copy") : gettext("plays “{title}” of the server")
  return new Option(interpolate(format, { title }), String(id), same, same)
}

/** @param {HTMLDialogElement} dialog @param {Room} room @param {LocalFile} local @param {HTMLFormElement} form */
async function load(dialog, room, local, form) {
  const problem = find(dialog, "device-problem")
  problem.hidden = true
  const title = /** @type {HTMLInputElement} */ (find(form, "bring-title")).value.trim()
  const item = Number(/** @type {HTMLSelectElement} */ (find(form, "bring-item")).value)
  const { size, sha256, duration, kind } = local
  const own = { size, sha256, duration, kind, ...(title ? { title } : {}) }
  ownCopiesOf(room).expect(local)
  try {
    await room.say("load", item ? { own, item_id: item } : { own })
    hideForm() // the file belongs to the player now
    dialog.close()
  } catch (refusal) {
    withdrawNotice("refused")
    problem.textContent = refusalMessage(refusal)
    problem.hidden = false
  }
}
