// @ts-check
/**
 * The room over HTTP if no WebSocket gets through (a proxy, a network): one request fetches all changes,
 * another sends one command. The result of a poll shows the cause: the server responds and WebSockets are blocked, or
 * nothing responds.
 *
 * A rejection with a `code` is the server's refusal. Without one the request was lost and may have been
 * carried out.
 */

import { Close, ErrorCode, Event } from "../../core/protocol.js"
import { request } from "../lib/api.js"
import { every } from "../lib/timers.js"

export class HttpTransport {
  /** @param {{state_url: string, commands_url: string}} boot */
  constructor(boot) {
    this.boot = boot
    /** @type {Promise<unknown>} */
    this.lastCommand = Promise.resolve()
  }

  /**
   * @param {object} body the last known revision and the player's status report
   * @returns {Promise<{events: any[], received: number, timestamp: number, clock_id: string}>}
   */
  poll(body) {
    return request(this.boot.state_url, body)
  }

  /**
   * Send one command at a time, so that the room carries them out in order.
   * @param {{type: string, event_id: string, payload: object}} command
   * @returns {Promise<any>} the ack; null for a command without one
   */
  send(command) {
    const sent = this.lastCommand.then(() => request(this.boot.commands_url, command))
    this.lastCommand = sent.catch(() => {})
    return sent
  }
}

const CHECK_MS = 100
const PLAYING_MS = 2000
const IDLE_MS = 5000
const UNTIL_LOCKED_MS = 400 // each response counts as a pong, and no player starts before the fifth
const MIN_GAP_MS = 400 // also after a command
const FAILED_MS = 4000

const IN_STATE = new Set([Event.Welcome, Event.Events, Event.Presence])

/** Errors after which the server would close a socket for good, with its close code. @type {Record<string, number>} */
const FINAL_CODES = {
  [ErrorCode.Banned]: Close.Removed,
  [ErrorCode.NotMember]: Close.NotAMember,
  [ErrorCode.RoomClosed]: Close.NoSuchRoom,
}

export class Polling {
  /** @param {import("../room/session.js").RoomSession} session */
  constructor(session) {
    this.session = session
    this.isPolling = false
    this.polledMs = -Infinity
    this.waitMs = 0
    this.isDue = false
    /** Server time of the last received event that is not part of the state. @type {number | null} */
    this.receivedMs = null
  }

  start() {
    return every(CHECK_MS, () => this.#check())
  }

  /** Poll soon, for the result of a command. */
  soon() {
    this.isDue = true
  }

  #check() {
    // the socket delivers all later events
    if (this.session.connection.status !== "limited") this.receivedMs = null
    if (this.session.connection.status !== "limited" || this.isPolling) return
    if (performance.now() - this.polledMs >= (this.isDue ? MIN_GAP_MS : this.waitMs)) void this.#poll()
  }

  async #poll() {
    const { session } = this
    this.isPolling = true
    this.isDue = false
    this.polledMs = performance.now()
    try {
      await this.#exchange()
      this.waitMs = this.#nextWaitMs()
      session.updateReach("http")
    } catch (error) {
      this.#failed(error)
    } finally {
      this.isPolling = false
    }
  }

  async #exchange() {
    const { session } = this
    const { clock } = session
    const t0 = performance.now()
    clock.pingSent(t0)
    const response = await session.http.poll({
      ...session.store.resume(),
      report: session.report(),
      heard: this.receivedMs,
    })
    const { received: t1, timestamp: t2, clock_id } = response
    clock.pongReceived({ t0, t1, t2, clock_id }, performance.now())
    if (session.connection.status !== "limited") return // a socket opened meanwhile and has newer state
    const others = response.events.filter(({ type }) => !IN_STATE.has(type)).map(({ timestamp }) => timestamp)
    this.receivedMs = Math.max(this.receivedMs ?? t1, ...others)
    session.receivePolled(response.events)
  }

  #nextWaitMs() {
    const { clock, store, state } = this.session
    if (store.more) return 0
    if (!clock.locked) return UNTIL_LOCKED_MS
    return state.timeline?.phase === "playing" || state.timeline?.phase === "holding" ? PLAYING_MS : IDLE_MS
  }

  /** @param {any} error */
  #failed(error) {
    const { session } = this
    this.waitMs = Math.max(error?.retry_after_ms ?? 0, FAILED_MS)
    const finalCode = FINAL_CODES[error?.code]
    if (finalCode) return session.socket.end(finalCode)
    if (error?.code === ErrorCode.RateLimited) return
    if (error?.code)
      return session.updateReach(
        error.code === ErrorCode.Unavailable || error.code === ErrorCode.Internal ? "failing" : "refused",
      )
    // the response is not Watchium's, perhaps that of a proxy
    if (!(error instanceof TypeError || error instanceof DOMException)) return session.updateReach("failing")
    session.updateReach(navigator.onLine ? "nothing" : "offline")
  }
}
