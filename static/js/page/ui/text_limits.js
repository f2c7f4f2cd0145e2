// @ts-check
/**
 * Says below a field what is wrong with its text: while it is typed how much is too much (`data-longest` is
 * how many characters fit, `data-media-address` marks the address of a medium), and the rest when the form is
 * sent, in place of the browser's bubble. Nothing is cut, so nothing is lost.
 */

import { excess, isMixedContent } from "../../core/text_limits.js"
import { completed } from "../lib/urls.js"
import { mixedContentWords } from "../media/mixed_content.js"
import { newId } from "../lib/id.js"
import { fill, gettext, ngettext } from "../lib/i18n.js"

/** @param {Document | HTMLElement} root */
export function mount(root) {
  const gone = new AbortController()
  const { signal } = gone
  // Before the field's own listeners, which may ask whether it is valid.
  root.addEventListener(
    "input",
    ({ target }) => {
      if (target instanceof HTMLInputElement) show(target)
    },
    { capture: true, signal },
  )
  root.addEventListener(
    "reset",
    ({ target }) => {
      if (target instanceof HTMLFormElement) setTimeout(() => fieldsOf(target).forEach(show))
    },
    { signal },
  )
  root.addEventListener("invalid", refusal(), { capture: true, signal })
  fieldsOf(root).forEach(show)
  return () => gone.abort()
}

/** Each field that keeps a form from being sent hears of it; the first one is shown. */
function refusal() {
  let shown = false
  return (/** @type {Event} */ event) => {
    const { target } = event
    if (!(target instanceof HTMLInputElement)) return
    event.preventDefault()
    say(target, wordsFor(target))
    if (shown) return
    shown = true
    setTimeout(() => (shown = false))
    const folded = target.closest("details")
    if (folded) folded.open = true
    target.focus()
    noteOf(target)?.scrollIntoView({ block: "nearest" })
  }
}

/** @param {HTMLInputElement} field */
function wordsFor(field) {
  const { customError, patternMismatch, rangeOverflow, rangeUnderflow, tooShort, valueMissing } =
    field.validity
  if (customError) return field.validationMessage
  if (valueMissing || patternMismatch) return field.title || gettext("Please fill this in.")
  if (tooShort)
    return fill(
      ngettext(
        "At least {count} character, please.",
        "At least {count} characters, please.",
        field.minLength,
      ),
      { count: field.minLength },
    )
  if (rangeOverflow || rangeUnderflow)
    return fill(gettext("A number from {least} to {most}, please."), { least: field.min, most: field.max })
  return field.validationMessage
}

/** @param {ParentNode} root */
function fieldsOf(root) {
  return [...root.querySelectorAll("input")].filter(
    (field) => field.dataset.longest !== undefined || noteOf(field),
  )
}

/** @param {HTMLInputElement} field */
function show(field) {
  const words = problemOf(field)
  field.setCustomValidity(words)
  say(field, words)
}

/** @param {HTMLInputElement} field @param {string} words empty: nothing is wrong */
function say(field, words) {
  const there = noteOf(field)
  if ((there?.textContent ?? "") === words) return
  const note = there ?? newNote(field)
  note.textContent = words
  note.hidden = !words
  const others = (field.getAttribute("aria-describedby") ?? "")
    .split(" ")
    .filter((id) => id && id !== note.id)
  setOrRemove(field, "aria-describedby", [...others, ...(words ? [note.id] : [])].join(" "))
  setOrRemove(field, "aria-invalid", words && "true")
}

/** @param {HTMLElement} element @param {string} name @param {string} value */
function setOrRemove(element, name, value) {
  if (value) element.setAttribute(name, value)
  else element.removeAttribute(name)
}

/** @param {HTMLInputElement} field */
function problemOf(field) {
  const over = field.dataset.longest === undefined ? 0 : excess(field.value, Number(field.dataset.longest))
  if (over)
    return fill(
      ngettext("This is too long by {count} character.", "This is too long by {count} characters.", over),
      { count: over },
    )
  return "mediaAddress" in field.dataset && isMixedContent(completed(field.value), location.href)
    ? mixedContentWords()
    : ""
}

/**
 * The line below the field, or below the row that it stands in with its button.
 * @param {HTMLInputElement} field
 */
function noteOf(field) {
  const there = (field.closest("[data-field-row]") ?? field).nextElementSibling
  return there instanceof HTMLElement && "typedProblem" in there.dataset ? there : null
}

/** @param {HTMLInputElement} field */
function newNote(field) {
  const note = Object.assign(document.createElement("p"), {
    className: "error",
    id: `problem-${newId()}`,
    hidden: true,
  })
  note.dataset.typedProblem = ""
  note.setAttribute("role", "status")
  const above = field.closest("[data-field-row]") ?? field
  above.after(note)
  return note
}
