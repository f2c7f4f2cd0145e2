// @ts-check
/**
 * Boxes that open over the page: `[data-open=NAME]` opens `[data-dialog=NAME]`; Escape, Close and a press
 * outside close.
 */

/** @param {string} name */
export function openDialog(name) {
  const dialog = document.querySelector(`[data-dialog="${CSS.escape(name)}"]`)
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return
  document.querySelectorAll("dialog[open]").forEach((open) => /** @type {HTMLDialogElement} */ (open).close())
  dialog.showModal()
}

/** @param {HTMLElement} body */
export function mount(body) {
  const gone = new AbortController()
  body.addEventListener(
    "click",
    (event) => {
      const at = event.target instanceof Element ? event.target : null
      const opener = at?.closest("[data-open]")
      if (opener instanceof HTMLElement) openDialog(opener.dataset.open ?? "")
      else if (at?.closest("[data-close]") || isOutside(event)) at?.closest("dialog")?.close()
    },
    { signal: gone.signal },
  )
  return () => gone.abort()
}

/** A press on a dialog's backdrop counts as one on the dialog, outside its box. @param {MouseEvent} event */
function isOutside(event) {
  if (!(event.target instanceof HTMLDialogElement) || event.detail === 0) return false
  const box = event.target.getBoundingClientRect()
  return (
    event.clientX < box.left ||
    event.clientX > box.right ||
    event.clientY < box.top ||
    event.clientY > box.bottom
  )
}
