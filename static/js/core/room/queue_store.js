// @ts-check
/**
 * The reducer of the room's queue: its state, built from whole queues and from changes in the order of their own
 * revision, each once.
 *
 * `RoomStore` feeds it once it is attached, and requests the whole queue when a change is missing. `watchium/client/
 * room_queue.py` has the same rules; `tests/vectors/room_queue.json` tests both.
 */

import { Sequence } from "../net/sequence.js"
import { Event } from "../protocol.js"

/** @typedef {import("../protocol.js").Envelope} Envelope */
/** @typedef {import("../protocol.js").QueueState} QueueState */
/** @typedef {import("../protocol.js").QueueChange} QueueChange */
/** @typedef {import("../protocol.js").RoomQueueEntry} RoomQueueEntry */

/** The queue of a room that has none yet. */
export const NO_QUEUE = Object.freeze(
  /** @type {QueueState} */ ({
    revision: 0,
    entries: [],
    current: null,
    following: null,
    settings: {
      repeat: "off",
      order: "manual",
      through_folder: false,
      who_adds: "everyone",
      quota: 0,
      locked: false,
      skip_percent: 50,
    },
    skip: null,
    can_undo: false,
    can_redo: false,
  }),
)

/**
 * The queue after a change of the previous revision.
 * @param {QueueState} queue @param {QueueChange} change @returns {QueueState}
 */
export function changed(queue, change) {
  const known = new Map(queue.entries.map((entry) => [entry.id, entry]))
  for (const entry of change.entries) known.set(entry.id, entry)
  const order = change.order ?? queue.entries.map(({ id }) => id)
  return {
    revision: change.revision,
    entries: order.flatMap((id) => known.get(id) ?? []),
    current: change.current,
    following: change.following,
    settings: change.settings ?? queue.settings,
    skip: change.skip,
    can_undo: change.can_undo,
    can_redo: change.can_redo,
  }
}

/** The entry that the room plays, or played last. @param {QueueState} queue @returns {RoomQueueEntry | null} */
export function currentEntry(queue) {
  return queue.entries.find(({ id }) => id === queue.current) ?? null
}

/** The entry that plays next, for players to prepare. @param {QueueState} queue @returns {RoomQueueEntry | null} */
export function followingEntry(queue) {
  return queue.entries.find(({ id }) => id === queue.following) ?? null
}

/** The entries after the current one. Without one, all were played unless one follows. @param {QueueState} queue */
export function upcoming(queue) {
  if (queue.current === null && queue.following === null) return []
  return queue.entries.slice(queue.entries.findIndex(({ id }) => id === queue.current) + 1)
}

export class QueueStore {
  constructor() {
    /** @type {QueueState} */
    this.state = NO_QUEUE
    /** @type {Sequence<Envelope>} */
    this.changes = new Sequence()
  }

  /** What a request for missed messages names. */
  get known() {
    return { queue_revision: this.changes.last }
  }

  /**
   * Take in any message of the room.
   * @param {Envelope} envelope @param {number} nowMs
   * @returns {Envelope[]} the changes of the queue applied by it, oldest first
   */
  receive(envelope, nowMs) {
    const { type, payload } = envelope
    if (type === Event.Welcome) return this.#welcome(envelope, nowMs)
    if (type === Event.Events && payload.queue) return this.#update(envelope)
    if (type === Event.Head) this.changes.setHead(payload.queue_revision ?? 0, nowMs)
    if (type !== Event.Queue) return []
    return this.#apply(this.changes.receive(payload.revision, envelope, nowMs))
  }

  /** A queue of a snapshot replaces the state, whatever its revision. @param {Envelope} envelope @param {number} nowMs */
  #welcome(envelope, nowMs) {
    const { resumed, queue, queue_revision: revision } = envelope.payload
    if (!resumed) {
      this.changes.clear()
      this.changes.reset(queue?.revision ?? 0)
      this.state = queue ?? NO_QUEUE
    }
    const applied = resumed && queue ? this.#update(envelope) : []
    this.changes.setHead(revision ?? 0, nowMs)
    return applied
  }

  /**
   * A whole queue that may be older than the changes since. It is announced as a change without a payload.
   * @param {Envelope} envelope
   */
  #update(envelope) {
    const { queue } = envelope.payload
    if (queue.revision <= this.changes.last) return []
    this.state = queue
    this.changes.reset(queue.revision)
    return [{ ...envelope, type: Event.Queue, payload: null }, ...this.#apply(this.changes.drain())]
  }

  /** @param {Envelope[]} ready */
  #apply(ready) {
    for (const { payload } of ready) this.state = changed(this.state, payload)
    return ready
  }
}
