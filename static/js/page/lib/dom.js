// @ts-check
/** Finding and copying pieces of the page, by their data attributes. */

/**
 * The element with `data-NAME` below `root`. The template and its script belong together: a missing one is a
 * mistake.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} name
 * @returns {T}
 */
export function piece(root, name) {
  const found = root.querySelector(`[data-${name}]`)
  if (!found) throw new Error(`The page has no [data-${name}]`)
  return /** @type {T} */ (found)
}

/**
 * A fresh copy of what `<template id=ID>` holds.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function cloneTemplate(id) {
  const blank = /** @type {HTMLTemplateElement} */ (document.getElementById(id))
  return /** @type {HTMLElement} */ (/** @type {Element} */ (blank.content.firstElementChild).cloneNode(true))
}

/**
 * Shows one of several drawings in a button: `[data-when=NAME]`, and no other.
 * @param {HTMLElement} root
 * @param {string} name
 */
export function showWhen(root, name) {
  for (const choice of root.querySelectorAll("[data-when]")) {
    if (choice instanceof HTMLElement) choice.hidden = choice.dataset.when !== name
  }
}

/**
 * Writes only what differs: a screen reader hears no change and the browser lays nothing out.
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/**
 * Undoes everything that was set up, in one call.
 * @param {...(() => void)} undos
 */
export function all(...undos) {
  return () => undos.forEach((undo) => undo())
}
