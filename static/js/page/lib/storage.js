// @ts-check
/**
 * What this browser remembers between visits. Storage can be full, forbidden or absent; then nothing is
 * remembered.
 */

const PREFIX = "watchium:"

/** @param {string} name @param {any} otherwise */
export function recall(name, otherwise) {
  try {
    const text = localStorage.getItem(PREFIX + name)
    return text === null ? otherwise : JSON.parse(text)
  } catch {
    return otherwise
  }
}

/** @param {string} name @param {any} value */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value))
  } catch {
    // Remembering is a courtesy.
  }
}
