// @ts-check
/**
 * ASS and SSA as plain text: dialogue with its alignment, italics and bold. Drawings, positions, effects and fonts are
 * left out; signs that are drawn in several layers or frame by frame become one cue.
 */

import { applyOverrides, CueTree, plainText } from "./cue_text.js"
import { CueList, placement, timeS } from "./cues.js"

const TIME = /^\s*(\d{1,4}):(\d{1,2}):(\d{1,2})[.:,](\d{1,3})\s*$/
const DEFAULT_EVENT_FORMAT = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
const DRAWING = /\\p(\d+)(?![a-z])/g
const SAME_SIGN_S = 0.06 // the next frame of an animated sign begins within this
const DEFAULT_HEIGHT = 288

/** @typedef {{keypad: number, base: import("./cue_text.js").Style[]}} AssStyle */
/** @typedef {{styles: Map<string, AssStyle>, heightPx: number}} Script */

/** Whether the text is ASS or SSA. @param {string} text */
export function isAss(text) {
  return /^[ \t]*\[(?:Script Info|V4\+? Styles|Events)\]/im.test(text.slice(0, 4000))
}

/** @param {string} text @returns {import("./cues.js").Cue[]} */
export function parseAss(text) {
  /** @type {Script} */
  const script = { styles: new Map(), heightPx: DEFAULT_HEIGHT }
  /** @type {import("./cues.js").Cue[]} */
  const cues = []
  let section = ""
  let format = fieldNames(DEFAULT_EVENT_FORMAT)
  for (const line of text.split("\n")) {
    const header = /^\s*\[(.+?)\]/.exec(line)
    if (header) {
      section = header[1].toLowerCase()
      format = fieldNames(DEFAULT_EVENT_FORMAT)
    }
    const [, key, value] = /^\s*([A-Za-z]+)\s*:(.*)$/.exec(line) ?? []
    if (!key) continue
    if (key === "PlayResY") script.heightPx = Number(value) || DEFAULT_HEIGHT
    else if (key === "Format") format = fieldNames(value)
    else if (key === "Style") addStyle(script, fields(value, format), section)
    else if (key === "Dialogue" && section === "events") {
      const cue = cueOf(fields(value, format), script)
      if (cue) cues.push(cue)
    }
  }
  return merged(cues)
}

const MAX_FIELDS = 40 // a style has 23

/** @param {string} format */
function fieldNames(format) {
  return format.split(",", MAX_FIELDS).map((name) => name.trim().toLowerCase())
}

/** The last field is the text, which may contain commas. @param {string} value @param {string[]} names */
function fields(value, names) {
  const parts = value.split(",")
  const last = names.length - 1
  const values = [...parts.slice(0, last), parts.slice(last).join(",")]
  return /** @type {Record<string, string>} */ (
    Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""]))
  )
}

/** @param {Script} script @param {Record<string, string>} style @param {string} section */
function addStyle(script, style, section) {
  const alignment = Number(style.alignment) || 2
  const base = /** @type {const} */ ([
    ["b", style.bold],
    ["i", style.italic],
    ["u", style.underline],
  ]).flatMap(([name, value]) => (Number(value) ? [name] : []))
  script.styles.set(styleKey(style.name ?? ""), {
    keypad: section.includes("+") ? alignment : fromLegacy(alignment),
    // Fonts of whole films are often bold; that is a choice of weight, not an emphasis.
    base: base.filter((name) => name !== "b"),
  })
}

/** @param {string} name */
function styleKey(name) {
  return name.trim().replace(/^\*/, "").toLowerCase()
}

/** SSA counts 1 to 3 at the bottom, 5 to 7 at the top, 9 to 11 in the middle. @param {number} alignment */
function fromLegacy(alignment) {
  const row = alignment > 8 ? 3 : alignment > 4 ? 6 : 0
  return row + (((alignment - 1) % 4) % 3) + 1
}

/** @param {Record<string, string>} event @param {Script} script @returns {import("./cues.js").Cue | null} */
function cueOf(event, script) {
  const [start, end] = [TIME.exec(event.start ?? ""), TIME.exec(event.end ?? "")]
  if (!start || !end) return null
  const style = script.styles.get(styleKey(event.style ?? "")) ?? { keypad: 2, base: [] }
  const text = event.text ?? ""
  const nodes = nodesOf(text, style.base)
  const [startS, endS] = [start, end].map(([, h, m, s, f]) => timeS(h, m, s, f))
  return { startS, endS, nodes, ...placement(keypadOf(text, style, script)) }
}

/** @param {string} text @param {AssStyle} style @param {Script} script */
function keypadOf(text, style, script) {
  const numpad = /\\an(\d)/.exec(text)
  if (numpad) return Number(numpad[1]) || 2
  const legacy = /\\a(\d{1,2})(?!\w)/.exec(text)
  if (legacy) return fromLegacy(Number(legacy[1]))
  const positioned = /\\(?:pos|move)\(\s*-?[\d.]+\s*,\s*(-?[\d.]+)/.exec(text)
  return positioned && Number(positioned[1]) < script.heightPx / 2 ? 8 : style.keypad
}

/** @param {string} text @param {import("./cue_text.js").Style[]} base */
function nodesOf(text, base) {
  const tree = new CueTree(base)
  let drawing = false
  for (const part of text.split(/(\{[^{}]*\})/)) {
    if (part.startsWith("{") && part.endsWith("}")) {
      for (const [, scale] of part.matchAll(DRAWING)) drawing = Number(scale) > 0
      applyOverrides(tree, part)
    } else if (!drawing) tree.text(unescaped(part))
  }
  return tree.finish()
}

/** @param {string} text */
function unescaped(text) {
  return text.replace(/\\[Nn]/g, "\n").replace(/\\h/g, "\u00a0")
}

/**
 * Leave out copies of a text that another layer shows at the same time, and join those that continue it.
 * @param {import("./cues.js").Cue[]} cues
 */
function merged(cues) {
  const list = new CueList()
  /** The last cue of each text and place. @type {Map<string, import("./cues.js").Cue>} */
  const last = new Map()
  for (const cue of cues.sort((a, b) => a.startS - b.startS)) {
    const key = `${cue.place} ${cue.align} ${plainText(cue.nodes)}`
    const before = last.get(key)
    if (before && cue.startS <= before.endS + SAME_SIGN_S) before.endS = Math.max(before.endS, cue.endS)
    else if (list.add(cue)) last.set(key, cue)
  }
  return list.sorted()
}
