// @ts-check
/** Asks a media server whether it answers, and waits for a stream that is away. */

import { after } from "../lib/timers.js"

const ANSWER_MS = 4000
const PROBE_MS = 3000
const ASK_LEAST_MS = 1500
const ASK_MOST_MS = 3000 // each viewer at a moment of its own
const EAGER_ATTEMPTS = 100 // four minutes; then less often
const PATIENCE = 4

/** Whether a server answers at all, whatever it answers, also one that allows no other sites. @param {string} url */
export async function answers(url) {
  const options = /** @type {RequestInit} */ ({ mode: "no-cors", credentials: "omit" })
  try {
    await fetch(url, { ...options, signal: AbortSignal.timeout(PROBE_MS) })
    return true
  } catch {
    return false
  }
}

/** Whether something is at an address. Only the head of the answer is read. @param {string} url @param {AbortSignal} signal */
export async function isAt(url, signal) {
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

/**
 * @param {() => Promise<boolean>} isThere
 * @param {AbortSignal} signal ends the waiting
 * @param {() => void} back called once, and not after the signal
 */
export function whenBack(isThere, signal, back) {
  let attempts = 0
  const ask = async () => {
    const found = !signal.aborted && (await isThere())
    if (signal.aborted) return
    if (found) back()
    else askLater()
  }
  const askLater = () => {
    attempts += 1
    const ms = ASK_LEAST_MS + Math.random() * (ASK_MOST_MS - ASK_LEAST_MS)
    after(attempts > EAGER_ATTEMPTS ? ms * PATIENCE : ms, ask)
  }
  askLater()
}
