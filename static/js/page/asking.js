// @ts-check
/** A request to the HTTP API, as the person of this page; rejects with the refusal. */

/**
 * @param {string} address
 * @param {string} method
 * @param {string} token
 * @param {object} body
 */
export async function ask(address, method, token, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token }
  const answer = await fetch(address, { method, headers, body: JSON.stringify(body), credentials: "same-origin" })
  if (!answer.ok) throw await answer.json().catch(() => ({}))
}
