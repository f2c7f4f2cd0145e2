// @ts-check
/** How this viewer reads captions. It is stored on the device and not sent to the server. */

import { loadItem, saveItem } from "../lib/storage.js"

const KEY = "captions"
const MAX_OFFSET_MS = 600_000
const MAX_OFFSETS = 50 // media whose offsets are remembered

export const SIZES = [70, 100, 140, 190] // percent
export const COLORS = ["white", "yellow", "cyan", "green"]
export const BACKGROUNDS = ["shade", "solid", "none"]
export const PLACES = ["bottom", "top"]

/**
 * @typedef {{on: boolean, language: string, size: number, color: string, background: string, place: string,
 *   styles: boolean, offsets: [string, number][]}} Values `offsets`: by media URL, the last used first; `styles`:
 *   fonts and places of the file, where it has some
 */

/** @type {Values} */
const DEFAULTS = {
  on: false,
  language: "",
  size: 100,
  color: "white",
  background: "shade",
  place: "bottom",
  styles: true,
  offsets: [],
}
/** @type {[keyof Values, unknown[]][]} */
const CHOICES = [
  ["size", SIZES],
  ["color", COLORS],
  ["background", BACKGROUNDS],
  ["place", PLACES],
  ["on", [true, false]],
  ["styles", [true, false]],
]

export class CaptionSettings {
  constructor() {
    this.values = readable(loadItem(KEY, {}))
  }

  /** @param {Partial<Values>} change */
  update(change) {
    // Another tab may have changed other values.
    this.values = { ...readable(loadItem(KEY, this.values)), ...change }
    saveItem(KEY, this.values)
  }

  /** @param {string} url of the media */
  offsetMs(url) {
    return this.values.offsets.find(([of]) => of === url)?.[1] ?? 0
  }

  /** @param {string} url of the media @param {number} ms positive: captions later */
  setOffset(url, ms) {
    const bounded = Math.min(Math.max(Math.round(ms), -MAX_OFFSET_MS), MAX_OFFSET_MS)
    const others = this.values.offsets.filter(([of]) => of !== url)
    const offsets = bounded ? [/** @type {[string, number]} */ ([url, bounded]), ...others] : others
    this.update({ offsets: offsets.slice(0, MAX_OFFSETS) })
  }

  /** Languages to look for, the most wanted first. @returns {string[]} */
  get languages() {
    return [this.values.language, ...navigator.languages]
  }
}

/** Stored values that this version understands, and defaults for the others. @param {any} stored @returns {Values} */
function readable(stored) {
  const values = { ...DEFAULTS, ...(typeof stored === "object" ? stored : {}) }
  for (const [name, choices] of CHOICES)
    if (!choices.includes(values[name])) Object.assign(values, { [name]: DEFAULTS[name] })
  if (typeof values.language !== "string") values.language = ""
  const isOffset = (/** @type {any} */ pair) => typeof pair?.[0] === "string" && Number.isFinite(pair[1])
  values.offsets = Array.isArray(values.offsets) ? values.offsets.filter(isOffset) : []
  return values
}
