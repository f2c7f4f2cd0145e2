// @ts-check
/** The room's settings, leaving the room, and closing it for everyone. */

import { isHost, may } from "../../core/room/rights.js"
import { fetchJson } from "../lib/api.js"
import { disposeAll, find, setText } from "../lib/dom.js"
import { refusalMessage, showRefusal } from "../ui/notices.js"

/** @typedef {import("./session.js").RoomSession} Room */

const SAVED_MS = 2500
const SWITCHES = ["sync_enabled", "notices_in_chat", "countdown", "keep_evenings"]
const NUMBER_FIELDS = ["sync_tolerance_ms", "stall_wait_s"]

/**
 * @param {HTMLElement} dialog
 * @param {Room} room
 */
export function mount(dialog, room) {
  const controller = new AbortController()
  const { signal } = controller
  const form = /** @type {HTMLFormElement} */ (find(dialog, "form"))
  const show = () => showSettings(dialog, form, room)
  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault()
      save(form, room)
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
  find(dialog, "leave").addEventListener("click", () => leave(find(dialog, "leave"), room), { signal })
  show()
  const focused = document.getElementById(dialog.dataset.focus ?? "")
  delete dialog.dataset.focus
  focused?.focus()
  return disposeAll(
    () => controller.abort(),
    mountCloseRoom(dialog, room),
    ...["state", "room_changed", "new_host"].map((type) => room.on(type, show)),
  )
}

/**
 * @param {HTMLElement} dialog
 * @param {HTMLFormElement} form
 * @param {Room} room
 */
function showSettings(dialog, form, room) {
  const settings = room.state?.room
  if (!settings) return
  const mayEdit = may(room.state, "settings")
  form.hidden = !mayEdit
  find(dialog, "not-yours").hidden = mayEdit
  if ("touched" in form.dataset) return
  fieldOf(form, "title").value = settings.title
  fieldOf(form, "visibility").value = settings.visibility
  fieldOf(form, "control_policy").value = settings.control_policy
  for (const name of SWITCHES)
    fieldOf(form, name).checked = Boolean(/** @type {Record<string, any>} */ (settings)[name])
  fieldOf(form, "premiere").value = fieldOf(form, "premiere").dataset.shown = comingTime(settings.premiere_at)
  fieldOf(form, "sync_tolerance_ms").value = String(settings.sync_tolerance_ms)
  fieldOf(form, "stall_policy").value = settings.stall_policy ?? ""
  fieldOf(form, "stall_wait_s").value = String(settings.stall_wait_s)
  showDependent(form)
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
 */
async function save(form, room) {
  const {
    csrfmiddlewaretoken: token,
    passphrase,
    premiere,
    ...rest
  } = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)))
  const numbers = NUMBER_FIELDS.filter((name) => name in rest).map((name) => [name, Number(rest[name])])
  const switches = SWITCHES.map((name) => [name, fieldOf(form, name).checked])
  const changes = changedFields({ ...rest, ...Object.fromEntries([...switches, ...numbers]) }, room)
  if (premiere !== fieldOf(form, "premiere").dataset.shown)
    changes.premiere_at = premiere ? new Date(premiere).getTime() : null
  if (rest.visibility === "private" && passphrase) changes.passphrase = passphrase
  const problem = find(form, "problem")
  problem.hidden = true
  try {
    await fetchJson(`/api/rooms/${room.boot.room_id}/`, "PATCH", token, changes)
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
 * @returns {Record<string, string | number | boolean | null>}
 */
function changedFields(fields, room) {
  const current = /** @type {Record<string, unknown>} */ ({ ...room.state?.room })
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => current[name] !== value))
}

/**
 * @param {HTMLElement} button
 * @param {Room} room
 */
async function leave(button, room) {
  try {
    await fetchJson(`/api/rooms/${room.boot.room_id}/leave/`, "POST", button.dataset.csrf ?? "", {})
    location.assign("/")
  } catch (refusal) {
    showRefusal(refusal)
  }
}

/** Close the room for everyone, after a confirmation. @param {HTMLElement} dialog @param {Room} room */
export function mountCloseRoom(dialog, room) {
  const controller = new AbortController()
  const { signal } = controller
  const [close, confirmation, confirm] = ["end", "end-sure", "end-now"].map((name) => find(dialog, name))
  const show = () => {
    close.hidden = !(isHost(room.state) || room.state?.you?.is_owner)
  }
  const showConfirmation = (/** @type {boolean} */ shown) => {
    confirmation.hidden = !shown
    close.setAttribute("aria-expanded", String(shown))
  }
  close.addEventListener(
    "click",
    () => {
      showConfirmation(true)
      confirm.focus()
    },
    { signal },
  )
  find(dialog, "end-not").addEventListener(
    "click",
    () => {
      showConfirmation(false)
      close.focus()
    },
    { signal },
  )
  dialog.addEventListener("close", () => showConfirmation(false), { signal })
  show()
  confirm.addEventListener(
    "click",
    () => {
      showConfirmation(false)
      fetchJson(`/api/rooms/${room.boot.room_id}/`, "DELETE", confirm.dataset.csrf ?? "", {}).catch(
        showRefusal,
      )
    },
    { signal },
  )
  return disposeAll(
    () => controller.abort(),
    ...["state", "new_host", "room_changed"].map((type) => room.on(type, show)),
  )
}
