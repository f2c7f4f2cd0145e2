// @ts-check
/**
 * The player over HTTP if no WebSocket gets through: the whole state is fetched every few seconds and
 * commands are sent one at a time. Responses are handled like the socket's envelopes.
 */

import { Command, IDEMPOTENT_COMMANDS, Event } from "../../core/protocol.js"
import { request } from "../lib/api.js"
import { every } from "../lib/timers.js"

const CHECK_MS = 100
const MIN_GAP_MS = 300 // also after a command
const PLAYING_MS = 2000
const IDLE_MS = 5000

/** @typedef {{type: string, event_id: string, payload: any}} SentCommand */

export class PlayerHttpTransport {
  /**
   * @param {import("../player/session.js").PlayerSession} player
   * @param {{received: (envelope: any) => void, reached: (isReached: boolean) => void}} callbacks `reached`: whether
   *   the server responds
   */
  constructor(player, callbacks) {
    this.player = player
    this.callbacks = callbacks
    this.isPolling = false
    this.isDue = false
    this.polledMs = -Infinity
    /** @type {Promise<unknown>} */
    this.last = Promise.resolve()
  }

  start() {
    return every(CHECK_MS, () => this.#check())
  }

  get #limited() {
    return this.player.connection.status === "limited"
  }

  #check() {
    const waitMs = this.isDue
      ? MIN_GAP_MS
      : this.player.state.is_playing || !this.player.clock.locked
        ? PLAYING_MS
        : IDLE_MS
    if (this.#limited && !this.isPolling && performance.now() - this.polledMs >= waitMs) void this.#poll()
  }

  async #poll() {
    const { boot, clock, store } = this.player
    const t0 = (this.polledMs = performance.now())
    this.isPolling = true
    this.isDue = false
    clock.pingSent(t0)
    try {
      const { timestamp, clock_id, ...snapshot } = await request(boot.player_url)
      clock.hint(timestamp, performance.now())
      clock.pongReceived({ t0, t1: timestamp, t2: timestamp, clock_id }, performance.now())
      if (!this.#limited) return // a socket opened meanwhile and has newer state
      const [type, payload] = store.known
        ? [Event.PlayerState, snapshot]
        : [Event.Welcome, { ...snapshot, device: "", sounding: null }]
      this.callbacks.received({ type, room_id: null, timestamp, revision: snapshot.state.revision, payload })
      this.callbacks.reached(true)
    } catch {
      this.callbacks.reached(false)
    } finally {
      this.isPolling = false
    }
  }

  /** @param {SentCommand} command @returns {boolean} whether it was sent */
  send(command) {
    const { type, payload } = command
    if (type === Command.SyncRequest) this.isDue = true
    // a lost one is replaced by the next
    else if (type === Command.Position) void request(this.player.boot.position_url, payload).catch(() => {})
    // there is no channel on which other tabs could object
    else if (type === Command.Sound)
      this.#receive(Event.Sound, { tab: payload.want ? this.player.tab : null })
    else if (IDEMPOTENT_COMMANDS.has(type)) this.last = this.last.then(() => this.#command(command))
    else return false
    return true
  }

  /** @param {SentCommand} command */
  async #command(command) {
    try {
      this.#receive(Event.Ack, await request(this.player.boot.control_url, command))
    } catch (error) {
      const { code } = /** @type {any} */ (error)
      if (typeof code === "string")
        this.#receive(Event.Error, { event_id: command.event_id, .../** @type {any} */ (error) })
      else this.callbacks.reached(false) // it is sent again, with the same id, when the server responds
    }
    this.isDue = true
  }

  /** @param {string} type @param {any} payload */
  #receive(type, payload) {
    this.callbacks.received({
      type,
      room_id: null,
      timestamp: this.player.serverNow(),
      revision: null,
      payload,
    })
  }
}
