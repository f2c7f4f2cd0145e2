// @ts-check
/** Whether an HLS stream whose server was away is back: its list, and the part that could not be loaded or the newest. */

import { after } from "../lib/timers.js"
import { isAt } from "./host_probe.js"

const LOADED_WITHIN_MS = 4000

/**
 * @typedef {object} Awaited
 * @property {any} Hls
 * @property {object} options of hls.js
 * @property {string} url
 * @property {string | null} part the one that could not be loaded; null: the newest, because others are removed
 * @property {AbortSignal} signal ends the question
 */

/** @param {Awaited} awaited */
export async function isBack(awaited) {
  const newest = await newestPart(awaited)
  const part = newest && (awaited.part ?? newest)
  return part !== null && (await isAt(part, awaited.signal))
}

/**
 * The address of the last part in the list; null if there is no list. Without an element, hls.js loads no parts.
 * @param {Awaited} awaited
 * @returns {Promise<string | null>}
 */
function newestPart({ Hls, options, url, signal }) {
  return new Promise((resolve) => {
    const hls = new Hls(options)
    const giveUp = () => end(null)
    const end = (/** @type {string | null} */ part) => {
      signal.removeEventListener("abort", giveUp)
      hls.destroy()
      resolve(part)
    }
    hls.on(Hls.Events.LEVEL_LOADED, (/** @type {string} */ _type, /** @type {any} */ { details }) =>
      end(details.fragments.at(-1)?.url ?? null),
    )
    hls.on(
      Hls.Events.ERROR,
      (/** @type {string} */ _type, /** @type {any} */ { fatal }) => fatal && end(null),
    )
    signal.addEventListener("abort", giveUp)
    hls.loadSource(url)
  })
}

/** Whether the browser's own player opens it, which needs no permission of the server. @param {string} url @returns {Promise<boolean>} */
export function opensByItself(url) {
  const element = document.createElement("video")
  return new Promise((resolve) => {
    const end = (/** @type {boolean} */ opens) => {
      forget()
      element.removeAttribute("src")
      element.load()
      resolve(opens)
    }
    const forget = after(LOADED_WITHIN_MS, () => end(false))
    element.addEventListener("loadedmetadata", () => end(true), { once: true })
    element.addEventListener("error", () => end(false), { once: true })
    element.preload = "metadata"
    element.muted = true
    element.src = url
  })
}
