// @ts-check
/**
 * Words that scripts put on the page. Django's JavaScript catalogue translates them where a page includes it
 * (`makemessages -d djangojs` finds these calls); without it they are English.
 */

/**
 * @typedef {{gettext: (text: string) => string, ngettext: (one: string, many: string, count: number) =>
 *   string}} Catalogue
 */

const catalogue = () => /** @type {{django?: Catalogue}} */ (globalThis).django

/** @param {string} text */
export function gettext(text) {
  return catalogue()?.gettext(text) ?? text
}

/**
 * @param {string} one
 * @param {string} many
 * @param {number} count
 */
export function ngettext(one, many, count) {
  return catalogue()?.ngettext(one, many, count) ?? (count === 1 ? one : many)
}

/**
 * `fill("{name} is here", {name: "Mira"})`
 * @param {string} format
 * @param {Record<string, string | number>} values
 */
export function fill(format, values) {
  return format.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole))
}
