// @ts-check
/**
 * What this viewer does not want to see, in this browser: messages and reactions of people they ignore, all reactions,
 * who comes and goes. Only the style changes, so that everything comes back with the next press.
 */

import { loadItem, saveItem } from "../lib/storage.js"

/** @typedef {{ignored?: Record<string, string>, reactions?: boolean, presence?: boolean}} Hidden */

export const HIDDEN = "hidden"
const MAX_IGNORED = 200

/** @type {CSSStyleSheet | null} */
let sheet = null

/** @returns {Hidden} */
export function hidden() {
  return loadItem(HIDDEN, null) ?? {}
}

/** @param {string} userId */
export function isIgnored(userId) {
  return userId in (hidden().ignored ?? {})
}

/** @param {string} userId @param {string} username @param {boolean} ignored */
export function setIgnored(userId, username, ignored) {
  const { [userId]: _before, ...others } = hidden().ignored ?? {}
  const kept = Object.fromEntries(Object.entries(others).slice(1 - MAX_IGNORED))
  change({ ignored: ignored ? { ...kept, [userId]: username } : kept })
}

/** Hide, or show again, all reactions, or who comes and goes. @param {Hidden} wanted */
export function change(wanted) {
  const all = { ...hidden(), ...wanted }
  const isEmpty = !all.reactions && !all.presence && !Object.keys(all.ignored ?? {}).length
  saveItem(HIDDEN, isEmpty ? null : all)
  apply(all)
}

/** @param {Hidden} [wanted] */
export function apply({ ignored = {}, reactions, presence } = hidden()) {
  if (!sheet) {
    sheet = new CSSStyleSheet()
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  }
  const selectors = Object.keys(ignored).map((id) => `[data-author="${CSS.escape(id)}"]`)
  if (reactions) selectors.push("[data-reactions] > *", ".given")
  if (presence) selectors.push('[data-note="presence"]')
  sheet.replaceSync(selectors.map((selector) => `${selector} { display: none !important; }`).join("\n"))
}
