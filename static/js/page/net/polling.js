// @ts-check
/**
 * The room over HTTP if no WebSocket gets through (a proxy, a network): one request brings all news, another
 * sends one command. The result of a poll shows the cause: the server answers and WebSockets are blocked, or
 * nothing answers.
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
   * @param {object} asked where we are and what our player does
   * @returns {Promise<{events: any[], received: number, timestamp: number, clock_id: string}>}
   */
  poll(asked) {
    return request(this.boot.state_url, asked)
  }

  /**
   * Send one command at a time, so that the room carries them out in order.
   * @param {{type: string, event_id: string, payload: object}} command
   * @returns {Promise<any>} what was accepted; null where the room only goes on
   */
  send(command) {
    const sent = this.lastCommand.then(() => request(this.boot.commands_url, command))
    this.lastCommand = sent.catch(() => {})
    return sent
  }
}

const LOOK_MS = 100
const PLAYING_MS = 2000
const RESTING_MS = 5000
const UNTIL_LOCKED_MS = 400 // each answer is a pong: no player starts before there were five
const LEAST_MS = 400 // also where something has just been done
const TROUBLE_MS = 4000

const LOGGED = new Set([Event.Welcome, Event.Events, Event.Presence])

/** The refusals after which a socket would be closed for good. @type {Record<string, number>} */
const ENDS = {
  [ErrorCode.Banned]: Close.Removed,
  [ErrorCode.NotMember]: Close.NotAMember,
  [ErrorCode.RoomClosed]: Close.NoSuchRoom,
}

export class Polling {
  /** @param {import("../room/session.js").RoomSession} session */
  constructor(session) {
    this.session = session
    this.asking = false
    this.askedMs = -Infinity
    this.waitMs = 0
    this.wanted = false
    /** Server time of the last event that no log keeps. @type {number | null} */
    this.heardMs = null
  }

  start() {
    return every(LOOK_MS, () => this.#look())
  }

  /** Something was said: what became of it is asked at once. */
  soon() {
    this.wanted = true
  }

  #look() {
    // what comes from here on, a socket brings
    if (this.session.connection.status !== "limited") this.heardMs = null
    if (this.session.connection.status !== "limited" || this.asking) return
    if (performance.now() - this.askedMs >= (this.wanted ? LEAST_MS : this.waitMs)) void this.#ask()
  }

  async #ask() {
    const { session } = this
    this.asking = true
    this.wanted = false
    this.askedMs = performance.now()
    try {
      await this.#exchange()
      this.waitMs = this.#pauseMs()
      session.found("http")
    } catch (error) {
      this.#failed(error)
    } finally {
      this.asking = false
    }
  }

  async #exchange() {
    const { session } = this
    const { clock } = session
    const t0 = performance.now()
    clock.pingSent(t0)
    const answer = await session.http.poll({
      ...session.store.resume(),
      report: session.report(),
      heard: this.heardMs,
    })
    const { received: t1, timestamp: t2, clock_id } = answer
    clock.pongReceived({ t0, t1, t2, clock_id }, performance.now())
    if (session.connection.status !== "limited") return // a socket that opened meanwhile knows better
    const unlogged = answer.events.filter(({ type }) => !LOGGED.has(type)).map(({ timestamp }) => timestamp)
    this.heardMs = Math.max(this.heardMs ?? t1, ...unlogged)
    session.polled(answer.events)
  }

  #pauseMs() {
    const { clock, store, state } = this.session
    if (store.more) return 0
    if (!clock.locked) return UNTIL_LOCKED_MS
    return state.timeline?.phase === "playing" || state.timeline?.phase === "holding"
      ? PLAYING_MS
      : RESTING_MS
  }

  /** @param {any} error */
  #failed(error) {
    const { session } = this
    this.waitMs = Math.max(error?.retry_after_ms ?? 0, TROUBLE_MS)
    const over = ENDS[error?.code]
    if (over) return session.socket.end(over)
    if (error?.code === ErrorCode.RateLimited) return
    if (error?.code)
      return session.found(
        error.code === ErrorCode.Unavailable || error.code === ErrorCode.Internal ? "failing" : "refused",
      )
    // an answer that is none of ours
    if (!(error instanceof TypeError || error instanceof DOMException)) return session.found("failing")
    session.found(navigator.onLine ? "nothing" : "offline")
  }
}
