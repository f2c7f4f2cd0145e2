// @ts-check
/**
 * Pages with a single card (join, sign in): fill covers and avatars, and select the proposed name, so that typing
 * replaces it.
 */

import { refreshFormTokens } from "../page/lib/api.js"
import { dateLocale } from "../page/lib/i18n.js"
import { fillAvatars, fillCovers } from "../page/ui/artwork.js"
import { mountValidation as checkTypedText } from "../page/ui/form_validation.js"

const ASK_MS = 2000

fillCovers(document)
fillAvatars(document)
checkTypedText(document)
refreshFormTokens()

const first = document.querySelector("input[autofocus]")
if (first instanceof HTMLInputElement) {
  first.focus()
  first.select()
}

// The server does not know the visitor's time zone.
const time = document.querySelector("time[data-local-time]")
if (time instanceof HTMLTimeElement) {
  const format = { dateStyle: "full", timeStyle: "short" }
  time.textContent = new Date(time.dateTime).toLocaleString(
    dateLocale(),
    /** @type {Intl.DateTimeFormatOptions} */ (format),
  )
}

mountKnock(document.querySelector("form[data-knock]"))

// A second press of Enter must not join twice.
document.querySelector("form")?.addEventListener("submit", (event) => {
  const button = /** @type {SubmitEvent} */ (event).submitter
  if (button instanceof HTMLButtonElement) setTimeout(() => (button.disabled = true))
})
// A page restored from the back/forward cache still has its button disabled.
addEventListener("pageshow", () =>
  document.querySelectorAll("button:disabled").forEach((button) => button.removeAttribute("disabled")),
)

/** Who asked to join waits here, and joins once the host says yes. @param {HTMLFormElement | null} form */
function mountKnock(form) {
  if (form?.dataset.knock === "admitted") return form.requestSubmit()
  if (form?.dataset.knock !== "none") return
  setInterval(async () => {
    const response = await fetch(form.dataset.answer ?? "").catch(() => null)
    const { answer = "none" } = response?.ok ? await response.json() : {}
    if (answer === "admitted") form.requestSubmit()
    else if (answer !== "none") location.reload()
  }, ASK_MS)
}
