// @ts-check
/**
 * Form validation with messages below the field: while typing, how far a text is too long (`data-longest` is
 * the maximum number of characters, `data-media-address` marks the URL of media), and the rest on submit, in
 * place of the browser's bubble. Nothing is truncated.
 */

import { newId } from "../lib/api.js"
import { gettext, interpolate, mixedContentMessage, ngettext } from "../lib/i18n.js"

/** @param {Document | HTMLElement} root */
export function mountValidation(root) {
  const controller = new AbortController()
  const { signal } = controller
  // In the capture phase, before the field's own listeners, which may check its validity.
  root.addEventListener(
    "input",
    ({ target }) => {
      if (target instanceof HTMLInputElement) validate(target)
    },
    { capture: true, signal },
  )
  root.addEventListener(
    "reset",
    ({ target }) => {
      if (target instanceof HTMLFormElement) setTimeout(() => fieldsOf(target).forEach(validate))
    },
    { signal },
  )
  root.addEventListener("invalid", invalidHandler(), { capture: true, signal })
  fieldsOf(root).forEach(validate)
  return () => controller.abort()
}

/** Show a message at every invalid field and focus the first one. */
function invalidHandler() {
  let shown = false
  return (/** @type {Event} */ event) => {
    const { target } = event
    if (!(target instanceof HTMLInputElement)) return
    event.preventDefault()
    showMessage(target, messageFor(target))
    if (shown) return
    shown = true
    setTimeout(() => (shown = false))
    const details = target.closest("details")
    if (details) details.open = true
    target.focus()
    messageElement(target)?.scrollIntoView({ block: "nearest" })
  }
}

/** @param {HTMLInputElement} field */
function messageFor(field) {
  const { customError, patternMismatch, rangeOverflow, rangeUnderflow, tooShort, valueMissing } =
    field.validity
  if (customError) return field.validationMessage
  if (valueMissing || patternMismatch) return field.title || gettext("Please fill this in.")
  if (tooShort)
    return interpolate(
      ngettext(
        "At least {count} character, please.",
        "At least {count} characters, please.",
        field.minLength,
      ),
      { count: field.minLength },
    )
  if (rangeOverflow || rangeUnderflow)
    return interpolate(gettext("A number from {least} to {most}, please."), {
      least: field.min,
      most: field.max,
    })
  return field.validationMessage
}

/** @param {ParentNode} root */
function fieldsOf(root) {
  return [...root.querySelectorAll("input")].filter(
    (field) => field.dataset.longest !== undefined || messageElement(field),
  )
}

/** @param {HTMLInputElement} field */
function validate(field) {
  const message = problemOf(field)
  field.setCustomValidity(message)
  showMessage(field, message)
}

/** @param {HTMLInputElement} field @param {string} text empty if the field is valid */
function showMessage(field, text) {
  const present = messageElement(field)
  if ((present?.textContent ?? "") === text) return
  const message = present ?? createMessageElement(field)
  message.textContent = text
  message.hidden = !text
  const others = (field.getAttribute("aria-describedby") ?? "")
    .split(" ")
    .filter((id) => id && id !== message.id)
  setOrRemove(field, "aria-describedby", [...others, ...(text ? [message.id] : [])].join(" "))
  setOrRemove(field, "aria-invalid", text && "true")
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
    return interpolate(
      ngettext("This is too long by {count} character.", "This is too long by {count} characters.", over),
      { count: over },
    )
  return "mediaAddress" in field.dataset && isMixedContent(completeUrl(field.value), location.href)
    ? mixedContentMessage()
    : ""
}

/**
 * The message below the field, or below the row of the field and its button.
 * @param {HTMLInputElement} field
 */
function messageElement(field) {
  const next = (field.closest("[data-field-row]") ?? field).nextElementSibling
  return next instanceof HTMLElement && "typedProblem" in next.dataset ? next : null
}

/** @param {HTMLInputElement} field */
function createMessageElement(field) {
  const message = Object.assign(document.createElement("p"), {
    className: "error",
    id: `problem-${newId()}`,
    hidden: true,
  })
  message.dataset.typedProblem = ""
  message.setAttribute("role", "status")
  const above = field.closest("[data-field-row]") ?? field
  above.after(message)
  return message
}

/**
 * `example.com/film.mp4` becomes https; a path of this server is kept, and so is text without a host, which
 * the server rejects.
 * @param {string} typed
 */
export function completeUrl(typed) {
  const address = typed.trim()
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address) || /^\/(?!\/)/.test(address)) return address
  const rest = address.replace(/^\/\//, "")
  return namesHost(rest) ? `https://${rest}` : address
}

/**
 * Whether a text without a scheme starts with a host: with a dot, a port, an IP address, or `localhost`.
 * @param {string} address
 */
function namesHost(address) {
  const [, host, port] = /^([^/?#:[\]]+|\[[\da-f:.]+\])(:\d+)?(?:[/?#]|$)/i.exec(address) ?? []
  if (!host || /[\s%]/.test(host)) return false
  if (port || host.startsWith("[") || /^localhost$/i.test(host)) return true
  const labels = host.replace(/[.\u3002]$/, "").split(/[.\u3002]/)
  if (labels.length < 2 || labels.includes("")) return false
  return !/^\d+$/.test(labels[labels.length - 1]) || /^\d+(\.\d+){3}$/.test(host)
}

/**
 * How many characters a text is too long, as the server counts them: code points of the NFC form.
 * @param {string} text
 * @param {number} longest
 */
export function excess(text, longest) {
  if (text.length <= longest) return 0
  return Math.max(0, [...text.trim().normalize("NFC")].length - longest)
}

/**
 * Whether a page at `pageUrl` cannot load an address because the page is encrypted and the address is not.
 * Addresses of the visitor's own machine are exempt.
 * @param {string} address
 * @param {string} pageUrl
 */
export function isMixedContent(address, pageUrl) {
  if (!/^\s*http:\/\//i.test(address) || !URL.canParse(address)) return false
  const { hostname } = new URL(address)
  const isLocal =
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d+){3}$/.test(hostname)
  return !isLocal && new URL(pageUrl).protocol === "https:"
}
