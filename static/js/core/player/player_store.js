// @ts-check
/**
 * The reducer of the player's page: the state of a device's player, built from the server's messages.
 *
 * Every change takes a revision and contains only the changed fields, so changes are applied in order and once.
 * The latest revision is also in acknowledgements and positions. `due()` returns the request for missing
 * changes; now and then it returns one although no gap is known. The position of the playing tab takes no
 * revision, and applies to the current track only.
 */

import { Sequence } from "../net/sequence.js"
import { Event } from "../protocol.js"

const ASK_AGAIN_MS = 3000 // a response that has not arrived by now is lost, or its request is
const ASK_LEAST_MS = 500
const ASK_ANYWAY_MS = 15_000 // a lost change that no other follows leaves no gap

/** @typedef {import("../protocol.js").Envelope} Envelope */
/** @typedef {import("../protocol.js").PlayerState} State */
/** @typedef {import("../protocol.js").Item} Item */

/** @type {State} */
const NOTHING = {
  revision: 0,
  entries: [],
  current: null,
  position: 0,
  at: 0,
  is_playing: false,
  rate: 1,
  repeat: "off",
  can_undo: false,
  can_redo: false,
}

export class PlayerStore {
  /** @param {string} tab id of this tab */
  constructor(tab) {
    this.tab = tab
    this.state = NOTHING
    /** @type {Map<number, Item>} */
    this.items = new Map()
    /** Name of this device among those of the account. */
    this.device = ""
    /** @type {import("../protocol.js").DeviceState[]} */
    this.devices = []
    /** The tab with the audio focus, if the server decides it. @type {string | null} */
    this.sounding = null
    this.known = false
    /**
     * The track's length as the playing tab last reported it.
     * @type {{entryId: string, seconds: number} | null}
     */
    this.length = null
    /** When another tab last reported its position, local time. */
    this.lastPositionMs = -Infinity
    /** @type {Sequence<Envelope>} */
    this.changes = new Sequence()
    this.askedMs = -Infinity
    this.welcomedMs = -Infinity
    this.responded = true
  }

  /**
   * Process one message and return the messages applied by it, oldest first.
   * @param {Envelope} envelope
   * @param {number} nowMs local
   * @returns {Envelope[]}
   */
  receive(envelope, nowMs) {
    const { type, revision } = envelope
    if (type === Event.Player) return this.#apply(this.changes.receive(revision ?? 0, envelope, nowMs))
    if (type === Event.Welcome) return this.#welcome(envelope, nowMs)
    if (type === Event.PlayerState) return this.#snapshot(envelope)
    if (type === Event.Ack) this.changes.setHead(envelope.payload.revision, nowMs)
    else if (type === Event.PlayerHead) this.#head(envelope.payload.revision, nowMs)
    else if (type === Event.Position) this.#position(envelope, nowMs)
    else if (type === Event.Devices) this.devices = envelope.payload.devices
    else if (type === Event.Sound) this.sounding = envelope.payload.tab
    return [envelope]
  }

  /** @param {Envelope[]} ready */
  #apply(ready) {
    for (const { revision, payload } of ready) {
      this.state = { ...this.state, ...payload.changed, revision: revision ?? 0 }
      this.addItems(payload.items)
    }
    return ready
  }

  /** @param {Envelope} envelope @param {number} nowMs */
  #welcome(envelope, nowMs) {
    /** @type {import("../protocol.js").PlayerWelcomeState} */
    const greeting = envelope.payload
    this.changes.clear()
    this.known = true
    this.lastPositionMs = this.welcomedMs = nowMs
    this.device = greeting.device
    this.devices = greeting.devices
    this.sounding = greeting.sounding
    return this.#snapshot(envelope)
  }

  /** @param {Envelope} envelope */
  #snapshot(envelope) {
    /** @type {import("../protocol.js").PlayerSnapshot} */
    const { state, items } = envelope.payload
    this.responded = true
    if (state.revision < this.changes.last) return [] // overtaken on its way
    this.state = state
    this.addItems(items)
    this.changes.reset(state.revision)
    return [envelope, ...this.#apply(this.changes.drain())]
  }

  /** @param {number} revision @param {number} nowMs */
  #head(revision, nowMs) {
    this.responded = true
    this.changes.setHead(revision, nowMs)
  }

  /** @param {Envelope} envelope @param {number} nowMs */
  #position({ timestamp, payload }, nowMs) {
    this.changes.setHead(payload.revision, nowMs)
    if (payload.tab === this.tab) return
    this.lastPositionMs = nowMs
    this.length = payload.duration ? { entryId: payload.entry_id, seconds: payload.duration } : null
    this.setPosition(payload.entry_id, payload.position, timestamp)
  }

  /**
   * Duration of the current track: as the playing tab reports it, else as the library knows it, and never
   * less than the position.
   */
  get durationS() {
    const { current, position, entries } = this.state
    const item = this.items.get(entries.find(({ id }) => id === current)?.item ?? NaN)
    const durationS = this.length?.entryId === current ? this.length.seconds : (item?.duration ?? null)
    return durationS && Math.max(durationS, position)
  }

  /**
   * Set the position of the current track, as the playing tab reports it.
   * @param {string} entryId
   * @param {number} position
   * @param {number} at server time
   */
  setPosition(entryId, position, at) {
    if (this.state.is_playing && this.state.current === entryId) this.state = { ...this.state, position, at }
  }

  /** @param {Iterable<Item>} items */
  addItems(items) {
    for (const item of items) this.items.set(item.id, item)
  }

  // ---------------------------------------------------------------- missing changes

  /** The payload of the `sync_request` that is due, or null. @param {number} nowMs */
  due(nowMs) {
    if (!this.known || !this.#isDue(nowMs)) return null
    this.askedMs = nowMs
    this.responded = false
    return { since: this.changes.last }
  }

  /** @param {number} nowMs */
  #isDue(nowMs) {
    if (this.changes.hasLost(nowMs))
      return nowMs - this.askedMs >= (this.responded ? ASK_LEAST_MS : ASK_AGAIN_MS)
    return nowMs - Math.max(this.askedMs, this.welcomedMs) >= ASK_ANYWAY_MS
  }

  /** Changes are missing; they may still arrive without a request. */
  get gap() {
    return this.changes.gapSinceMs !== null
  }
}
