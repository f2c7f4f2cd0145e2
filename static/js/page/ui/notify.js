// @ts-check
/** Telling the person at this page something short; `notices.js` shows it on the stage's lower edge. */

import { gettext } from "../lib/i18n.js"

const EVENT = "watchium:notice"
const WITHDRAWN = "watchium:notice-withdrawn"

/**
 * @typedef {{key: string, text: string, tone?: "plain" | "warn" | "bad", rank?: number, lastsMs?: number,
 *   act?: {text: string, run: () => void}, other?: {text: string, run: () => void}}} Notice
 */

/** @param {Notice} notice a later one with the same `key` replaces it */
export function announce(notice) {
  document.dispatchEvent(new CustomEvent(EVENT, { detail: notice }))
}

/**
 * @param {(notice: Notice) => void} hear
 * @param {(key: string) => void} forget
 * @param {AbortSignal} signal
 */
export function onNotice(hear, forget, signal) {
  document.addEventListener(WITHDRAWN, (event) => forget(/** @type {CustomEvent} */ (event).detail), {
    signal,
  })
  document.addEventListener(EVENT, (event) => hear(/** @type {CustomEvent} */ (event).detail), { signal })
}

/**
 * What a refused command says, in words for people.
 * @param {unknown} refusal
 */
export function wordsOf(refusal) {
  const message = /** @type {{message?: unknown}} */ (refusal)?.message
  return typeof message === "string" && message ? message : gettext("That did not work. Try again.")
}

/** Takes back a notice, because its words stand elsewhere now. @param {string} key */
export function withdraw(key) {
  document.dispatchEvent(new CustomEvent(WITHDRAWN, { detail: key }))
}

/**
 * A command that came back. One that was never sent has its own notice.
 * @param {unknown} refusal
 */
export function announceRefusal(refusal) {
  if (/** @type {{code?: unknown}} */ (refusal)?.code === "dropped") return
  announce({ key: "refused", text: wordsOf(refusal), tone: "bad", lastsMs: 5000 })
}
