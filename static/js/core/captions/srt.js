// @ts-check
/**
 * SubRip. There is no standard, so this reads what players read: any line ends, commas or points, missing counters,
 * missing or extra blank lines.
 */

import { parseMarkup } from "./cue_text.js"
import { CueList, placement, timeS } from "./cues.js"

const TIME = String.raw`(?:(\d{1,4})\s?:\s?)?(\d{1,2})\s?:\s?(\d{1,2})(?:\s?[.,:]\s?(\d{1,3}))?`
const TIMING = new RegExp(String.raw`^\s*${TIME}\s*-{1,2}>\s*${TIME}`)
const COUNTER = /^\s*\d{1,7}\s*$/
const MAX_PREAMBLE_LINES = 200
const ALIGNMENT = /\{\\an?(\d{1,2})\}/

/** @param {string} line @returns {[number, number] | null} */
function timing(line) {
  const match = line.includes("->") ? TIMING.exec(line) : null
  if (!match) return null
  const [, h1, m1, s1, f1, h2, m2, s2, f2] = match
  return [timeS(h1, m1, s1, f1), timeS(h2, m2, s2, f2)]
}

/** Whether the text looks like SubRip. @param {string} text */
export function isSrt(text) {
  return text.split("\n", MAX_PREAMBLE_LINES).some(timing)
}

/** @param {string} text @returns {import("./cues.js").Cue[]} */
export function parseSrt(text) {
  const list = new CueList()
  /** @type {[number, number] | null} */
  let times = null
  /** @type {string[]} */
  let lines = []
  const finish = () => times && list.add(cueOf(times, lines.filter((line) => line.trim()).join("\n")))
  for (const line of text.split("\n")) {
    const next = timing(line)
    if (!next) {
      lines.push(line)
      continue
    }
    if (COUNTER.test(lines.at(-1) ?? "")) lines.pop()
    finish()
    times = next
    lines = []
  }
  finish()
  return list.sorted()
}

/** @param {[number, number]} times @param {string} text @returns {import("./cues.js").Cue} */
function cueOf([startS, endS], text) {
  const keypad = Number(ALIGNMENT.exec(text)?.[1] ?? 2)
  return { startS, endS, nodes: parseMarkup(text), ...placement(keypad) }
}
