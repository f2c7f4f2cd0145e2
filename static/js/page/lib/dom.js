// @ts-check
/** DOM helpers: elements found by data attribute, templates, SVG elements, dialogs and the text of messages. */

import { gettext } from "./i18n.js"

/**
 * The element with `data-NAME` below `root`. Throws if it is missing: the template does not fit the script.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} name
 * @returns {T}
 */
export function find(root, name) {
  const found = root.querySelector(`[data-${name}]`)
  if (!found) throw new Error(`The page has no [data-${name}]`)
  return /** @type {T} */ (found)
}

/**
 * Clone the element in `<template id=ID>`.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function cloneTemplate(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id))
  return /** @type {HTMLElement} */ (
    /** @type {Element} */ (template.content.firstElementChild).cloneNode(true)
  )
}

/**
 * Show one of several icons in a button: `[data-when=NAME]`, and no other.
 * @param {HTMLElement} root
 * @param {string} name
 */
export function showVariant(root, name) {
  for (const choice of root.querySelectorAll("[data-when]")) {
    if (choice instanceof HTMLElement) choice.hidden = choice.dataset.when !== name
  }
}

/**
 * Write only if the text differs, so that screen readers announce no change and the browser does no layout.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/**
 * Combine several dispose functions into one.
 * @param {...(() => void)} disposers
 */
export function disposeAll(...disposers) {
  return () => disposers.forEach((dispose) => dispose())
}

/**
 * Load a style sheet that belongs to a module which is loaded on demand.
 * @param {string | undefined} href
 * @param {() => void} [whenLoaded] called also if it fails to load
 */
export function loadStyle(href, whenLoaded) {
  if (!href || document.querySelector(`link[href="${CSS.escape(href)}"]`)) return whenLoaded?.()
  const link = document.createElement("link")
  link.rel = "stylesheet"
  link.href = href
  if (whenLoaded) link.onload = link.onerror = whenLoaded
  document.head.append(link)
}

const SVG = "http://www.w3.org/2000/svg"

/**
 * @param {string} name
 * @param {Record<string, string | number>} [attributes]
 * @param {(Node | string)[]} [children]
 * @returns {SVGElement}
 */
export function svgElement(name, attributes = {}, children = []) {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  element.append(...children)
  return element
}

/** Open `[data-dialog=NAME]` and close any other dialog. @param {string} name */
export function openDialog(name) {
  const dialog = document.querySelector(`[data-dialog="${CSS.escape(name)}"]`)
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return
  document.querySelectorAll("dialog[open]").forEach((open) => /** @type {HTMLDialogElement} */ (open).close())
  dialog.showModal()
}

/**
 * A click on `[data-open=NAME]` opens a dialog; Escape, `[data-close]` and a click outside close it.
 * @param {HTMLElement} body
 */
export function mountDialogs(body) {
  const controller = new AbortController()
  body.addEventListener(
    "click",
    (event) => {
      const at = event.target instanceof Element ? event.target : null
      const opener = at?.closest("[data-open]")
      if (opener instanceof HTMLElement) openDialog(opener.dataset.open ?? "")
      else if (at?.closest("[data-close]") || isOutside(event)) at?.closest("dialog")?.close()
    },
    { signal: controller.signal },
  )
  return () => controller.abort()
}

/** A click on the backdrop has the dialog as its target, at a position outside its box. @param {MouseEvent} event */
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

/**
 * Let a reaction rise over the picture, unless as many as `most` do so already.
 * @param {HTMLElement} layer
 * @param {string} emoji
 * @param {number} most
 * @param {string} [author] who sent it
 */
export function showReaction(layer, emoji, most, author = "") {
  if (layer.childElementCount >= most) return
  const element = document.createElement("span")
  element.textContent = emoji
  element.dataset.author = author
  element.style.setProperty("--from", `${8 + Math.random() * 84}%`)
  element.style.setProperty("--sway", `${(Math.random() - 0.5) * 80}px`)
  element.addEventListener("animationend", () => element.remove())
  layer.append(element)
}

// a spoiler, or a URL
const MARKS = /\|\|(?<spoiler>[^|]+(?:\|[^|]+)*)\|\||(?<url>\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}|])/giu

/**
 * The parts of a message in their order: plain text, URLs, and spoilers (`||so||`).
 * @param {string} text
 * @returns {{kind: "text" | "url" | "spoiler", text: string}[]}
 */
export function messageParts(text) {
  /** @type {{kind: "text" | "url" | "spoiler", text: string}[]} */
  const parts = []
  let from = 0
  for (const { 0: whole, index, groups } of text.matchAll(MARKS)) {
    parts.push({ kind: "text", text: text.slice(from, index) })
    parts.push(groups?.url ? { kind: "url", text: whole } : { kind: "spoiler", text: groups?.spoiler ?? "" })
    from = index + whole.length
  }
  return [...parts, { kind: /** @type {const} */ ("text"), text: text.slice(from) }].filter(
    (part) => part.text,
  )
}

/** A message as nodes, with links, and buttons that reveal spoilers. @param {string} text @returns {(Node | string)[]} */
export function messageNodes(text) {
  return messageParts(text).map((part) =>
    part.kind === "url" ? link(part.text) : part.kind === "spoiler" ? spoiler(part.text) : part.text,
  )
}

/** The text of a message for a single line. @param {string} text */
export function withoutSpoilers(text) {
  const parts = messageParts(text)
  return parts.map((part) => (part.kind === "spoiler" ? `[${gettext("Spoiler")}]` : part.text)).join("")
}

/** @param {string} address */
function link(address) {
  const anchor = document.createElement("a")
  anchor.href = address
  anchor.target = "_blank"
  anchor.rel = "noopener noreferrer nofollow ugc"
  anchor.textContent = address.replace(/^https?:\/\//i, "")
  return anchor
}

/** The text is not in the page before the press, so that nothing finds or reads it. @param {string} text */
function spoiler(text) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "spoiler"
  button.textContent = gettext("Spoiler")
  button.addEventListener("click", (event) => {
    event.stopPropagation()
    const shown = document.createElement("span")
    shown.className = "revealed"
    shown.tabIndex = -1
    shown.append(...messageNodes(text))
    button.replaceWith(shown)
    shown.focus()
  })
  return button
}
