// @ts-check
/**
 * The player over HTTP if no WebSocket gets through: the whole state is fetched every few seconds and
 * commands are sent one at a time. Responses are handled like the socket's envelopes.
 */

import { Command, IDEMPOTENT_COMMANDS, Event } from "../../core/protocol.js"
import { request } from "../lib/api.js"
import { every } from "../lib/timers.js"

const LOOK_MS = 100
const LEAST_MS = 300 // also where something was just done
const PLAYING_MS = 2000
const RESTING_MS = 5000

/** @typedef {{type: string, event_id: string, payload: any}} Said */

export class PlayerHttpTransport {
  /**
   * @param {import("../player/session.js").PlayerSession} player
   * @param {{said: (envelope: any) => void, found: (reached: boolean) => void}} callbacks `found`: whether the
   *   server answers
   */
  constructor(player, callbacks) {
    this.player = player
    this.callbacks = callbacks
    this.asking = false
    this.wanted = false
    this.askedMs = -Infinity
    /** @type {Promise<unknown>} */
    this.last = Promise.resolve()
  }

  start() {
    return every(LOOK_MS, () => this.#look())
  }

  get #limited() {
    return this.player.connection.status === "limited"
  }

  #look() {
    const waitMs = this.wanted
      ? LEAST_MS
      : this.player.state.is_playing || !this.player.clock.locked
        ? PLAYING_MS
        : RESTING_MS
    if (this.#limited && !this.asking && performance.now() - this.askedMs >= waitMs) void this.#ask()
  }

  async #ask() {
    const { boot, clock, store } = this.player
    const t0 = (this.askedMs = performance.now())
    this.asking = true
    this.wanted = false
    clock.pingSent(t0)
    try {
      const { timestamp, clock_id, ...whole } = await request(boot.player_url)
      clock.hint(timestamp, performance.now())
      clock.pongReceived({ t0, t1: timestamp, t2: timestamp, clock_id }, performance.now())
      if (!this.#limited) return // a socket that opened meanwhile knows better
      const [type, payload] = store.known
        ? [Event.PlayerState, whole]
        : [Event.Welcome, { ...whole, device: "", sounding: null }]
      this.callbacks.said({ type, room_id: null, timestamp, revision: whole.state.revision, payload })
      this.callbacks.found(true)
    } catch {
      this.callbacks.found(false)
    } finally {
      this.asking = false
    }
  }

  /** @param {Said} command @returns {boolean} whether it is on its way */
  send(command) {
    const { type, payload } = command
    if (type === Command.SyncRequest) this.wanted = true
    // the next one counts
    else if (type === Command.Position) void request(this.player.boot.position_url, payload).catch(() => {})
    // no other tab can settle it
    else if (type === Command.Sound) this.#hear(Event.Sound, { tab: payload.want ? this.player.tab : null })
    else if (IDEMPOTENT_COMMANDS.has(type)) this.last = this.last.then(() => this.#command(command))
    else return false
    return true
  }

  /** @param {Said} command */
  async #command(command) {
    try {
      this.#hear(Event.Ack, await request(this.player.boot.control_url, command))
    } catch (problem) {
      const { code } = /** @type {any} */ (problem)
      if (typeof code === "string")
        this.#hear(Event.Error, { event_id: command.event_id, .../** @type {any} */ (problem) })
      else this.callbacks.found(false) // it goes again, as the same, when the server answers
    }
    this.wanted = true
  }

  /** @param {string} type @param {any} payload */
  #hear(type, payload) {
    this.callbacks.said({ type, room_id: null, timestamp: this.player.serverNow(), revision: null, payload })
  }
}
