// @ts-check
/** A request to the HTTP API, as the person of this page; rejects with the refusal. */

import { tokenNow } from "./csrf.js"

/**
 * @param {string} address
 * @param {string} method
 * @param {string} token as the page was served with; signing in elsewhere since then has changed it
 * @param {object} body
 */
export async function ask(address, method, token, body) {
  const headers = {
    "Content-Type": "application/json",
    Accept: "application/json",
    "X-CSRFToken": tokenNow() ?? token,
  }
  const answer = await fetch(address, {
    method,
    headers,
    body: JSON.stringify(body),
    credentials: "same-origin",
  })
  if (!answer.ok) throw await answer.json().catch(() => ({}))
}
