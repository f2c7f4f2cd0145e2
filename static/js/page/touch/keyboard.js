// @ts-check
/**
 * Most browsers make the page smaller while a phone's keyboard is open. Where it covers the page (iPhone), the page ends
 * above it, so that neither the composer nor the picture is out of view.
 */

import { heightAboveKeyboard } from "../../core/touch/keyboard.js"

/** @param {HTMLElement} body */
export function mountKeyboard(body) {
  const view = window.visualViewport
  if (!view) return
  const place = () => {
    const windowPx = Math.max(innerHeight, document.documentElement.clientHeight)
    const isCovered = body.querySelector("dialog[open], :popover-open") // the browser moves these itself
    const heightPx = isCovered
      ? null
      : heightAboveKeyboard({ windowPx, viewPx: view.height, scale: view.scale })
    body.toggleAttribute("data-keyboard", heightPx !== null)
    if (heightPx === null) return body.style.removeProperty("--window")
    body.style.setProperty("--window", `${heightPx}px`)
    window.scrollTo(0, 0) // the browser scrolled the field into view before the page became smaller
  }
  view.addEventListener("resize", place)
  place()
}
