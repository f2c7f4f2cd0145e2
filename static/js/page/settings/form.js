// @ts-check
/** The settings of the room that are saved together, in several sections of the dialog. */

import { may } from "../../core/room/rights.js"
import { fetchJson, request } from "../lib/api.js"
import { disposeAll, find, setText } from "../lib/dom.js"
import { refusalMessage } from "../ui/notices.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

const SAVED_MS = 2500
const SWITCHES = ["sync_enabled", "countdown", "keep_evenings", "knock"]
const NUMBER_FIELDS = ["sync_tolerance_ms", "stall_wait_s", "seat_hold_s", "capacity"]

/**
 * @param {HTMLElement} dialog
 * @param {Room} room
 */
export function mountForm(dialog, room) {
  const controller = new AbortController()
  const { signal } = controller
  const form = /** @type {HTMLFormElement} */ (find(dialog, "form"))
  /** @type {{description?: string, slug?: string | null}} */
  let about = {}
  const show = () => {
    showSettings(form, room)
    if (!("touched" in form.dataset)) showAbout(form, about)
  }
  readAbout(dialog, form, room)
    .then((found) => {
      about = found
      show()
    })
    .catch(() => {}) // the fields stay empty, and what is empty is not sent
  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault()
      void save(form, room, about)
    },
    { signal },
  )
  const clearError = () => {
    find(form, "problem").hidden = true
  }
  form.addEventListener(
    "input",
    () => {
      form.dataset.touched = ""
      clearError()
      showDependent(form)
    },
    { signal },
  )
  dialog.addEventListener(
    "close",
    () => {
      delete form.dataset.touched
      clearError()
      fieldOf(form, "passphrase").value = ""
      show()
    },
    { signal },
  )
  show()
  return disposeAll(
    () => controller.abort(),
    ...["state", "room_changed", "new_host"].map((type) => room.on(type, show)),
  )
}

/** @param {HTMLFormElement} form @param {Room} room */
function showSettings(form, room) {
  const settings = room.state?.room
  if (!settings) return
  if ("touched" in form.dataset) return
  fieldOf(form, "title").value = settings.title
  fieldOf(form, "visibility").value = settings.visibility
  for (const name of SWITCHES)
    fieldOf(form, name).checked = Boolean(/** @type {Record<string, any>} */ (settings)[name])
  fieldOf(form, "premiere").value = fieldOf(form, "premiere").dataset.shown = comingTime(settings.premiere_at)
  fieldOf(form, "stall_policy").value = settings.stall_policy ?? ""
  for (const name of NUMBER_FIELDS)
    fieldOf(form, name).value = String(/** @type {Record<string, any>} */ (settings)[name] ?? "")
  showDependent(form)
}

/**
 * The description is part of no state that is sent to each member.
 * @param {HTMLElement} dialog @param {HTMLFormElement} form @param {Room} room
 */
async function readAbout(dialog, form, room) {
  const about = await request(`/api/rooms/${room.boot.room_id}/about/`)
  const text = find(dialog, "description")
  setText(text, about.description)
  text.hidden = !about.description || may(room.state, "settings")
  showField(form, "slug", "slug", about.may_have_slug)
  find(dialog, "favourite").setAttribute("aria-pressed", String(about.favourite))
  return { description: about.description, slug: about.slug ?? "" }
}

/** @param {HTMLFormElement} form @param {{description?: string, slug?: string | null}} about */
function showAbout(form, { description = "", slug }) {
  fieldOf(form, "description").value = description
  fieldOf(form, "slug").value = slug ?? ""
}

/** The value of the field, in the user's time zone: empty if it is past. @param {number | null | undefined} atMs */
function comingTime(atMs) {
  if (!atMs || atMs <= Date.now()) return ""
  return new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** Show the fields that apply to the values of other fields. @param {HTMLFormElement} form */
function showDependent(form) {
  const isSynced = fieldOf(form, "sync_enabled").checked
  showField(form, "passphrase", "passphrase", fieldOf(form, "visibility").value === "private")
  showField(form, "tolerance", "sync_tolerance_ms", isSynced)
  showField(form, "stalls", "stall_policy", isSynced)
  showField(form, "stall-wait", "stall_wait_s", isSynced && fieldOf(form, "stall_policy").value === "wait")
}

/**
 * A hidden field is disabled, so that its value is not sent and does not block submission.
 * @param {HTMLFormElement} form
 * @param {string} row
 * @param {string} name
 * @param {boolean} shown
 */
function showField(form, row, name, shown) {
  find(form, row).hidden = !shown
  fieldOf(form, name).disabled = !shown
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function fieldOf(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name))
}

/**
 * @param {HTMLFormElement} form
 * @param {Room} room
 * @param {{description?: string, slug?: string | null}} about is updated
 */
async function save(form, room, about) {
  const {
    csrfmiddlewaretoken: token,
    passphrase,
    premiere,
    ...rest
  } = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)))
  const numbers = NUMBER_FIELDS.filter((name) => name in rest).map((name) => [
    name,
    rest[name] === "" ? null : Number(rest[name]),
  ])
  const switches = SWITCHES.map((name) => [name, fieldOf(form, name).checked])
  const changes = changedFields({ ...rest, ...Object.fromEntries([...switches, ...numbers]) }, room, about)
  if (premiere !== fieldOf(form, "premiere").dataset.shown)
    changes.premiere_at = premiere ? new Date(premiere).getTime() : null
  if (rest.visibility === "private" && passphrase) changes.passphrase = passphrase
  const problem = find(form, "problem")
  problem.hidden = true
  try {
    if (changes.slug === "") changes.slug = null
    await fetchJson(`/api/rooms/${room.boot.room_id}/`, "PATCH", token, changes)
    for (const name of ["description", "slug"])
      if (name in changes) Object.assign(about, { [name]: rest[name] })
    delete form.dataset.touched
    fieldOf(form, "passphrase").value = ""
    find(form, "saved").hidden = false
    setTimeout(() => (find(form, "saved").hidden = true), SAVED_MS)
  } catch (refusal) {
    setText(problem, refusalMessage(refusal))
    problem.hidden = false
  }
}

/**
 * Only the changed fields: the room announces each saved setting to all members.
 * @param {Record<string, string | number | boolean>} fields
 * @param {Room} room
 * @param {object} about
 * @returns {Record<string, string | number | boolean | null>}
 */
function changedFields(fields, room, about) {
  const current = /** @type {Record<string, unknown>} */ ({
    description: "",
    slug: "",
    ...room.state?.room,
    ...about,
  })
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => current[name] !== value))
}
