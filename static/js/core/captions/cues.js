// @ts-check
/** Cues: when a caption is shown, where, and its text. All formats become this. */

import { CaptionError, MAX_CUES } from "./caption_error.js"

/** @typedef {"top" | "middle" | "bottom"} Place */
/** @typedef {"start" | "center" | "end"} Align */
/**
 * @typedef {{startS: number, endS: number, nodes: import("./cue_text.js").CueNode[], place: Place, align: Align}} Cue
 */

/** 1 to 9 as on a numeric keypad, which `{\anN}` and the styles of ASS use. @param {number} keypad */
export function placement(keypad) {
  const row = Math.floor((keypad - 1) / 3)
  return {
    place: /** @type {Place} */ (["bottom", "middle", "top"][row] ?? "bottom"),
    align: /** @type {Align} */ (["start", "center", "end"][(keypad - 1) % 3] ?? "center"),
  }
}

/** Collects the cues of a file. */
export class CueList {
  constructor() {
    /** @type {Cue[]} */
    this.cues = []
  }

  /** Leave out cues without text or duration. @param {Cue} cue @returns {boolean} whether it is in the list now */
  add(cue) {
    if (!cue.nodes.length || !(cue.endS > cue.startS)) return false
    if (this.cues.length >= MAX_CUES) throw new CaptionError("too_many")
    this.cues.push(cue)
    return true
  }

  /** The cues in the order in which they begin. @returns {Cue[]} */
  sorted() {
    if (!this.cues.length) throw new CaptionError("no_cues")
    return this.cues.sort((a, b) => a.startS - b.startS)
  }
}

/**
 * Seconds of the parts of a time; parts that are missing count as 0.
 * @param {string | undefined} hours @param {string} minutes @param {string} seconds @param {string} [fraction]
 */
export function timeS(hours, minutes, seconds, fraction) {
  return Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(`0.${fraction || 0}`)
}
