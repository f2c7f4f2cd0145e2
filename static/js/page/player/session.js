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
import { isPersistent, playableQueue, positionOf } from "../../core/player/optimistic.js"
import { PendingCommands } from "../../core/player/pending_commands.js"
import { PlayerStore } from "../../core/player/player_store.js"
import { Close, Command, IDEMPOTENT_COMMANDS, Event } from "../../core/protocol.js"
import { newId } from "../lib/api.js"
import { Emitter } from "../lib/emitter.js"
import { after, detectWakeUps, every } from "../lib/timers.js"
import { createPlayerAudioFocus } from "../media/audio_focus.js"
import { PlayerHttpTransport } from "../net/player_polling.js"
import { PendingResponses, rejectNotConnected, Socket } from "../net/socket.js"
import { AudioOutput } from "../player_audio/output.js"
import { OfflineQueue } from "../lib/storage.js"

const CHECK_MS = 1000

/** Commands that start a track. */
const STARTING = new Set([Command.PlayTrack, Command.Next, Command.Previous, Command.Resume])

/** @typedef {import("../../core/protocol.js").Envelope} Envelope */
/** @typedef {import("../../core/protocol.js").Item} Item */

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
    this.responses = new PendingResponses()
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
      isOffline: () => !this.isOpen,
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
    this.sound = createPlayerAudioFocus(this)
    this.socket = new Socket(boot.socket_path, this.clock, {
      resume: () => /** @type {any} */ ({ tab: this.tab, sounding: this.sound.here ? 1 : 0 }),
      page: () => ({ playing: this.state.is_playing, hidden: document.hidden }),
      received: (envelope) => this.#receive(envelope),
      status: (change) => this.#updateConnection(change),
    })
    this.isReached = false // over HTTP
    this.http = new PlayerHttpTransport(this, {
      received: (envelope) => this.#receive(envelope),
      reached: (isReached) => this.#updateReached(isReached),
    })
  }

  open() {
    for (const command of this.offlineQueue.all())
      this.pending.add(command, this.serverNow(), 0, performance.now())
    this.socket.open()
    this.http.start()
    this.sound.open()
    every(CHECK_MS, () => this.#check())
    const wake = () => this.socket.wake()
    detectWakeUps(this.clock, { woke: wake, hidden: () => {}, networkChanged: wake })
  }

  /** Whether a command sent now leaves immediately. */
  get isOpen() {
    return this.connection.status === "open" || this.overHttp
  }

  /** No socket gets through, but the server responds over HTTP. */
  get overHttp() {
    return this.connection.status === "limited" && this.isReached
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

  /** The item that follows at the end of the current one. */
  get nextItem() {
    return this.itemOf(playableQueue(this.state, this.isMissing).followingEnd(this.state.repeat))
  }

  /** Whether the file of an item is missing. @param {number} item */
  isMissing = (item) => this.store.items.get(item)?.missing ?? false

  get durationS() {
    return (
      (this.sound.here ? this.output.durationS : null) ??
      (this.state.current === this.store.state.current ? this.store.durationS : this.item?.duration) ??
      null
    )
  }

  /** The current position in seconds: the audible one in the tab with the focus, by the clock in the others. */
  positionS() {
    const { here, elsewhere, isPending } = this.sound
    const audibleS = here ? this.output.positionS : null
    const is_playing = this.state.is_playing && (here || elsewhere || isPending)
    return audibleS ?? positionOf({ ...this.state, is_playing }, this.serverNow(), this.durationS)
  }

  /**
   * @param {string} type
   * @param {Record<string, any>} [payload]
   * @returns {Promise<any>} the ack; null if a later command replaced this one; the `event_id` of a command without an
   *   ack. Rejects with a refusal
   */
  say(type, payload = {}) {
    const command = { type, event_id: newId(), payload }
    if (!IDEMPOTENT_COMMANDS.has(type)) return this.#sendOnce(command)
    const response = this.responses.wait(command.event_id)
    const { revision } = this.store.state
    const replaced = this.pending.add(command, this.serverNow(), revision, performance.now())
    for (const eventId of replaced) this.responses.resolve(eventId, null)
    if (!this.isOpen && isPersistent(command)) this.offlineQueue.keep(command)
    this.update()
    this.#flush()
    return response
  }

  /** @param {{type: string, event_id: string, payload: object}} command */
  #sendOnce(command) {
    return this.#send(command) ? Promise.resolve(command.event_id) : rejectNotConnected()
  }

  /** @param {{type: string, event_id: string, payload: object}} command */
  #send(command) {
    return this.overHttp ? this.http.send(command) : this.socket.send(command)
  }

  #flush() {
    this.cancelFlush()
    const nowMs = performance.now()
    this.#dropExpired(nowMs)
    for (const eventId of this.pending.dropOrphans()) this.#resolve(eventId, null)
    if (!this.isOpen) return
    for (const command of this.pending.toSend(nowMs)) this.#send(command)
    const waitMs = this.pending.waitMs(nowMs)
    if (waitMs) this.cancelFlush = after(waitMs, () => this.#flush())
  }

  /** @param {number} nowMs */
  #dropExpired(nowMs) {
    const expired = this.pending.dropExpired(nowMs, this.sound.here)
    for (const { type, event_id: eventId } of expired) {
      this.responses.drop(eventId)
      if (type !== Command.Seek || !this.#isAudible) this.emit("dropped", { type })
    }
    if (expired.length) this.update()
  }

  /**
   * Whether this tab plays the current track audibly. Then its output has already moved to the position of a seek and
   * reports it, and the server accepts the reported position even if the seek is lost.
   */
  get #isAudible() {
    const { state, store, sound } = this
    return sound.here && state.is_playing && store.state.is_playing && state.current === store.state.current
  }

  #check() {
    this.#flush()
    this.#requestMissed()
  }

  /** @param {Envelope} envelope */
  #receive(envelope) {
    const { type, payload } = envelope
    const { revision } = this.store.state
    const startedHere =
      type === Event.Player && STARTING.has(payload.cause) && this.pending.has(payload.event_id)
    if (type === Event.Welcome) this.pending.reconnected()
    if (type === Event.Ack) this.pending.accepted(payload.event_id, payload.revision)
    if (type === Event.Error && payload.event_id) this.pending.refused(payload, performance.now())
    // the command was carried out, whichever tab sent it
    if (type === Event.Player && payload.event_id) this.offlineQueue.forget(payload.event_id)
    const applied = this.store.receive(envelope, performance.now())
    for (const each of applied) this.pending.changed(each)
    const isUnchanged =
      (type === Event.Welcome || type === Event.PlayerState) && this.store.state.revision === revision
    if (isUnchanged || (startedHere && applied.includes(envelope))) this.#keepAudiblePosition()
    this.pending.reached(this.store.state.revision)
    this.update()
    this.#settle(envelope)
    for (const each of applied) this.emit(each.type, each)
    this.#flush()
    if (this.store.gap) after(GAP_TOLERANCE_MS + 5, () => this.#requestMissed())
  }

  /**
   * Nothing changed, or only by a command of this tab that is already audible, perhaps since before a
   * reconnect. Then the audible tab knows its position better than the server.
   */
  #keepAudiblePosition() {
    const { current } = this.store.state
    const { positionS, track } = this.output
    if (this.sound.here && current !== null && positionS !== null && track?.item.id === this.item?.id)
      this.store.setPosition(current, positionS, this.serverNow())
  }

  /** @param {Envelope} envelope */
  #settle({ type, payload }) {
    if (type === Event.Ack) this.#resolve(payload.event_id, payload)
    if (type !== Event.Error || !payload.event_id || this.pending.has(payload.event_id)) return
    this.offlineQueue.forget(payload.event_id)
    this.responses.reject(payload.event_id, payload)
  }

  /** @param {string} eventId @param {object | null} accepted */
  #resolve(eventId, accepted) {
    this.offlineQueue.forget(eventId)
    this.responses.resolve(eventId, accepted)
  }

  #requestMissed() {
    const missed = this.isOpen ? this.store.due(performance.now()) : null
    if (missed) this.#send({ type: Command.SyncRequest, event_id: newId(), payload: missed })
  }

  /** @param {boolean} isReached whether the server responds over HTTP */
  #updateReached(isReached) {
    if (isReached === this.isReached) return
    this.isReached = isReached
    if (this.overHttp) {
      this.pending.reconnected()
      this.output.reconnected()
      this.#flush()
    }
    this.emit("connection", this.connection)
  }

  /** @param {typeof this.connection} change */
  #updateConnection(change) {
    this.connection = change
    if (change.status !== "limited") this.isReached = false
    if (change.closeCode === Close.TooMany) this.sound.leave()
    if (this.isOpen) this.output.reconnected()
    this.emit("connection", change)
  }

  /** Add items of the library that are not in the queue yet. @param {Item[]} items */
  addItems(items) {
    this.store.addItems(items)
  }

  /** Show the optimistic state; in the audible tab, play it. */
  update() {
    this.state = this.pending.shown(this.store.state, this.isMissing)
    if (!this.store.state.is_playing) this.output.halted = false
    if (this.sound.here)
      this.output.follow({ state: this.state, item: this.item, nextItem: this.nextItem }, this.serverNow())
    this.emit("state")
  }

  /** Set the timeline's position to the audible one. @param {string} entryId @param {number} position */
  setAudiblePosition(entryId, position) {
    this.store.setPosition(entryId, position, this.serverNow())
    this.state = this.pending.shown(this.store.state, this.isMissing)
    this.output.markFollowed(this.state)
  }
}
