// @ts-check
/** WebVTT (https://www.w3.org/TR/webvtt1/): cues with their text, line and alignment. Styles and regions are left out. */

import { parseMarkup } from "./cue_text.js"
import { CueList, timeS } from "./cues.js"

const TIME = String.raw`(?:(\d{1,5}):)?(\d{2}):(\d{2})\.(\d{3})`
const TIMING = new RegExp(String.raw`^[ \t]*${TIME}[ \t]*-->[ \t]*${TIME}(?:[ \t]+(.*))?$`)

/** Whether the text is WebVTT. @param {string} text */
export function isWebVtt(text) {
  return /^\ufeff?WEBVTT(?:[ \t\n]|$)/.test(text)
}

/** @param {string} text @returns {import("./cues.js").Cue[]} */
export function parseWebVtt(text) {
  const list = new CueList()
  for (const block of blocks(text)) {
    const at = block.slice(0, 2).findIndex((line) => line.includes("-->")) // the line before is the cue's name
    const match = at < 0 ? null : TIMING.exec(block[at])
    if (!match) continue
    const [, h1, m1, s1, f1, h2, m2, s2, f2, settings] = match
    const [startS, endS] = [timeS(h1, m1, s1, f1), timeS(h2, m2, s2, f2)]
    const nodes = parseMarkup(block.slice(at + 1).join("\n"), { strict: true })
    list.add({ startS, endS, nodes, ...placementOf(settings ?? "") })
  }
  return list.sorted()
}

/** Groups of lines between blank lines. @param {string} text */
function* blocks(text) {
  /** @type {string[]} */
  let block = []
  for (const line of text.split("\n")) {
    if (line) block.push(line)
    else if (block.length) {
      yield block
      block = []
    }
  }
  if (block.length) yield block
}

/**
 * `line` counts lines from the top, or from the bottom if negative, or is a share of the height.
 * @param {string} settings
 * @returns {{place: import("./cues.js").Place, align: import("./cues.js").Align}}
 */
function placementOf(settings) {
  const line = /(?:^|[ \t])line:(-?[\d.]+)(%?)/.exec(settings)
  const align = /(?:^|[ \t])align:(start|left|end|right)/.exec(settings)?.[1]
  return { place: placeOf(line), align: align ? (/start|left/.test(align) ? "start" : "end") : "center" }
}

/** @param {RegExpExecArray | null} line */
function placeOf(line) {
  if (!line) return "bottom"
  const value = Number(line[1])
  if (!line[2]) return line[1].startsWith("-") || value > 8 ? "bottom" : "top"
  return value < 35 ? "top" : value < 65 ? "middle" : "bottom"
}
