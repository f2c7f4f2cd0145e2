// @ts-check
/** Distinguishes a server that allows no other sites from one that does not answer. */

const PROBE_MS = 3000

/** Whether a server answers at all, whatever it answers. @param {string} url */
export async function answers(url) {
  const options = /** @type {RequestInit} */ ({ mode: "no-cors", credentials: "omit" })
  try {
    await fetch(url, { ...options, signal: AbortSignal.timeout(PROBE_MS) })
    return true
  } catch {
    return false
  }
}
