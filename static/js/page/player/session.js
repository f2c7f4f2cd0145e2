// @ts-check
/**
 * A tab of one device's player, as all modules of the page see it.
 *
 * The socket delivers changes of any tab, the store reduces them, pending commands are applied on top, and in
 * the tab with the audio focus the output follows. Commands come from user actions, with two exceptions: the
 * audible tab reports the end of a track, and that its sound was stopped from outside (unplugged headphones,
 * a call).
 */

import { Clock } from "../../core/clock/clock.js"
import { GAP_TOLERANCE_MS } from "../../core/net/sequence.js"
import { isPersistent, playableQueue, positionOf, queueOf } from "../../core/player/optimistic.js"
import { PendingCommands } from "../../core/player/pending_commands.js"
import { PlayerStore } from "../../core/player/player_store.js"
import { Close, Command, IDEMPOTENT_COMMANDS, Event } from "../../core/protocol.js"
import { newId } from "../lib/api.js"
import { Emitter } from "../lib/emitter.js"
import { after, detectWakeUps, every } from "../lib/timers.js"
import { AudioFocus } from "../media/audio_focus.js"
import { hasWebLocks, serverLock, webLock } from "../media/audio_focus_locks.js"
import { PlayerHttpTransport } from "../net/player_polling.js"
import { Socket } from "../net/socket.js"
import { AudioOutput } from "../player_audio/output.js"
import { OfflineQueue } from "../lib/storage.js"

const CHECK_MS = 1000

const STARTING = new Set([Command.PlayTrack, Command.Next, Command.Previous, Command.Resume])

/** @typedef {import("../../core/protocol.js").Envelope} Envelope */
/** @typedef {import("../../core/protocol.js").Item} Item */
/** @typedef {{code: string, message: string, retry_after_ms: number | null}} Refusal */

export class PlayerSession extends Emitter {
  /** @param {any} boot */
  constructor(boot) {
    super()
    this.boot = boot
    this.tab = newId()
    this.clock = new Clock()
    this.store = new PlayerStore(this.tab)
    this.pending = new PendingCommands()
    this.offlineQueue = new OfflineQueue(boot.device_id)
    /** @type {Map<string, {resolve: (accepted: any) => void, reject: (refusal: Refusal) => void}>} */
    this.waiting = new Map()
    this.connection = {
      status: "connecting",
      attempt: 0,
      retryInMs: /** @type {number | null} */ (null),
      closeCode: /** @type {number | null} */ (null),
    }
    this.state = this.store.state
    this.cancelFlush = () => {}
    this.output = new AudioOutput({
      ended: (track) => this.emit("ended", track),
      cut: () => !this.isOpen,
      refused: () => {
        this.output.drop()
        this.sound.refused()
      },
      halted: () => this.sound.here && this.emit("halted"),
      failed: (item) => this.emit("failed", item),
      moved: () => this.emit("moved"),
      placed: () => this.emit("placed"),
      picture: (element) => this.emit("picture", element),
    })
    const lockFor = (/** @type {any} */ callbacks) =>
      hasWebLocks() ? webLock(`watchium-sound:${boot.device_id}`, callbacks) : serverLock(this, callbacks)
    this.sound = new AudioFocus(
      boot.device_id,
      this.tab,
      {
        start: () => {
          this.output.start()
          this.#show()
        },
        stop: () => this.output.stop(),
        known: () => this.emit("sound"),
      },
      lockFor,
    )
    this.socket = new Socket(boot.socket_path, this.clock, {
      resume: () => /** @type {any} */ ({ tab: this.tab, sounding: this.sound.here ? 1 : 0 }),
      page: () => ({ playing: this.state.is_playing, hidden: document.hidden }),
      said: (envelope) => this.#said(envelope),
      status: (change) => this.#connected(change),
    })
    this.reached = false // over HTTP
    this.http = new PlayerHttpTransport(this, {
      said: (envelope) => this.#said(envelope),
      found: (reached) => this.#found(reached),
    })
  }

  open() {
    for (const command of this.offlineQueue.all())
      this.pending.add(command, this.serverNow(), 0, performance.now())
    this.socket.open()
    this.http.start()
    this.sound.open()
    every(CHECK_MS, () => this.#lookAfter())
    const wake = () => this.socket.wake()
    detectWakeUps(this.clock, { woke: wake, hid: () => {}, network: wake })
  }

  /** Whether a command sent now leaves immediately. */
  get isOpen() {
    return this.connection.status === "open" || this.overHttp
  }

  /** No socket gets through, but the server answers. */
  get overHttp() {
    return this.connection.status === "limited" && this.reached
  }

  serverNow() {
    return this.clock.serverNow(performance.now())
  }

  /** @param {string | null} entryId @returns {Item | null} */
  itemOf(entryId) {
    const entry = this.state.entries.find(({ id }) => id === entryId)
    return entry ? (this.store.items.get(entry.item) ?? null) : null
  }

  /** The current item. */
  get item() {
    return this.itemOf(this.state.current)
  }

  /** What comes when that is over. */
  get comes() {
    return this.itemOf(playableQueue(this.state, this.gone).followingEnd(this.state.repeat))
  }

  /** Whether the file of an item is away. @param {number} item */
  gone = (item) => this.store.items.get(item)?.missing ?? false

  get durationS() {
    return (
      (this.sound.here ? this.output.durationS : null) ??
      (this.state.current === this.store.state.current ? this.store.durationS : this.item?.duration) ??
      null
    )
  }

  /** Where it is now, in seconds: at the ear where this tab sounds, by the clock where another one does. */
  positionS() {
    const { here, elsewhere, isComing } = this.sound
    const heardS = here ? this.output.positionS : null
    const is_playing = this.state.is_playing && (here || elsewhere || isComing)
    return heardS ?? positionOf({ ...this.state, is_playing }, this.serverNow(), this.durationS)
  }

  get queue() {
    return queueOf(this.state)
  }

  /**
   * @param {string} type
   * @param {Record<string, any>} [payload]
   * @returns {Promise<any>} what was accepted, null where a later one took its place, or of a mere question
   *   its `event_id`;
   * rejects with a refusal
   */
  say(type, payload = {}) {
    const command = { type, event_id: newId(), payload }
    if (!IDEMPOTENT_COMMANDS.has(type)) return this.#mention(command)
    return new Promise((resolve, reject) => {
      this.waiting.set(command.event_id, { resolve, reject })
      const replaced = this.pending.add(
        command,
        this.serverNow(),
        this.store.state.revision,
        performance.now(),
      )
      for (const eventId of replaced) this.#answer(eventId, (waiter) => waiter.resolve(null))
      if (!this.isOpen && isPersistent(command)) this.offlineQueue.keep(command)
      this.#show()
      this.#flush()
    })
  }

  /** @param {{type: string, event_id: string, payload: object}} command */
  #mention(command) {
    if (this.#send(command)) return Promise.resolve(command.event_id)
    return Promise.reject({ code: "unavailable", message: "Not connected", retry_after_ms: null })
  }

  /** @param {{type: string, event_id: string, payload: object}} command */
  #send(command) {
    return this.overHttp ? this.http.send(command) : this.socket.send(command)
  }

  #flush() {
    this.cancelFlush()
    const nowMs = performance.now()
    this.#dropOld(nowMs)
    for (const eventId of this.pending.dropOrphans()) this.#over(eventId, (waiter) => waiter.resolve(null))
    if (!this.isOpen) return
    for (const command of this.pending.toSend(nowMs)) this.#send(command)
    const waitMs = this.pending.waitMs(nowMs)
    if (waitMs) this.cancelFlush = after(waitMs, () => this.#flush())
  }

  /** @param {number} nowMs */
  #dropOld(nowMs) {
    const old = this.pending.dropExpired(nowMs, this.sound.here)
    for (const { type, event_id: eventId } of old) {
      this.#answer(eventId, (waiter) =>
        waiter.reject({ code: "dropped", message: "Not sent in time", retry_after_ms: null }),
      )
      if (type !== Command.Seek || !this.#isHeard) this.emit("dropped", { type })
    }
    if (old.length) this.#show()
  }

  /**
   * The voice is where it was put, says so, and is believed: then it stays there, whatever becomes of the
   * seek.
   */
  get #isHeard() {
    const { state, store, sound } = this
    return sound.here && state.is_playing && store.state.is_playing && state.current === store.state.current
  }

  #lookAfter() {
    this.#flush()
    this.askForMissed()
  }

  /**
   * @param {string} eventId
   * @param {(waiter: {resolve: (accepted: any) => void, reject: (refusal: any) => void}) => void} tell
   */
  #answer(eventId, tell) {
    const waiter = this.waiting.get(eventId)
    this.waiting.delete(eventId)
    if (waiter) tell(waiter)
  }

  /** @param {Envelope} envelope */
  #said(envelope) {
    const { type, payload } = envelope
    const { revision } = this.store.state
    const begunHere =
      type === Event.Player && STARTING.has(payload.cause) && this.pending.has(payload.event_id)
    if (type === Event.Welcome) this.pending.reconnected()
    if (type === Event.Ack) this.pending.accepted(payload.event_id, payload.revision)
    if (type === Event.Error && payload.event_id) this.pending.refused(payload, performance.now())
    // done, whichever tab said it
    if (type === Event.Player && payload.event_id) this.offlineQueue.forget(payload.event_id)
    const applied = this.store.receive(envelope, performance.now())
    for (const each of applied) this.pending.changed(each)
    const nothingNew =
      (type === Event.Welcome || type === Event.PlayerState) && this.store.state.revision === revision
    if (nothingNew || (begunHere && applied.includes(envelope))) this.#insist()
    this.pending.reached(this.store.state.revision)
    this.#show()
    this.#answered(envelope)
    for (const each of applied) this.emit(each.type, each)
    this.#flush()
    if (this.store.gap) after(GAP_TOLERANCE_MS + 5, () => this.askForMissed())
  }

  /**
   * Nothing changed, or only by a command of this tab that is already audible, perhaps since before a
   * reconnect. Then the audible tab knows its position better than the server.
   */
  #insist() {
    const { current } = this.store.state
    const { positionS, track } = this.output
    if (this.sound.here && current !== null && positionS !== null && track?.item.id === this.item?.id)
      this.store.setPosition(current, positionS, this.serverNow())
  }

  /** @param {Envelope} envelope */
  #answered({ type, payload }) {
    if (type === Event.Ack) this.#over(payload.event_id, (waiter) => waiter.resolve(payload))
    const isFinal = type === Event.Error && payload.event_id && !this.pending.has(payload.event_id)
    if (isFinal) this.#over(payload.event_id, (waiter) => waiter.reject(payload))
  }

  /** @param {string} eventId @param {(waiter: any) => void} tell */
  #over(eventId, tell) {
    this.offlineQueue.forget(eventId)
    this.#answer(eventId, tell)
  }

  askForMissed() {
    const missed = this.isOpen ? this.store.due(performance.now()) : null
    if (missed)
      this.#mention({ type: Command.SyncRequest, event_id: newId(), payload: missed }).catch(() => {})
  }

  /** @param {boolean} reached the server answers over HTTP, or not */
  #found(reached) {
    if (reached === this.reached) return
    this.reached = reached
    if (this.overHttp) {
      this.pending.reconnected()
      this.output.lineIsBack()
      this.#flush()
    }
    this.emit("connection", this.connection)
  }

  /** @param {typeof this.connection} change */
  #connected(change) {
    this.connection = change
    if (change.status !== "limited") this.reached = false
    if (change.closeCode === Close.TooMany) this.sound.leave()
    if (this.isOpen) this.output.lineIsBack()
    this.emit("connection", change)
  }

  /** Things of the library that were seen elsewhere than in the queue. @param {Item[]} items */
  knows(items) {
    this.store.addItems(items)
  }

  /** Show the optimistic state; in the audible tab, play it. */
  #show() {
    this.state = this.pending.shown(this.store.state, this.gone)
    if (!this.store.state.is_playing) this.output.halted = false
    if (this.sound.here)
      this.output.follow({ state: this.state, item: this.item, comes: this.comes }, this.serverNow())
    this.emit("state")
  }

  /** Where the voice is, becomes what the timeline says. @param {string} entryId @param {number} position */
  heardAt(entryId, position) {
    this.store.setPosition(entryId, position, this.serverNow())
    this.state = this.pending.shown(this.store.state, this.gone)
    this.output.said(this.state)
  }
}
