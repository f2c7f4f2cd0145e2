// @ts-check
/**
 * What is on here, for everyone: a room with it, made as the lobby makes one, and this player rests
 * meanwhile.
 */

import { after } from "../lib/timers.js"

const PATIENCE_MS = 600 // for the answer to the pause
const LONGEST_TITLE = 80

/**
 * @param {HTMLElement} element
 * @param {import("./session.js").Mine} mine
 * @param {import("./commands.js").Commands} commands
 */
export function mount(element, mine, commands) {
  const gone = new AbortController()
  const form = /** @type {HTMLFormElement} */ (element)
  form.addEventListener(
    "submit",
    async (event) => {
      event.preventDefault()
      const { item } = mine
      if (!item) return
      field(form, "title").value = item.title.slice(0, LONGEST_TITLE)
      field(form, "media_url").value = item.url
      const tooLong = new Promise((done) => after(PATIENCE_MS, () => done(undefined)))
      if (commands.playing) await Promise.race([commands.pause(), tooLong])
      form.submit()
    },
    { signal: gone.signal },
  )
  return () => gone.abort()
}

/** @param {HTMLFormElement} form @param {string} name */
function field(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name))
}
