// @ts-check
/** Waits for an HLS stream whose server was away: until its list is there, and the newest part that the list names. */

import { after } from "../lib/timers.js"

const ANSWER_MS = 4000
const ASK_LEAST_MS = 1500
const ASK_MOST_MS = 3000 // each viewer at a moment of its own

/**
 * @typedef {object} Awaited
 * @property {any} Hls
 * @property {object} options of hls.js
 * @property {string} url
 * @property {string | null} part the one that could not be loaded; null: the newest, because others are removed
 * @property {AbortSignal} signal ends the waiting
 */

/** @param {Awaited} awaited @param {() => void} back called once, and not after the signal */
export function whenBack(awaited, back) {
  const { signal } = awaited
  const attempt = async () => {
    const newest = signal.aborted ? null : await newestPart(awaited)
    const part = newest && (awaited.part ?? newest)
    const isThere = part !== null && (await answers(part, signal))
    if (signal.aborted) return
    if (isThere) back()
    else askLater(attempt)
  }
  askLater(attempt)
}

/** @param {() => void} ask */
function askLater(ask) {
  after(ASK_LEAST_MS + Math.random() * (ASK_MOST_MS - ASK_LEAST_MS), ask)
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

/** Only the head of the answer counts. @param {string} url @param {AbortSignal} signal */
async function answers(url, signal) {
  const request = new AbortController()
  const stop = () => request.abort()
  signal.addEventListener("abort", stop)
  const forget = after(ANSWER_MS, stop)
  try {
    const { ok } = await fetch(url, { signal: request.signal, cache: "no-store" })
    return ok
  } catch {
    return false
  } finally {
    signal.removeEventListener("abort", stop)
    forget()
    stop()
  }
}
