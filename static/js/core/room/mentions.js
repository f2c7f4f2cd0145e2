// @ts-check
/** Names after `@`: what is typed at the caret, and the names that fit. */

const MOST_CHARS = 40

/**
 * The mention that ends at the caret: `@` at the beginning or after a space, and what was typed since.
 * @param {string} value
 * @param {number} caret
 * @returns {{from: number, to: number, text: string} | null}
 */
export function mentionAt(value, caret) {
  const from = value.lastIndexOf("@", caret - 1)
  if (
    from < 0 ||
    from >= caret ||
    caret - from > MOST_CHARS ||
    !/^$|\s/u.test(value.slice(0, from).slice(-1))
  )
    return null
  const text = value.slice(from + 1, caret)
  return text.startsWith(" ") ? null : { from, to: caret, text }
}

/**
 * Names that begin with the text, then names of which a later word does. Names may have spaces, so a text may too.
 * @param {string[]} names
 * @param {string} text
 */
export function matchingNames(names, text) {
  const typed = text.toLocaleLowerCase()
  const rank = (/** @type {string} */ name) => {
    const lower = name.toLocaleLowerCase()
    if (lower.startsWith(typed)) return 0
    return lower.split(/\s+/u).some((word) => word.startsWith(typed)) ? 1 : 2
  }
  const ranked = names.map((name) => ({ name, rank: rank(name) })).filter((each) => each.rank < 2)
  return ranked.sort((a, b) => a.rank - b.rank || a.name.localeCompare(b.name)).map(({ name }) => name)
}
