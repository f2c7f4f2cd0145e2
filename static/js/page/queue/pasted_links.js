// @ts-check
/** The links in a pasted text: one on each line, or several on a line with their schemes. Pure. */

const BETWEEN = /\r?\n|\s+(?=[a-z][a-z0-9+.-]*:\/\/)/i

/** @param {string} text @returns {string[]} */
export function pastedLinks(text) {
  return text
    .split(BETWEEN)
    .map((link) => link.trim())
    .filter(Boolean)
}
