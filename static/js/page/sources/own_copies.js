// @ts-check
/**
 * The files on this device that play in place of the room's media: chosen in this page, and remembered from earlier
 * ones. A page cannot open a file again by itself, but it can ask for the right one and recognise it.
 */

import { loadItem, saveItem } from "../lib/storage.js"

const KEY = "own-copies"
const MOST = 20

/** The chosen files with their object URLs, by the address of the room's media. @type {Map<string, {url: string, file: File}>} */
export const chosenFiles = new Map()

/**
 * `shiftS`: how much later this copy shows the same scene than the room's media.
 * @typedef {{media: string, size: number, sha256: string, shiftS: number}} RememberedCopy
 */

/** @param {string} media its address @returns {RememberedCopy | null} */
export function rememberedCopy(media) {
  return all().find((copy) => copy.media === media) ?? null
}

/** @param {RememberedCopy} copy */
export function rememberCopy(copy) {
  saveItem(KEY, [copy, ...without(copy.media)].slice(0, MOST))
}

/** @param {string} media */
export function forgetCopy(media) {
  saveItem(KEY, without(media))
}

/** @param {string} media */
function without(media) {
  return all().filter((copy) => copy.media !== media)
}

/** @returns {RememberedCopy[]} */
function all() {
  const stored = loadItem(KEY, [])
  return Array.isArray(stored) ? stored : []
}
