// @ts-check
/**
 * The pages that are one card: a picture behind it, faces on it, the proposed name ready to be typed over.
 */

import { refreshFormTokens } from "../page/lib/api.js"
import { fillAvatars, fillCovers } from "../page/ui/artwork.js"
import { mountValidation as checkTypedText } from "../page/ui/form_validation.js"

fillCovers(document)
fillAvatars(document)
checkTypedText(document)
refreshFormTokens()

const first = document.querySelector("input[autofocus]")
if (first instanceof HTMLInputElement) {
  first.focus()
  first.select()
}

// A second press of Enter must not join twice.
document.querySelector("form")?.addEventListener("submit", (event) => {
  const button = /** @type {SubmitEvent} */ (event).submitter
  if (button instanceof HTMLButtonElement) setTimeout(() => (button.disabled = true))
})
// Coming back by the browser's history shows the page as it was left.
addEventListener("pageshow", () =>
  document.querySelectorAll("button:disabled").forEach((button) => button.removeAttribute("disabled")),
)
