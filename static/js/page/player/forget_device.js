// @ts-check
/** Forgetting a device: one press, one question. What it had lined up cannot be had back. */

import { piece, write } from "../lib/dom.js"
import { fill, gettext } from "../lib/i18n.js"

/** @param {HTMLElement} dialog @param {import("./commands.js").Commands} commands */
export function mount(dialog, commands) {
  const gone = new AbortController()
  const { signal } = gone
  const [list, sure, question, now, not] = [
    "devices-list",
    "forget-sure",
    "forget-question",
    "forget-now",
    "forget-not",
  ].map((name) => piece(dialog, name))
  let asked = /** @type {HTMLElement | null} */ (null)
  const settle = () => {
    sure.hidden = true
    asked = null
  }
  list.addEventListener(
    "click",
    ({ target }) => {
      const button = target instanceof Element ? target.closest("[data-forget]") : null
      const line = button?.closest("[data-device]")
      if (!(line instanceof HTMLElement)) return
      asked = line
      write(
        question,
        fill(gettext("Forget {name}? Its queue will be deleted."), {
          name: piece(line, "name").textContent ?? "",
        }),
      )
      sure.hidden = false
      now.focus()
    },
    { signal },
  )
  now.addEventListener(
    "click",
    () => {
      const device = asked?.dataset.device
      settle()
      if (device) commands.forget(device)
      piece(dialog, "close").focus()
    },
    { signal },
  )
  not.addEventListener(
    "click",
    () => {
      const line = asked
      settle()
      if (line) piece(line, "forget").focus()
    },
    { signal },
  )
  dialog.addEventListener("close", settle, { signal })
  return () => gone.abort()
}
