// @ts-check
/** On a narrow screen the library and the queue take turns. */

import { piece } from "../lib/dom.js"

/** @param {HTMLElement} switcher @param {HTMLElement} main */
export function mount(switcher, main) {
  const gone = new AbortController()
  const buttons = ["library", "queue"].map((name) => piece(switcher, `show-${name}`))
  for (const button of buttons)
    button.addEventListener(
      "click",
      () => {
        main.dataset.pane = button.dataset.pane
        for (const each of buttons) each.setAttribute("aria-pressed", String(each === button))
        scrollTo(0, 0)
      },
      { signal: gone.signal },
    )
  return () => gone.abort()
}
