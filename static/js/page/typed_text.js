// @ts-check
/**
 * Says below a field what is wrong with its text while it is typed, and keeps the form from being sent: `data-longest` is
 * how many characters fit, `data-media-address` marks the address of a medium. Nothing is cut, so nothing is lost.
 */

import { excess, isMixedContent } from "../core/typed_text.js"
import { completed } from "./addresses.js"
import { mixedContentWords } from "./mixed_content.js"
import { fill, ngettext } from "./words.js"

/** @param {Document | HTMLElement} root */
export function mount(root) {
  const gone = new AbortController()
  // Before the field's own listeners, which may ask whether it is valid.
  root.addEventListener("input", ({ target }) => { if (isChecked(target)) show(target) }, { capture: true, signal: gone.signal })
  root.addEventListener("reset", ({ target }) => { if (target instanceof HTMLFormElement) setTimeout(() => fieldsOf(target).forEach(show)) }, { signal: gone.signal })
  fieldsOf(root).forEach(show)
  return () => gone.abort()
}

/** @param {EventTarget | null} target @returns {target is HTMLInputElement} */
function isChecked(target) {
  return target instanceof HTMLInputElement && target.dataset.longest !== undefined
}

/** @param {ParentNode} root */
function fieldsOf(root) {
  return [...root.querySelectorAll("input[data-longest]")].filter(isChecked)
}

/** @param {HTMLInputElement} field */
function show(field) {
  const words = problemOf(field)
  if (words === field.validationMessage) return
  field.setCustomValidity(words)
  if (words) field.setAttribute("aria-invalid", "true")
  else field.removeAttribute("aria-invalid")
  const note = noteOf(field)
  note.textContent = words
  note.hidden = !words
}

/** @param {HTMLInputElement} field */
function problemOf(field) {
  const over = excess(field.value, Number(field.dataset.longest))
  if (over) return fill(ngettext("This is too long by {count} character.", "This is too long by {count} characters.", over), { count: over })
  return "mediaAddress" in field.dataset && isMixedContent(completed(field.value), location.href) ? mixedContentWords() : ""
}

/** The line below the field, or below the row that it stands in with its button. @param {HTMLInputElement} field */
function noteOf(field) {
  const above = field.closest("[data-field-row]") ?? field
  const there = above.nextElementSibling
  if (there instanceof HTMLElement && "typedProblem" in there.dataset) return there
  const note = Object.assign(document.createElement("p"), { className: "error", hidden: true })
  note.dataset.typedProblem = ""
  note.setAttribute("role", "status")
  above.after(note)
  return note
}
