// @ts-check
/**
 * One user's visit to one room, as all modules of the page see it.
 *
 * It connects independent parts: the socket delivers envelopes, the store reduces them to state, the player
 * follows the timeline, the command queue makes sure that commands arrive. Modules are notified after the
 * state was reduced: of the server's events by their type, and of `state`, `connection`, `drift`, `player`,
 * `lacks`, `tracks`, `dropped` and `broadcast`.
 */

import { Clock } from "../../core/clock/clock.js"
import { CommandQueue, completePayload } from "../../core/room/pending_commands.js"
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
import { PendingResponses, rejectNotConnected, Socket } from "../net/socket.js"

const HEARTBEAT_MS = 3000
const CHECK_MS = 250
const DEFAULT_TOLERANCE_MS = 500 // until the room's own value is known
const COMPANION = "companion" // the state of a second screen
const CUSTOM_EVENT = "broadcast" // the name under which modules get custom events that programs send to the room
const WITHOUT_RESPONSE = new Set([
  Command.Typing,
  Command.Reaction,
  Command.Heartbeat,
  Command.BufferStart,
  Command.BufferEnd,
])

/** @typedef {import("../../core/protocol.js").Envelope} Envelope */
/** @typedef {import("../net/socket.js").Refusal} Refusal */
/**
 * What a viewer who catches up sees of the room: whether an event has to wait, whether a comment is shown already, and
 * whether the player keeps other media than the room's.
 * @typedef {object} Gate
 * @property {(envelope: Envelope) => boolean} holds
 * @property {(comment: import("../../core/protocol.js").CommentState) => boolean} shows
 * @property {() => boolean} keepsMedia
 */

export class RoomSession extends Emitter {
  /** @param {any} boot @param {HTMLMediaElement} media */
  constructor(boot, media) {
    super()
    this.boot = boot
    this.clock = new Clock()
    this.store = new RoomStore()
    this.commandQueue = new CommandQueue()
    this.responses = new PendingResponses()
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
      source: (source) => this.emit("tracks", source),
      drift: (drift) => this.emit("drift", drift),
    })
    this.socket = new Socket(boot.socket_path, this.clock, {
      resume: () => this.store.resume(),
      page: () => ({ playing: this.state.timeline?.is_playing ?? false, hidden: isHidden() }),
      received: (envelope) => {
        if (envelope.type === Event.Welcome) this.commandQueue.reconnected()
        this.#receive(envelope)
      },
      status: (change) => this.#updateConnection(change),
    })
    this.http = new HttpTransport(boot)
    this.polling = new Polling(this)
    /** Of a viewer who catches up. @type {Gate | null} */
    this.gate = null
    /** @type {Record<string, (envelope: Envelope) => void>} */
    this.handlers = {}
  }

  open() {
    this.socket.open()
    every(HEARTBEAT_MS, () => this.#heartbeat())
    every(CHECK_MS, () => this.#check())
    detectWakeUps(this.clock, {
      woke: () => this.#woke(),
      hidden: () => this.player.woke(),
      networkChanged: () => this.socket.wake(),
    })
    this.polling.start()
  }

  get state() {
    return this.store.state
  }

  /** The latest comments that the viewer may see. */
  get comments() {
    const { gate } = this
    return gate ? this.state.comments.filter((comment) => gate.shows(comment)) : this.state.comments
  }

  /** No socket gets through, but the server responds over HTTP. */
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
    // until a lap ends, the controller still has the old timeline
    const timeline = this.player.controller.timeline ?? this.state.timeline
    return timeline ? Math.max(0, positionAt(timeline, this.serverNow()) - this.player.copyShiftS) : 0
  }

  /**
   * @param {string} type @param {Record<string, any>} [payload]
   * @param {{at?: number, eventId?: string}} [as] server time of the gesture; the `event_id` of an earlier attempt
   * @returns {Promise<any>} the ack; rejects with a refusal
   */
  say(type, payload = {}, { at = this.serverNow(), eventId = newId() } = {}) {
    const completed = completePayload(type, payload, at, this.state.timeline)
    const command = { type, event_id: eventId, payload: completed }
    if (!IDEMPOTENT_COMMANDS.has(type)) return this.#sendOnce(command)
    const response = this.responses.wait(eventId)
    this.commandQueue.add(command, performance.now())
    this.#flush()
    return response
  }

  /**
   * Send a command that is useless later and is not queued.
   * @param {{type: string, event_id: string, payload: object}} command
   */
  #sendOnce(command) {
    if (this.overHttp) return this.#sendOnceOverHttp(command)
    const sent = this.socket.send(command)
    if (command.type === Command.Leave) after(0, () => this.socket.leave())
    if (sent || WITHOUT_RESPONSE.has(/** @type {any} */ (command.type))) return Promise.resolve()
    return rejectNotConnected()
  }

  /** @param {{type: string, event_id: string, payload: object}} command */
  #sendOnceOverHttp(command) {
    const sent = this.http.send(command).then(() => this.polling.soon())
    return WITHOUT_RESPONSE.has(/** @type {any} */ (command.type)) ? sent.catch(() => {}) : sent
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
      this.#receive({ ...envelope, type: Event.Ack, payload: accepted })
    } catch (error) {
      const refusal = /** @type {any} */ (error)
      if (typeof refusal.code === "string")
        return this.#receive({
          ...envelope,
          type: Event.Error,
          payload: { event_id: command.event_id, ...refusal },
        })
      this.commandQueue.lost(command.event_id)
      this.updateReach("nothing")
      this.polling.soon()
    }
  }

  /** @param {Envelope} envelope */
  #receive(envelope) {
    for (const applied of this.store.receive(envelope, performance.now(), this.serverNow())) {
      if (this.gate?.holds(applied)) continue
      if (this.#isAnnounced(applied)) this.#announce(applied)
      else if (ROOM_EVENTS.has(applied.type)) {
        this.handlers[applied.type]?.(applied)
        this.emit(applied.type, applied)
        // so that a custom event of any name is not taken for an event of the room or of this page
      } else this.emit(CUSTOM_EVENT, applied)
    }
    if (this.store.outdated) this.socket.restart()
    if (this.store.gap) after(GAP_TOLERANCE_MS + 5, () => this.requestMissed())
  }

  /** @param {Envelope} envelope */
  #isAnnounced({ type, timestamp }) {
    return type === Event.Load && timestamp === this.store.announced?.timestamp
  }

  /** The player prepares what starts later; everything else shows it from its start. @param {Envelope} envelope */
  #announce({ timestamp, payload }) {
    this.loadMedia(payload)
    const begin = () => {
      const { announced } = this.store
      const leftMs = (announced?.timestamp ?? 0) - this.serverNow()
      if (announced?.timestamp !== timestamp) return
      if (leftMs > 0) return void after(leftMs, begin)
      for (const started of this.store.begin()) this.emit(started.type, started)
    }
    begin()
  }

  /** A snapshot arrived. */
  onSnapshot() {
    this.followTimeline()
    this.emit("state", this.state)
    this.#flush()
  }

  followTimeline() {
    if (this.boot.companion) return // the player is on another screen
    this.player.allow(this.state.room?.sync_enabled ?? true)
    if (!this.gate?.keepsMedia()) this.player.show(this.store.comingTimeline)
  }

  /** The room loaded media, perhaps the same again. @param {import("../../core/protocol.js").Change} change */
  loadMedia({ media }) {
    if (media?.url === this.store.comingTimeline?.media?.url) this.player.loaded()
    this.followTimeline()
  }

  /** @param {{event_id: string}} ack */
  resolve(ack) {
    if (this.commandQueue.acknowledged(ack.event_id)) this.responses.resolve(ack.event_id, ack)
  }

  /** @param {Refusal & {event_id: string | null}} refusal */
  reject(refusal) {
    const { event_id: eventId } = refusal
    if (eventId !== null && this.commandQueue.acknowledged(eventId)) this.responses.reject(eventId, refusal)
  }

  /**
   * Receive the events of a poll. A snapshot that resumes is not a join: modules are notified of its changes.
   * @param {Envelope[]} envelopes
   */
  receivePolled(envelopes) {
    for (const envelope of envelopes) {
      if (envelope.type !== Event.Welcome || !envelope.payload.resumed) {
        this.#receive(envelope)
        continue
      }
      const before = { ...this.state }
      this.store.receive(envelope, performance.now())
      for (const change of polledChanges(before, this.state)) this.emit(change.type, change)
    }
  }

  /** @param {{status: string, attempt: number, retryInMs: number | null, closeCode: number | null}} change */
  #updateConnection(change) {
    const { reach } = this.connection
    this.connection = /** @type {any} */ (change.status === "limited" ? { ...change, reach } : change)
    this.emit("connection", this.connection)
  }

  /**
   * The result of a poll, while no socket gets through.
   * @param {"http" | "refused" | "failing" | "nothing" | "offline"} reach
   */
  updateReach(reach) {
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

  /** The status report of this page's player. */
  report() {
    const report = statusReport(this.player, this.state.room?.sync_tolerance_ms ?? DEFAULT_TOLERANCE_MS)
    return this.boot.companion ? { ...report, state: COMPANION } : report
  }

  #check() {
    this.#flush()
    this.requestMissed()
    for (const { type, event_id } of this.commandQueue.dropExpired(performance.now())) {
      this.responses.drop(event_id)
      this.emit("dropped", { type })
    }
  }
}
