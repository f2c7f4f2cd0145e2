// @ts-check
/**
 * The text of a cue as a small tree of strings and italic, bold and underlined parts. The page makes text nodes and
 * elements of it; nothing in a caption file ever becomes HTML.
 */

import { MAX_CUE_CHARS } from "./caption_error.js"

const MAX_DEPTH = 6
const STYLES = /** @type {Record<string, Style>} */ ({ i: "i", em: "i", b: "b", strong: "b", u: "u" })
/** Tags of SubRip and WebVTT. Anything else in angle brackets is text: `<sighs>`. */
const TAG = /<\/?(i|em|b|strong|u|s|font|c|v|lang|ruby|rt|rp|span|p|div|br)(?:[\s.][^<>]*)?\/?>/iy
const TIMESTAMP = /<\d[\d:.]*>/y
/** What WebVTT takes for a tag: there a `<` of the text is written `&lt;`. */
const ANY_TAG = /<[^<>]*>/y
const OVERRIDES = /\{\\[^{}]*\}/y
const OLD_TAG = /\{(\/?)([ibu])\}/iy
const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp|lrm|rlm));/iy
const PLAIN = /[^<{&]+/y
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g
const ENTITIES = /** @type {Record<string, string>} */ ({
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", lrm: "\u200e", rlm: "\u200f" },
})

/** @typedef {"i" | "b" | "u"} Style */
/** @typedef {string | {style: Style, children: CueNode[]}} CueNode */

/**
 * Parse the markup of SubRip or WebVTT.
 * @param {string} text
 * @param {{strict?: boolean}} [options] strict: anything in angle brackets is a tag
 * @returns {CueNode[]} empty if there is nothing to show
 */
export function parseMarkup(text, { strict = false } = {}) {
  const tree = new CueTree()
  for (let at = 0; at < text.length;) {
    const match = (/** @type {RegExp} */ pattern) => {
      pattern.lastIndex = at
      return pattern.exec(text)
    }
    const found =
      take(match(PLAIN), ([plain]) => tree.text(plain)) ||
      take(match(TAG), ([tag, name]) => applyTag(tree, tag, name.toLowerCase())) ||
      take(match(TIMESTAMP), () => {}) ||
      (strict && take(match(ANY_TAG), () => {})) ||
      take(match(OVERRIDES), ([block]) => applyOverrides(tree, block)) ||
      take(match(OLD_TAG), ([, closing, name]) => tree.set(STYLES[name.toLowerCase()], !closing)) ||
      take(match(ENTITY), (entity) => tree.text(entityText(entity)))
    if (!found) tree.text(text[at])
    at += found || 1
  }
  return tree.finish()
}

/** @param {RegExpExecArray | null} match @param {(match: RegExpExecArray) => void} apply */
function take(match, apply) {
  if (!match) return 0
  apply(match)
  return match[0].length
}

/** @param {CueTree} tree @param {string} tag @param {string} name */
function applyTag(tree, tag, name) {
  if (name === "br") tree.text("\n")
  else if (STYLES[name]) tree.set(STYLES[name], tag[1] !== "/")
}

/** @param {RegExpExecArray} entity */
function entityText([, decimal, hexadecimal, name]) {
  if (name) return ENTITIES[name.toLowerCase()]
  const code = decimal ? parseInt(decimal, 10) : parseInt(hexadecimal, 16)
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : ""
}

/** Switch styles as `{\i1\b0}` says. @param {CueTree} tree @param {string} block */
export function applyOverrides(tree, block) {
  for (const [, name, value] of block.matchAll(/\\([ibu])(\d*)(?=\\|\}|\s|$)/g))
    tree.set(/** @type {Style} */ (name), Boolean(Number(value)))
  if (/\\r/.test(block)) tree.reset()
}

/** Builds the tree: text with the styles that are on at that point, at most MAX_CUE_CHARS characters. */
export class CueTree {
  /** @param {Style[]} [base] the styles of the whole cue, which its markup may switch off */
  constructor(base = []) {
    this.base = base
    /** @type {Style[]} */
    this.on = [...base]
    /** @type {{styles: Style[], text: string}[]} */
    this.runs = []
    this.left = MAX_CUE_CHARS
  }

  /** @param {string} text */
  text(text) {
    const shown = text.replace(CONTROL, "").slice(0, this.left)
    this.left -= shown.length
    const last = this.runs.at(-1)
    if (last && last.styles.join() === this.on.join()) last.text += shown
    else if (shown) this.runs.push({ styles: [...this.on], text: shown })
  }

  /** @param {Style} style @param {boolean} isOn */
  set(style, isOn) {
    const others = this.on.filter((other) => other !== style)
    if (isOn && others.length < MAX_DEPTH) others.push(style)
    this.on = others
  }

  reset() {
    this.on = [...this.base]
  }

  /** @returns {CueNode[]} */
  finish() {
    const { runs } = this
    if (runs.length) {
      runs[0].text = runs[0].text.replace(/^\s+/, "")
      runs[runs.length - 1].text = runs[runs.length - 1].text.trimEnd()
    }
    return runs.filter(({ text }) => text).map(({ styles, text }) => nested(styles, text))
  }
}

/** @param {Style[]} styles @param {string} text @returns {CueNode} */
function nested(styles, text) {
  return styles.reduceRight((/** @type {CueNode} */ inner, style) => ({ style, children: [inner] }), text)
}

/** The text without styles. @param {CueNode[]} nodes @returns {string} */
export function plainText(nodes) {
  return nodes.map((node) => (typeof node === "string" ? node : plainText(node.children))).join("")
}
