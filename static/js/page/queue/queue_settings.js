// @ts-check
/** The settings of the queue, for members who may change them; a change is sent at once. */

import { NO_QUEUE } from "../../core/room/queue_store.js"
import { may, mayChangeQueueRules } from "../../core/room/rights.js"
import { find } from "../lib/dom.js"
import { send } from "./commands.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {HTMLInputElement | HTMLSelectElement} Field */

/** @param {HTMLElement} section @param {Room} room @param {AbortSignal} signal */
export function mountSettings(section, room, signal) {
  const form = /** @type {HTMLFormElement} */ (find(section, "queue-settings"))
  const opener = find(section, "open-settings")
  const fields = /** @type {Field[]} */ ([...form.elements])
  const show = () => {
    const mayRule = mayChangeQueueRules(room.state)
    const allowed = mayRule || may(room.state, "queue_edit")
    opener.hidden = !allowed
    if (!allowed) setOpen(form, opener, false)
    for (const field of fields) {
      if (field !== document.activeElement || field.tagName === "SELECT") showValue(field, room)
      field.disabled = "rule" in field.dataset ? !mayRule : !allowed
    }
  }
  opener.addEventListener("click", () => setOpen(form, opener, Boolean(form.hidden)), { signal })
  form.addEventListener("submit", (event) => event.preventDefault(), { signal })
  form.addEventListener(
    "change",
    async ({ target }) => {
      const field = /** @type {Field} */ (target)
      if (!field.reportValidity()) return
      const row = field.closest(".field") ?? form
      if (!(await send(room, "set_queue", { [field.name]: valueOf(field) }, row))) showValue(field, room)
    },
    { signal },
  )
  return { show }
}

/** @param {HTMLElement} form @param {HTMLElement} opener @param {boolean} open */
function setOpen(form, opener, open) {
  form.hidden = !open
  opener.setAttribute("aria-expanded", String(open))
}

/** @param {Field} field */
function valueOf(field) {
  if (field.type === "checkbox") return /** @type {HTMLInputElement} */ (field).checked
  return field.type === "number" ? Number(field.value) : field.value
}

/** @param {Field} field @param {Room} room */
function showValue(field, room) {
  const { settings } = room.state.queue ?? NO_QUEUE
  const value = /** @type {any} */ (settings)[field.name]
  if (field.type === "checkbox") /** @type {HTMLInputElement} */ (field).checked = value
  else field.value = String(value)
}
