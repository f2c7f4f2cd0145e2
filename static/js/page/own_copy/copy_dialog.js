// @ts-check
/** The dialog about the viewer's own copy: which file it is, how it compares, its shift, and the way back. */

import { find, openDialog, setText } from "../lib/dom.js"
import { formatTime } from "../lib/i18n.js"
import { likenessText } from "./copy_messages.js"

/** @typedef {import("./own_copy.js").OwnCopies} OwnCopies */

const NAME = "own-copy"

/** @param {OwnCopies} copies */
export function mountCopyDialog(copies) {
  const dialog = /** @type {HTMLElement} */ (document.querySelector(`[data-dialog="${NAME}"]`))
  const shift = /** @type {HTMLInputElement} */ (find(dialog, "copy-shift"))
  shift.addEventListener("input", () => {
    if (shift.validity.valid) copies.shift(shift.valueAsNumber || 0)
  })
  find(dialog, "copy-choose").addEventListener("click", () => void copies.choose())
  find(dialog, "copy-give-up").addEventListener("click", () => {
    copies.giveUp()
    close(dialog)
  })
  const show = () => {
    const { local, likeness } = copies
    if (!local || !likeness) return close(dialog)
    setText(find(dialog, "copy-file"), `${local.file.name} · ${formatTime(local.duration)}`)
    setText(find(dialog, "copy-likeness"), likenessText(likeness, local.duration, copies.roomDurationS))
    find(dialog, "copy-give-up").hidden = copies.media?.source === "own"
    if (document.activeElement !== shift) shift.value = String(copies.shiftS)
  }
  copies.watch(show)
  return {
    open: () => {
      show()
      openDialog(NAME)
    },
  }
}

/** @param {HTMLElement} dialog */
function close(dialog) {
  if (dialog instanceof HTMLDialogElement) dialog.close()
}
