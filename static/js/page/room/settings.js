// @ts-check
/** The room's title, who finds it, who controls it; and the way out. */

import { ask } from "../lib/api.js"
import { isHost } from "./permissions.js"
import { mount as mountDialogs } from "../ui/dialogs.js"
import { mount as mountEnding } from "./close_room.js"
import { all, piece, write } from "../lib/dom.js"
import { announceRefusal, wordsOf } from "../ui/notify.js"

const SAVED_MS = 2500
const NUMBERS = ["sync_tolerance_ms", "stall_wait_s"]

/**
 * @param {HTMLElement} dialog
 * @param {import("./types.js").Room} room
 */
export function mount(dialog, room) {
  const gone = new AbortController()
  const { signal } = gone
  const form = /** @type {HTMLFormElement} */ (piece(dialog, "form"))
  const show = () => showSettings(dialog, form, room)
  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault()
      save(form, room)
    },
    { signal },
  )
  const forgive = () => {
    piece(form, "problem").hidden = true
  }
  form.addEventListener(
    "input",
    () => {
      form.dataset.touched = ""
      forgive()
      showDependent(form)
    },
    { signal },
  )
  dialog.addEventListener(
    "close",
    () => {
      delete form.dataset.touched
      forgive()
      field(form, "passphrase").value = ""
      show()
    },
    { signal },
  )
  piece(dialog, "leave").addEventListener("click", () => leave(piece(dialog, "leave"), room), { signal })
  show()
  return all(
    () => gone.abort(),
    mountDialogs(document.body),
    mountEnding(dialog, room),
    ...["state", "room_changed", "new_host"].map((type) => room.on(type, show)),
  )
}

/**
 * @param {HTMLElement} dialog
 * @param {HTMLFormElement} form
 * @param {import("./types.js").Room} room
 */
function showSettings(dialog, form, room) {
  const facts = room.state?.room
  if (!facts) return
  const yours = isHost(room.state) || Boolean(room.state?.you?.is_owner)
  form.hidden = !yours
  piece(dialog, "not-yours").hidden = yours
  showTitle(facts.title)
  if ("touched" in form.dataset) return
  field(form, "title").value = facts.title
  field(form, "visibility").value = facts.visibility
  field(form, "control_policy").value = facts.control_policy
  field(form, "sync_enabled").checked = facts.sync_enabled
  field(form, "sync_tolerance_ms").value = String(facts.sync_tolerance_ms)
  field(form, "stall_policy").value = facts.stall_policy
  field(form, "stall_wait_s").value = String(facts.stall_wait_s)
  showDependent(form)
}

/** @param {string} title */
function showTitle(title) {
  const heading = document.querySelector("[data-room-title]")
  if (!heading || heading.textContent === title) return
  document.title = document.title.replace(heading.textContent ?? "", title)
  write(heading, title)
}

/** Fields that mean something only beside the value of another. @param {HTMLFormElement} form */
function showDependent(form) {
  const kept = field(form, "sync_enabled").checked
  showField(form, "passphrase", "passphrase", field(form, "visibility").value === "private")
  showField(form, "tolerance", "sync_tolerance_ms", kept)
  showField(form, "stalls", "stall_policy", kept)
  showField(form, "stall-wait", "stall_wait_s", kept && field(form, "stall_policy").value === "wait")
}

/**
 * A field that is not shown is off: whatever it holds, it neither keeps the form from being sent nor is sent.
 * @param {HTMLFormElement} form
 * @param {string} place
 * @param {string} name
 * @param {boolean} shown
 */
function showField(form, place, name, shown) {
  piece(form, place).hidden = !shown
  field(form, name).disabled = !shown
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function field(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name))
}

/**
 * @param {HTMLFormElement} form
 * @param {import("./types.js").Room} room
 */
async function save(form, room) {
  const {
    csrfmiddlewaretoken: token,
    passphrase,
    ...rest
  } = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)))
  const numbers = NUMBERS.filter((name) => name in rest).map((name) => [name, Number(rest[name])])
  const wanted = changed(
    { ...rest, sync_enabled: field(form, "sync_enabled").checked, ...Object.fromEntries(numbers) },
    room,
  )
  if (rest.visibility === "private" && passphrase) wanted.passphrase = passphrase
  const problem = piece(form, "problem")
  problem.hidden = true
  try {
    await ask(`/api/rooms/${room.boot.room_id}/`, "PATCH", token, wanted)
    delete form.dataset.touched
    field(form, "passphrase").value = ""
    piece(form, "saved").hidden = false
    setTimeout(() => (piece(form, "saved").hidden = true), SAVED_MS)
  } catch (refusal) {
    write(problem, wordsOf(refusal))
    problem.hidden = false
  }
}

/**
 * Only what is different: the room tells everyone about each setting that is saved.
 * @param {Record<string, string | number | boolean>} fields
 * @param {import("./types.js").Room} room
 * @returns {Record<string, string | number | boolean>}
 */
function changed(fields, room) {
  const facts = /** @type {Record<string, unknown>} */ ({ ...room.state?.room })
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => facts[name] !== value))
}

/**
 * @param {HTMLElement} button
 * @param {import("./types.js").Room} room
 */
async function leave(button, room) {
  try {
    await ask(`/api/rooms/${room.boot.room_id}/leave/`, "POST", button.dataset.csrf ?? "", {})
    location.assign("/")
  } catch (refusal) {
    announceRefusal(refusal)
  }
}
