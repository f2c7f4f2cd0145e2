// @ts-check
/**
 * Commands under way to the room: all of them in order, each until it is acknowledged; and of a value that
 * changes often (playing, position, rate) only the latest, shown optimistically and sent seldom.
 *
 * All times are passed in, in milliseconds.
 */

import { COMMAND_EXPIRES_MS } from "../net/connection_timing.js"
import { Command } from "../protocol.js"
import { positionAt } from "../sync/timeline.js"

// carry the instant of the gesture
const WITH_TIME = new Set([Command.Play, Command.Pause, Command.Seek, Command.SetRate])
const WITH_POSITION = new Set([Command.Play, Command.Pause]) // carry the timeline's position at that instant

/**
 * Add the instant and the position to the payload of a playback command. The position is that of the room's timeline,
 * because the viewer's player may be off.
 * @param {string} type
 * @param {Record<string, any>} payload
 * @param {number} atMs server time of the gesture
 * @param {import("../sync/timeline.js").TimelineState | null} timeline
 */
export function completePayload(type, payload, atMs, timeline) {
  if (!WITH_TIME.has(/** @type {any} */ (type))) return payload
  const timed = /** @type {{at: number, current_time?: number}} */ ({ at: atMs, ...payload })
  if (!timeline || !WITH_POSITION.has(/** @type {any} */ (type)) || timed.current_time !== undefined)
    return timed
  return { current_time: positionAt(timeline, timed.at), ...timed }
}

/** @typedef {{type: string, event_id: string, payload: object}} Sendable */
/** @typedef {{command: Sendable, pressedMs: number, sent: boolean, everSent: boolean}} QueuedCommand */

/**
 * Commands that were sent and not acknowledged when a connection broke are sent again with their `event_id`,
 * and the server carries them out once. Commands that could not be sent within five seconds of the press are
 * dropped.
 */
export class CommandQueue {
  /** @type {Map<string, QueuedCommand>} */
  queued = new Map()

  /** @param {Sendable} command @param {number} nowMs */
  add(command, nowMs) {
    this.queued.set(command.event_id, { command, pressedMs: nowMs, sent: false, everSent: false })
  }

  /** The connection is new: all unacknowledged commands have to be sent again. */
  reconnected() {
    for (const entry of this.queued.values()) entry.sent = false
  }

  /** It is unknown whether this command arrived: send it again. @param {string} eventId */
  lost(eventId) {
    const entry = this.queued.get(eventId)
    if (entry) entry.sent = false
  }

  /**
   * Return the commands to send now, in the order of the presses, and mark them sent.
   * @returns {Sendable[]}
   */
  toSend() {
    const waiting = [...this.queued.values()].filter((entry) => !entry.sent)
    for (const entry of waiting) entry.sent = entry.everSent = true
    return waiting.map((entry) => entry.command)
  }

  /** Remove and return the commands that waited too long for a connection. @param {number} nowMs */
  dropExpired(nowMs) {
    const expired = [...this.queued.values()].filter(
      (entry) => !entry.everSent && nowMs - entry.pressedMs > COMMAND_EXPIRES_MS,
    )
    for (const { command } of expired) this.queued.delete(command.event_id)
    return expired.map((entry) => entry.command)
  }

  /**
   * A command was accepted or rejected.
   * @param {string | null | undefined} eventId
   * @returns {boolean} whether it was one of this queue
   */
  acknowledged(eventId) {
    return typeof eventId === "string" && this.queued.delete(eventId)
  }

  get size() {
    return this.queued.size
  }
}

const RETRY_MOST_MS = 5000 // after a longer wait the user has to press again

/** @template T @typedef {{number: number, value: T, sent: boolean, revision: number | null}} Pending */

/**
 * The latest of many commands of one kind: debounced, and shown until the room's state includes it, which as
 * the revision of its acknowledgement shows.
 *
 * A command is identified by its number, never by its value: a late response to an earlier press of Play must
 * not settle a later one.
 * @template T
 */
export class LatestCommand {
  /** @param {number} gapMs minimum interval between two that are sent */
  constructor(gapMs) {
    this.gapMs = gapMs
    this.count = 0
    /** @type {Pending<T> | null} */
    this.pending = null
    this.notBeforeMs = -Infinity
    // of all acknowledgements; one without a revision means that the room has been as requested since then
    this.lastRevision = 0
  }

  /** Request a value; it replaces any earlier one. @param {T} value */
  request(value) {
    this.count += 1
    this.pending = { number: this.count, value, sent: false, revision: null }
  }

  /**
   * Return the value to send now, if any, and mark it sent.
   * @param {number} nowMs
   * @returns {{number: number, value: T} | null}
   */
  toSend(nowMs) {
    const { pending } = this
    if (!pending || pending.sent || nowMs < this.notBeforeMs) return null
    pending.sent = true
    this.notBeforeMs = nowMs + this.gapMs
    return { number: pending.number, value: pending.value }
  }

  /** Time until a value may be sent; null if there is none. @param {number} nowMs */
  waitMs(nowMs) {
    return this.pending && !this.pending.sent ? Math.max(0, this.notBeforeMs - nowMs) : null
  }

  /**
   * @param {number} number
   * @param {number | null} revision that includes it; null if the room was in that state already
   */
  accepted(number, revision) {
    this.lastRevision = Math.max(this.lastRevision, revision ?? 0)
    if (this.pending?.number === number) this.pending.revision = this.lastRevision
  }

  /** The room rejected it. @param {number} number */
  rejected(number) {
    if (this.pending?.number === number) this.pending = null
  }

  /**
   * It exceeded a rate limit: the latest value is sent again when the limit allows it.
   * @param {number} number
   * @param {number} retryAfterMs
   * @param {number} nowMs
   * @returns {boolean} whether it will be sent again
   */
  rateLimited(number, retryAfterMs, nowMs) {
    if (retryAfterMs > RETRY_MOST_MS) {
      this.rejected(number)
      return false
    }
    this.notBeforeMs = Math.max(this.notBeforeMs, nowMs + retryAfterMs)
    if (this.pending?.number === number) this.pending.sent = false
    return true
  }

  /** A snapshot arrived: it includes the accepted value, or that was undone with the whole room. */
  snapshotReceived() {
    this.lastRevision = 0
    if (this.pending?.revision !== null) this.pending = null
  }

  /**
   * The requested value if the room's state at `revision` does not include it yet, else null.
   * @param {number} revision
   * @returns {T | null}
   */
  shown(revision) {
    const { pending } = this
    return !pending || (pending.revision !== null && pending.revision <= revision) ? null : pending.value
  }
}
