// @ts-check
/**
 * What a device's player is, made out of what the server said: the reducer of its page.
 *
 * Every change takes a revision and says only what it changed, so they are applied in order and once. How far
 * the player is by now, answers and positions say as well; where something is missing, and now and then,
 * `due()` says what to ask for. Where the sounding tab is takes no revision, and counts for what is on alone.
 */

import { Sequence } from "../net/sequence.js"
import { Event } from "../protocol.js"

const ASK_AGAIN_MS = 3000 // an answer that has not come by now is lost with its question
const ASK_LEAST_MS = 500
const ASK_ANYWAY_MS = 15_000 // what was lost with nothing after it shows in no gap

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
  /** @param {string} tab this one */
  constructor(tab) {
    this.tab = tab
    this.state = NOTHING
    /** @type {Map<number, Item>} */
    this.items = new Map()
    /** What this device is called among those of the account. */
    this.device = ""
    /** @type {import("../protocol.js").DeviceState[]} */
    this.devices = []
    /** The tab that has the sound, where the server settles it. @type {string | null} */
    this.sounding = null
    this.known = false
    /**
     * What the tab that sounds last said of the track's length.
     * @type {{entryId: string, seconds: number} | null}
     */
    this.length = null
    /** When another tab last said where it is, local time. */
    this.heardMs = -Infinity
    /** @type {Sequence<Envelope>} */
    this.changes = new Sequence()
    this.askedMs = -Infinity
    this.greetedMs = -Infinity
    this.answered = true
  }

  /**
   * Take one message. What was applied by it comes back, oldest first.
   * @param {Envelope} envelope @param {number} nowMs local
   * @returns {Envelope[]}
   */
  take(envelope, nowMs) {
    const { type, revision } = envelope
    if (type === Event.Player) return this.#inOrder(this.changes.take(revision ?? 0, envelope, nowMs))
    if (type === Event.Welcome) return this.#welcome(envelope, nowMs)
    if (type === Event.PlayerState) return this.#whole(envelope)
    if (type === Event.Ack) this.changes.known(envelope.payload.revision, nowMs)
    else if (type === Event.PlayerHead) this.#head(envelope.payload.revision, nowMs)
    else if (type === Event.Position) this.#position(envelope, nowMs)
    else if (type === Event.Devices) this.devices = envelope.payload.devices
    else if (type === Event.Sound) this.sounding = envelope.payload.tab
    return [envelope]
  }

  /** @param {Envelope[]} ready */
  #inOrder(ready) {
    for (const { revision, payload } of ready) {
      this.state = { ...this.state, ...payload.changed, revision: revision ?? 0 }
      this.knows(payload.items)
    }
    return ready
  }

  /** @param {Envelope} envelope @param {number} nowMs */
  #welcome(envelope, nowMs) {
    /** @type {import("../protocol.js").PlayerGreeting} */
    const greeting = envelope.payload
    this.changes.clear()
    this.known = true
    this.heardMs = this.greetedMs = nowMs
    this.device = greeting.device
    this.devices = greeting.devices
    this.sounding = greeting.sounding
    return this.#whole(envelope)
  }

  /** @param {Envelope} envelope */
  #whole(envelope) {
    /** @type {import("../protocol.js").WholePlayer} */
    const { state, items } = envelope.payload
    this.answered = true
    if (state.revision < this.changes.last) return [] // overtaken on its way
    this.state = state
    this.knows(items)
    this.changes.reset(state.revision)
    return [envelope, ...this.#inOrder(this.changes.next())]
  }

  /** @param {number} revision @param {number} nowMs */
  #head(revision, nowMs) {
    this.answered = true
    this.changes.known(revision, nowMs)
  }

  /** @param {Envelope} envelope @param {number} nowMs */
  #position({ timestamp, payload }, nowMs) {
    this.changes.known(payload.revision, nowMs)
    if (payload.tab === this.tab) return
    this.heardMs = nowMs
    this.length = payload.duration ? { entryId: payload.entry_id, seconds: payload.duration } : null
    this.heard(payload.entry_id, payload.position, timestamp)
  }

  /**
   * How long what is on is: as the tab that sounds says, else as the library does; played beyond that, at
   * least so long.
   */
  get durationS() {
    const { current, position, entries } = this.state
    const item = this.items.get(entries.find(({ id }) => id === current)?.item ?? NaN)
    const durationS = this.length?.entryId === current ? this.length.seconds : (item?.duration ?? null)
    return durationS && Math.max(durationS, position)
  }

  /**
   * Where the track is, by the tab that sounds.
   * @param {string} entryId
   * @param {number} position
   * @param {number} at server time
   */
  heard(entryId, position, at) {
    if (this.state.is_playing && this.state.current === entryId) this.state = { ...this.state, position, at }
  }

  /** @param {Iterable<Item>} items */
  knows(items) {
    for (const item of items) this.items.set(item.id, item)
  }

  // ---------------------------------------------------------------- what is missing

  /** What to ask the server for, if anything. @param {number} nowMs */
  due(nowMs) {
    if (!this.known || !this.#isDue(nowMs)) return null
    this.askedMs = nowMs
    this.answered = false
    return { since: this.changes.last }
  }

  /** @param {number} nowMs */
  #isDue(nowMs) {
    if (this.changes.lacks(nowMs))
      return nowMs - this.askedMs >= (this.answered ? ASK_LEAST_MS : ASK_AGAIN_MS)
    return nowMs - Math.max(this.askedMs, this.greetedMs) >= ASK_ANYWAY_MS
  }

  /** Something is missing; it may still come by itself. */
  get gap() {
    return this.changes.gapSinceMs !== null
  }
}
