// @ts-check
/**
 * The token that shows a request comes from a page of ours. Signing in or out in one tab changes it for all
 * of them, so that pages open since before ask for it when they send something, not when they were served.
 */

/** @returns {string | null} */
export function tokenNow() {
  return /(?:^|; )(?:__Host-)?csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? null
}

/** For plain forms: the current token goes into whichever is sent. */
export function refreshForms() {
  document.addEventListener(
    "submit",
    (event) => {
      const field = /** @type {HTMLFormElement} */ (event.target).elements.namedItem("csrfmiddlewaretoken")
      const token = tokenNow()
      if (field instanceof HTMLInputElement && token) field.value = token
    },
    { capture: true },
  )
}
