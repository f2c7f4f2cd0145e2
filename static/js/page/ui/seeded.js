// @ts-check
/** Numbers and choices that are always the same for the same text. */

/**
 * @param {string} text
 * @returns {() => number} a generator of numbers in [0, 1)
 */
export function seeded(text) {
  let state = 0x811c9dc5
  for (const letter of text) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * @template T
 * @param {() => number} next
 * @param {readonly T[]} choices
 * @returns {T}
 */
export function pick(next, choices) {
  return choices[Math.floor(next() * choices.length)]
}
