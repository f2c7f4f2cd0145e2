// @ts-check
/** The sign-in page and the page of one's account: sign in with a passkey, add one. */

import { creationOptions, credentialMessage, requestOptions } from "../core/net/passkey_messages.js"
import { request } from "../page/lib/api.js"
import { gettext } from "../page/lib/i18n.js"

/** Ask the browser for a passkey of this site, and sign in with it. @param {string} next */
async function signIn(next) {
  const publicKey = requestOptions(await request("/accounts/login/passkey/options/", {}))
  const credential = await navigator.credentials.get({ publicKey })
  return request(`/accounts/login/passkey/?next=${encodeURIComponent(next)}`, message(credential))
}

async function add() {
  const publicKey = creationOptions(await request("/accounts/passkeys/options/", {}))
  const credential = await navigator.credentials.create({ publicKey })
  return request("/accounts/passkeys/", message(credential))
}

/** @param {Credential | null} credential */
const message = (credential) => credentialMessage(/** @type {PublicKeyCredential} */ (credential))

/** @param {any} error */
function messageFor(error) {
  if (typeof error?.code === "string") return error.message
  if (error?.name === "InvalidStateError")
    return gettext("This device has a passkey for your account already.")
  if (error?.name === "NotAllowedError") return "" // the person closed the browser's dialog
  return gettext("That did not work. Try again.")
}

/**
 * @param {string} selector
 * @param {(element: HTMLElement) => Promise<{next: string}>} act
 */
function mount(selector, act) {
  const element = document.querySelector(selector)
  const button = element?.querySelector("button")
  const problem = element?.querySelector("[data-problem]")
  if (!(element instanceof HTMLElement) || !button || !problem || !globalThis.PublicKeyCredential) return
  element.hidden = false
  document.querySelector("[data-no-passkeys]")?.remove()
  button.addEventListener("click", async () => {
    button.disabled = true
    problem.textContent = ""
    try {
      location.assign((await act(element)).next)
    } catch (error) {
      problem.textContent = messageFor(error)
      button.disabled = false
    }
  })
}

mount("[data-passkey-sign-in]", (element) => signIn(element.dataset.next || "/"))
mount("[data-passkey-add]", add)
