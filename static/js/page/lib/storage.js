// @ts-check
/**
 * What this browser remembers between visits. Storage can be full, forbidden or absent; then nothing is
 * remembered.
 */

const PREFIX = "watchium:"

/** @param {string} name @param {any} fallback */
export function loadItem(name, fallback) {
  try {
    const text = localStorage.getItem(PREFIX + name)
    return text === null ? fallback : JSON.parse(text)
  } catch {
    return fallback
  }
}

/** @param {string} name @param {any} value */
export function saveItem(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value))
  } catch {
    // Remembering is a courtesy.
  }
}
