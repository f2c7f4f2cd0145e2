// @ts-check
/**
 * One user's visit to one room, as all modules of the page see it.
 *
 * It connects independent parts: the socket delivers envelopes, the store reduces them to state, the player
 * follows the timeline, the command queue makes sure that commands arrive. Modules are notified after the
 * state was reduced: of the server's events by their type, and of `state`, `connection`, `drift`, `player`,
 * `lacks`, `dropped` and `broadcast`.
 */

import { Clock } from "../../core/clock/clock.js"
import { CommandQueue } from "../../core/room/pending_commands.js"
import { polledChanges } from "../../core/room/members.js"
import { GAP_TOLERANCE_MS } from "../../core/net/sequence.js"
import { Command, IDEMPOTENT_COMMANDS, Event, ROOM_EVENTS } from "../../core/protocol.js"
import { RoomStore } from "../../core/room/room_store.js"
import { positionAt } from "../../core/sync/timeline.js"
import { newId } from "../lib/api.js"
import { Emitter } from "../lib/emitter.js"
import { after, detectWakeUps, every } from "../lib/timers.js"
import { isHidden } from "../media/media_element.js"
import { Player } from "../media/room_player.js"
import { statusReport } from "../media/status_report.js"
import { HttpTransport, Polling } from "../net/polling.js"
import { Socket } from "../net/socket.js"

const HEARTBEAT_MS = 3000
const CHECK_MS = 250
const DEFAULT_TOLERANCE_MS = 500 // until the room says its own
// carry the instant of the gesture
const WITH_TIME = new Set([Command.Play, Command.Pause, Command.Seek, Command.SetRate])
const WITH_POSITION = new Set([Command.Play, Command.Pause]) // carry the timeline's position at that instant
const CUSTOM_EVENT = "broadcast" // modules get custom events that programs send to the room under this name
const UNANSWERED = new Set([
  Command.Typing,
  Command.Reaction,
  Command.Heartbeat,
  Command.BufferStart,
  Command.BufferEnd,
])

/** @typedef {import("../../core/protocol.js").Envelope} Envelope */
/** @typedef {{code: string, message: string, retry_after_ms: number | null}} Refusal */

export class RoomSession extends Emitter {
  /** @param {any} boot @param {HTMLMediaElement} media */
  constructor(boot, media) {
    super()
    this.boot = boot
    this.clock = new Clock()
    this.store = new RoomStore()
    this.commandQueue = new CommandQueue()
    /** @type {Map<string, {resolve: (accepted: any) => void, reject: (refusal: Refusal) => void}>} */
    this.waiting = new Map()
    /**
     * @type {{status: string, attempt: number, retryInMs: number | null, closeCode: number | null, reach?:
     *   string}}
     */
    this.connection = { status: "connecting", attempt: 0, retryInMs: null, closeCode: null }
    this.player = new Player(media, this.clock, {
      report: (type, payload) => void this.say(type, payload),
      urgent: () => (this.overHttp ? this.polling.soon() : this.#heartbeat()),
      changed: (change) => this.emit("player", change),
      lacks: (track) => this.emit("lacks", track),
      drift: (drift) => this.emit("drift", drift),
    })
    this.socket = new Socket(boot.socket_path, this.clock, {
      resume: () => this.store.resume(),
      page: () => ({ playing: this.state.timeline?.is_playing ?? false, hidden: isHidden() }),
      said: (envelope) => {
        if (envelope.type === Event.Welcome) this.commandQueue.reconnected()
        this.#said(envelope)
      },
      status: (change) => this.#connection(change),
    })
    this.http = new HttpTransport(boot)
    this.polling = new Polling(this)
    /** @type {Record<string, (envelope: Envelope) => void>} */
    this.handlers = {}
  }

  open() {
    this.socket.open()
    every(HEARTBEAT_MS, () => this.#heartbeat())
    every(CHECK_MS, () => this.#lookAfter())
    detectWakeUps(this.clock, {
      woke: () => this.#woke(),
      hid: () => this.player.woke(),
      network: () => this.socket.wake(),
    })
    this.polling.start()
  }

  get state() {
    return this.store.state
  }

  /** No socket gets through, but the server answers. */
  get overHttp() {
    return this.connection.status === "limited" && this.connection.reach === "http"
  }

  /** Whether a command sent now leaves immediately. */
  get reachable() {
    return this.connection.status === "open" || this.overHttp
  }

  serverNow() {
    return this.clock.serverNow(performance.now())
  }

  /** The timeline's position now, in seconds. */
  position() {
    const timeline = this.player.machine.timeline ?? this.state.timeline // until a lap is over, the old one
    return timeline ? positionAt(timeline, this.serverNow()) : 0
  }

  /**
   * @param {string} type @param {Record<string, any>} [payload]
   * @param {{at?: number, eventId?: string}} [as] server time of the gesture; the id it was tried with before
   * @returns {Promise<any>} what was accepted; rejects with a refusal
   */
  say(type, payload = {}, { at, eventId = newId() } = {}) {
    const command = { type, event_id: eventId, payload: this.#complete(type, payload, at) }
    if (!IDEMPOTENT_COMMANDS.has(type)) return this.#mention(command)
    return new Promise((resolve, reject) => {
      this.waiting.set(command.event_id, { resolve, reject })
      this.commandQueue.add(command, performance.now())
      this.#flush()
    })
  }

  /**
   * Our commands name the timeline's own position, never that of a player which may be off.
   * @param {string} type
   * @param {Record<string, any>} payload
   * @param {number | undefined} at
   */
  #complete(type, payload, at) {
    if (!WITH_TIME.has(/** @type {any} */ (type))) return payload
    const timed = /** @type {{at: number, current_time?: number}} */ ({
      at: at ?? this.serverNow(),
      ...payload,
    })
    const { timeline } = this.state
    if (!timeline || !WITH_POSITION.has(/** @type {any} */ (type)) || timed.current_time !== undefined)
      return timed
    return { current_time: positionAt(timeline, timed.at), ...timed }
  }

  /**
   * Send a command that is worthless later and is not queued.
   * @param {{type: string, event_id: string, payload: object}} command
   */
  #mention(command) {
    if (this.overHttp) return this.#mentionOverHttp(command)
    const sent = this.socket.send(command)
    if (command.type === Command.Leave) after(0, () => this.socket.leave())
    if (sent || UNANSWERED.has(/** @type {any} */ (command.type))) return Promise.resolve()
    return Promise.reject({ code: "unavailable", message: "Not connected", retry_after_ms: null })
  }

  /** @param {{type: string, event_id: string, payload: object}} command */
  #mentionOverHttp(command) {
    const sent = this.http.send(command).then(() => this.polling.soon())
    return UNANSWERED.has(/** @type {any} */ (command.type)) ? sent.catch(() => {}) : sent
  }

  #flush() {
    if (!this.reachable) return
    for (const command of this.commandQueue.toSend()) {
      if (this.overHttp) void this.#sendOverHttp(command)
      else this.socket.send(command)
    }
  }

  /**
   * The response is handled like the socket's.
   * @param {{type: string, event_id: string, payload: object}} command
   */
  async #sendOverHttp(command) {
    const envelope = { room_id: this.boot.room_id, timestamp: this.serverNow(), revision: null }
    try {
      const accepted = await this.http.send(command)
      this.polling.soon()
      this.#said({ ...envelope, type: Event.Ack, payload: accepted })
    } catch (error) {
      const problem = /** @type {any} */ (error)
      if (typeof problem.code === "string")
        return this.#said({
          ...envelope,
          type: Event.Error,
          payload: { event_id: command.event_id, ...problem },
        })
      this.commandQueue.lost(command.event_id)
      this.found("nothing")
      this.polling.soon()
    }
  }

  /** @param {Envelope} envelope */
  #said(envelope) {
    for (const applied of this.store.receive(envelope, performance.now())) {
      if (ROOM_EVENTS.has(applied.type)) {
        this.handlers[applied.type]?.(applied)
        this.emit(applied.type, applied)
        // by whatever name, it never passes for an event of the room or of this page
      } else this.emit(CUSTOM_EVENT, applied)
    }
    if (this.store.outdated) this.socket.restart()
    if (this.store.gap) after(GAP_TOLERANCE_MS + 5, () => this.requestMissed())
  }

  /** A snapshot has arrived. */
  onWelcome() {
    this.followTimeline()
    this.emit("state", this.state)
    this.#flush()
  }

  followTimeline() {
    this.player.allow(this.state.room?.sync_enabled ?? true)
    this.player.show(this.state.timeline)
  }

  /** The room loaded media, perhaps the same again. */
  loadMedia() {
    this.player.loaded()
    this.followTimeline()
  }

  /** @param {{event_id: string}} ack */
  resolve(ack) {
    this.#takeWaiting(ack.event_id)?.resolve(ack)
  }

  /** @param {Refusal & {event_id: string | null}} refusal */
  reject(refusal) {
    this.#takeWaiting(refusal.event_id)?.reject(refusal)
  }

  /** @param {string | null} eventId */
  #takeWaiting(eventId) {
    if (eventId === null || !this.commandQueue.acknowledged(eventId)) return undefined
    const waiting = this.waiting.get(eventId)
    this.waiting.delete(eventId)
    return waiting
  }

  /**
   * Events of a poll. A welcome that resumes is not a join: modules are notified of what it changed.
   * @param {Envelope[]} envelopes
   */
  polled(envelopes) {
    for (const envelope of envelopes) {
      if (envelope.type !== Event.Welcome || !envelope.payload.resumed) {
        this.#said(envelope)
        continue
      }
      const before = { ...this.state }
      this.store.receive(envelope, performance.now())
      for (const change of polledChanges(before, this.state)) this.emit(change.type, change)
    }
  }

  /** @param {{status: string, attempt: number, retryInMs: number | null, closeCode: number | null}} change */
  #connection(change) {
    const { reach } = this.connection
    this.connection = /** @type {any} */ (change.status === "limited" ? { ...change, reach } : change)
    this.emit("connection", this.connection)
  }

  /**
   * What polling says of a line that carries no socket.
   * @param {"http" | "refused" | "failing" | "nothing" | "offline"} reach
   */
  found(reach) {
    if (reach === this.connection.reach || this.connection.status !== "limited") return
    this.connection = { ...this.connection, reach }
    this.emit("connection", this.connection)
    if (!this.overHttp) return
    this.commandQueue.reconnected()
    this.#flush()
  }

  #woke() {
    this.socket.wake()
    this.player.woke()
  }

  requestMissed() {
    const missed = this.connection.status === "open" ? this.store.due(performance.now()) : null
    if (missed) this.socket.send({ type: Command.SyncRequest, payload: missed })
  }

  #heartbeat() {
    if (this.connection.status === "open")
      this.socket.send({ type: Command.Heartbeat, payload: this.report() })
  }

  /** The status report of our player. */
  report() {
    return statusReport(this.player, this.state.room?.sync_tolerance_ms ?? DEFAULT_TOLERANCE_MS)
  }

  #lookAfter() {
    this.#flush()
    this.requestMissed()
    for (const { type, event_id } of this.commandQueue.dropExpired(performance.now())) {
      this.waiting
        .get(event_id)
        ?.reject({ code: "dropped", message: "Not sent in time", retry_after_ms: null })
      this.waiting.delete(event_id)
      this.emit("dropped", { type })
    }
  }
}
