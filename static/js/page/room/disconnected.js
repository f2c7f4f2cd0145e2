// @ts-check
/**
 * After the last word of the server nothing here does anything any more: it is switched off, and the stage
 * shows the way out.
 */

import { withdraw } from "../ui/notify.js"

const OVER =
  "[data-controls], [data-composer], [data-members], [data-meter], [data-invite], [data-open=settings], [data-unsent]"

/** @param {HTMLElement} body @param {import("./session.js").Session} room */
export function mount(body, room) {
  return room.on("connection", ({ status }) => {
    if (status !== "closed") return
    room.player.show(null)
    withdraw("refused")
    for (const element of body.querySelectorAll(OVER)) /** @type {HTMLElement} */ (element).inert = true
    for (const open of body.querySelectorAll("dialog[open]")) /** @type {HTMLDialogElement} */ (open).close()
    for (const open of body.querySelectorAll("[popover]:popover-open"))
      /** @type {HTMLElement} */ (open).hidePopover()
  })
}
