// @ts-check
/**
 * Notices: any module shows one with `showNotice`; the page's `NoticeStack` displays the most important one as a single
 * line that is never modal.
 */

import { cloneTemplate, find } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"

const NOTICE_EVENT = "watchium:notice"
const WITHDRAWN_EVENT = "watchium:notice-withdrawn"

/**
 * @typedef {{key: string, text: string, tone?: "plain" | "warn" | "bad", rank?: number, lastsMs?: number, untilMs?: number,
 *   act?: {text: string, run: () => void}, other?: {text: string, run: () => void}}} Notice
 */

/** @param {Notice} notice a later one with the same `key` replaces it */
export function showNotice(notice) {
  document.dispatchEvent(new CustomEvent(NOTICE_EVENT, { detail: notice }))
}

/**
 * @param {(notice: Notice) => void} show
 * @param {(key: string) => void} withdraw
 * @param {AbortSignal} signal
 */
export function onNotice(show, withdraw, signal) {
  document.addEventListener(WITHDRAWN_EVENT, (event) => withdraw(/** @type {CustomEvent} */ (event).detail), {
    signal,
  })
  document.addEventListener(NOTICE_EVENT, (event) => show(/** @type {CustomEvent} */ (event).detail), {
    signal,
  })
}

/**
 * The message to show for a rejected command.
 * @param {unknown} refusal
 */
export function refusalMessage(refusal) {
  const message = /** @type {{message?: unknown}} */ (refusal)?.message
  return typeof message === "string" && message ? message : gettext("That did not work. Try again.")
}

/** Remove a notice, because its text is shown elsewhere now. @param {string} key */
export function withdrawNotice(key) {
  document.dispatchEvent(new CustomEvent(WITHDRAWN_EVENT, { detail: key }))
}

/**
 * Show that a command was rejected. A command that was never sent has its own notice.
 * @param {unknown} refusal
 */
export function showRefusal(refusal) {
  if (/** @type {{code?: unknown}} */ (refusal)?.code === "dropped") return
  showNotice({ key: "refused", text: refusalMessage(refusal), tone: "bad", rank: 1, lastsMs: 5000 })
}

const SECONDS = "{seconds}" // stands for the whole seconds until `untilMs`

export class NoticeStack {
  /**
   * @param {HTMLElement} shelf
   * @param {() => number} serverNow
   */
  constructor(shelf, serverNow) {
    this.shelf = shelf
    this.serverNow = serverNow
    /** @type {Map<string, Notice & {endsMs: number}>} */
    this.waiting = new Map()
    /** @type {Notice | null} */
    this.shown = null
    this.closed = false
  }

  /** Close for good: the visit is over, and notices must not cover its message. */
  close() {
    this.closed = true
    this.waiting.clear()
    this.#show()
  }

  /** @param {Notice} notice */
  put(notice) {
    if (this.closed || this.#isPresent(notice)) return
    const endsMs = notice.lastsMs ? performance.now() + notice.lastsMs : Infinity
    this.waiting.delete(notice.key)
    this.waiting.set(notice.key, { ...notice, endsMs })
    this.#show()
  }

  /**
   * Whether the notice is already there, without an end: its button must not be replaced just before a click.
   * @param {Notice} notice
   */
  #isPresent({ key, text, act, lastsMs, untilMs }) {
    const present = this.waiting.get(key)
    return (
      !lastsMs &&
      !untilMs &&
      present?.text === text &&
      present.act?.text === act?.text &&
      !present.lastsMs &&
      !present.untilMs
    )
  }

  /** @param {string} key */
  drop(key) {
    if (this.waiting.delete(key)) this.#show()
  }

  tick() {
    const now = performance.now()
    for (const [key, notice] of this.waiting) {
      if (notice.endsMs < now || (notice.untilMs && notice.untilMs < this.serverNow())) this.drop(key)
    }
    this.#updateCountdown()
  }

  /** Show the notice with the highest rank, and of several the newest. */
  #show() {
    /** @type {typeof this.shown} */
    let best = null
    for (const notice of this.waiting.values())
      if (!best || (notice.rank ?? 0) >= (best.rank ?? 0)) best = notice
    if (best === this.shown) return
    this.shown = best
    this.shelf.replaceChildren(...(best ? [this.#render(best)] : []))
    this.#updateCountdown()
  }

  /** @param {Notice} notice */
  #render(notice) {
    const element = cloneTemplate("notice")
    element.dataset.tone = notice.tone ?? "plain"
    element.dataset.key = notice.key
    find(element, "text").append(...withCountdown(notice.text))
    this.#setButton(element.querySelector("[data-act]"), notice.key, notice.act)
    this.#setButton(element.querySelector("[data-other]"), notice.key, notice.other)
    find(element, "dismiss").addEventListener("click", () => this.drop(notice.key))
    return element
  }

  /**
   * @param {HTMLElement | null} button
   * @param {string} key
   * @param {{text: string, run: () => void} | undefined} act
   */
  #setButton(button, key, act) {
    if (!button || !act) return
    button.textContent = act.text
    button.hidden = false
    button.addEventListener("click", () => {
      this.drop(key)
      act.run()
    })
  }

  #updateCountdown() {
    const slot = this.shelf.querySelector("[data-seconds]")
    if (slot && this.shown?.untilMs)
      slot.textContent = `${Math.max(0, Math.ceil((this.shown.untilMs - this.serverNow()) / 1000))} s`
  }
}

/**
 * The countdown is visual; a screen reader announces the sentence once.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
function withCountdown(text) {
  const [before, after] = text.split(SECONDS)
  if (after === undefined) return [text]
  const seconds = document.createElement("span")
  seconds.className = "digits"
  seconds.dataset.seconds = ""
  seconds.setAttribute("aria-hidden", "true")
  return [before, seconds, after]
}
