// @ts-check
/**
 * The room over HTTP, where no WebSocket gets through: one request brings everything new, another sends one
 * command.
 *
 * A rejection with a `code` is the server's refusal. Without one the request was lost, and may have been
 * done.
 */

import { tokenNow } from "../lib/csrf.js"

const GIVE_UP_MS = 8000

export class HttpTransport {
  /** @param {{state_url: string, commands_url: string}} boot */
  constructor(boot) {
    this.boot = boot
    /** @type {Promise<unknown>} */
    this.lastCommand = Promise.resolve()
  }

  /**
   * @param {object} asked where we are and what our player does
   * @returns {Promise<{events: any[], received: number, timestamp: number, clock_id: string}>}
   */
  poll(asked) {
    return send(this.boot.state_url, asked)
  }

  /**
   * One at a time: the room does them in the order of the presses.
   * @param {{type: string, event_id: string, payload: object}} command
   * @returns {Promise<any>} what was accepted; null where the room only goes on
   */
  send(command) {
    const sent = this.lastCommand.then(() => send(this.boot.commands_url, command))
    this.lastCommand = sent.catch(() => {})
    return sent
  }
}

/**
 * @param {string} url
 * @param {object} [body] without one it is a question
 * @returns {Promise<any>} null where there is nothing to say
 */
export async function send(url, body) {
  const response = await fetch(url, {
    method: body ? "POST" : "GET",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRFToken": tokenNow() ?? "",
    },
    body: JSON.stringify(body),
    credentials: "same-origin",
    signal: AbortSignal.timeout(GIVE_UP_MS),
  })
  if (response.status === 204) return null
  const answer = await response.json()
  if (response.ok) return answer
  throw typeof answer?.code === "string" ? answer : new Error(`${url} answered ${response.status}`)
}
