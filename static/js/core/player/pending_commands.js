// @ts-check
/**
 * Commands under way to the personal player: shown optimistically, sent in order, each until it is
 * acknowledged, and again after a break of the connection with the same `event_id`.
 *
 * Changes of the queue wait for a connection for as long as it takes. Other commands that could not be sent
 * within five seconds are dropped: a Play of a minute ago is unwanted. An exception are reports of the
 * playing tab about itself (it stopped, resumed, changed or finished the track): they have taken effect there
 * already, and stay true while it is the playing tab.
 *
 * Commands that depend on the state they were given in (`seek`, `undo`, `redo`, a track that ended) are sent
 * with its revision. That revision advances with every change that is the tab's own or does not concern the
 * command, so that only a foreign change of the same thing makes the command stale.
 */

import {
  changesPosition,
  concerns,
  dependsOnPosition,
  isPersistent,
  isProvisional,
  isRevert,
  optimistic,
  overtakesQueue,
  replaces,
  reportsPlayback,
  retryInMs,
} from "./optimistic.js"
import { COMMAND_EXPIRES_MS } from "../net/connection_timing.js"
import { Command, ErrorCode, Event } from "../protocol.js"

export const SEEK_GAP_MS = 250 // while the user drags the slider only the latest position is sent
export const MOST_UNACKNOWLEDGED = 16 // the server queues 64 commands of a tab, of all kinds

/** @typedef {import("../protocol.js").PlayerState} State */
/** @typedef {import("../protocol.js").Envelope} Envelope */
/** @typedef {import("./optimistic.js").PlayerCommand} PlayerCommand */
/** @typedef {import("./optimistic.js").Refusal} Refusal */
/**
 * @typedef {object} PendingCommand
 * @property {PlayerCommand} command
 * @property {number} pressedMs server time
 * @property {number} addedMs local time
 * @property {number} notBeforeMs local time
 * @property {number} baseRevision
 * @property {boolean} sent
 * @property {boolean} everSent the server may have carried it out
 * @property {number | null} revision of its acknowledgement
 * @property {boolean} applied the state includes it already, only its acknowledgement is missing
 */

export class PendingCommands {
  /** @type {PendingCommand[]} */
  entries = []
  /**
   * Revisions of own commands, which are the ids that the server assigned to their entries.
   * @type {Map<string, number>}
   */
  assigned = new Map()
  lastSeekMs = -Infinity

  /**
   * @param {PlayerCommand} command
   * @param {number} pressedMs server time
   * @param {number} baseRevision of the state that was shown
   * @param {number} nowMs local
   * @returns {string[]} ids of the commands it replaces, which will never be sent
   */
  add(command, pressedMs, baseRevision, nowMs) {
    const replaced = this.#remove((entry) => !entry.everSent && replaces(command, entry.command))
    this.entries.push({
      command,
      pressedMs,
      addedMs: nowMs,
      notBeforeMs: -Infinity,
      baseRevision,
      sent: false,
      everSent: false,
      revision: null,
      applied: false,
    })
    return replaced.map(({ event_id }) => event_id)
  }

  /** @param {(entry: PendingCommand) => boolean} condition */
  #remove(condition) {
    const removed = this.entries.filter(condition)
    this.entries = this.entries.filter((entry) => !removed.includes(entry))
    return removed.map(({ command }) => command)
  }

  /** The connection is new: all unacknowledged commands have to be sent again. */
  reconnected() {
    for (const entry of this.entries) if (entry.revision === null) entry.sent = false
  }

  /**
   * Remove and return the commands that could not be sent in time.
   * @param {number} nowMs local
   * @param {boolean} isPlayingTab
   */
  dropExpired(nowMs, isPlayingTab) {
    return this.#remove(
      ({ command, addedMs, everSent }) =>
        !everSent &&
        nowMs - addedMs > COMMAND_EXPIRES_MS &&
        !isPersistent(command) &&
        !(isPlayingTab && reportsPlayback(command)),
    )
  }

  // ---------------------------------------------------------------- sending

  /**
   * Return the commands to send now, in order, and mark them sent.
   * @param {number} nowMs local
   * @returns {PlayerCommand[]}
   */
  toSend(nowMs) {
    const ready = []
    const underWay = this.entries.filter(({ sent, revision }) => sent && revision === null)
    let allowed = MOST_UNACKNOWLEDGED - underWay.length
    let queueWaits = false
    for (const entry of this.entries.filter(({ sent }) => !sent)) {
      if (allowed <= 0) break
      const { command } = entry
      if ((queueWaits && !overtakesQueue(command)) || this.#mustWait(entry, nowMs)) {
        if (isPersistent(command)) queueWaits = true
        else if (command.type !== Command.Seek) break // commands after a seek do not depend on it
        continue
      }
      ready.push(this.#markSent(entry, nowMs))
      allowed -= 1
    }
    return ready
  }

  /** Time until a command that waits may be sent, null if none does. @param {number} nowMs */
  waitMs(nowMs) {
    const times = this.entries
      .filter(({ sent }) => !sent)
      .map((entry) => this.#notBeforeMs(entry))
      .filter((ms) => ms > nowMs)
    return times.length ? Math.min(...times) - nowMs : null
  }

  /** @param {PendingCommand} entry */
  #notBeforeMs({ command, notBeforeMs, everSent }) {
    const isSeek = command.type === Command.Seek && !everSent
    return isSeek ? Math.max(notBeforeMs, this.lastSeekMs + SEEK_GAP_MS) : notBeforeMs
  }

  /** @param {PendingCommand} entry @param {number} nowMs */
  #mustWait(entry, nowMs) {
    const { command, everSent } = entry
    if (nowMs < this.#notBeforeMs(entry)) return true
    if (everSent) return false
    if (this.#unassigned(command).length) return true
    const earlier = this.entries.slice(0, this.entries.indexOf(entry))
    if (dependsOnPosition(command)) return earlier.some((other) => changesPosition(other.command))
    return isRevert(command) && earlier.length > 0
  }

  /**
   * The payload never changes again: the same `event_id` always has the same payload.
   * @param {PendingCommand} entry
   * @param {number} nowMs
   */
  #markSent(entry, nowMs) {
    const { command, baseRevision, everSent } = entry
    if (!everSent) {
      command.payload = this.#withAssignedIds(command.payload)
      if (dependsOnPosition(command) || isRevert(command)) command.payload.base_revision = baseRevision
      if (command.type === Command.Seek) this.lastSeekMs = nowMs
    }
    entry.sent = entry.everSent = true
    return command
  }

  // ---------------------------------------------------------------- ids of entries

  /**
   * The entries whose ids are unknown until an acknowledgement.
   * @param {PlayerCommand} command
   * @returns {string[]}
   */
  #unassigned({ payload }) {
    const ids = [payload.entry_id, payload.before]
    return ids.filter((id) => isProvisional(id) && !this.assigned.has(commandOf(id)))
  }

  /** @param {Record<string, unknown>} payload */
  #withAssignedIds(payload) {
    return Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, this.#assignedId(value)]))
  }

  /** The server builds ids from the revision that added the entries. @param {unknown} value */
  #assignedId(value) {
    if (typeof value !== "string" || !isProvisional(value)) return value
    return `${this.assigned.get(commandOf(value))}.${value.split(".").at(-1)}`
  }

  /**
   * Remove the commands about entries that will never exist, because the command that adds them was rejected.
   * @returns {string[]}
   */
  dropOrphans() {
    const pending = new Set(this.entries.map(({ command }) => command.event_id))
    const orphans = this.#remove(
      ({ everSent, command }) =>
        !everSent && this.#unassigned(command).some((id) => !pending.has(commandOf(id))),
    )
    return orphans.map(({ event_id }) => event_id)
  }

  // ---------------------------------------------------------------- responses

  /** @param {string} eventId @param {number} revision that it took */
  accepted(eventId, revision) {
    this.assigned.set(eventId, revision)
    const entry = this.#find(eventId)
    if (entry) entry.revision = revision
  }

  /**
   * A command was rejected, for good or for now; in the second case it is sent again later. Commands that
   * were sent after it may be carried out before it.
   * @param {Refusal} refusal
   * @param {number} nowMs local
   */
  refused(refusal, nowMs) {
    const entry = this.#find(refusal.event_id)
    const waitMs = retryInMs(refusal)
    if (waitMs === null) this.#remove((other) => other === entry)
    else if (entry)
      Object.assign(entry, {
        sent: false,
        everSent: refusal.code === ErrorCode.Unavailable,
        notBeforeMs: nowMs + waitMs,
      })
  }

  /** @param {string} eventId */
  has(eventId) {
    return this.#find(eventId) !== undefined
  }

  /** The state includes a change now. @param {Envelope} envelope */
  changed({ type, revision, payload }) {
    if (type !== Event.Player) return
    const own = this.#find(payload.event_id)
    if (own) own.applied = true
    for (const entry of this.entries) {
      if (entry.baseRevision + 1 === revision && (own || !concerns(entry.command, payload)))
        entry.baseRevision += 1
    }
  }

  /** The state includes everything up to this revision. @param {number} revision */
  reached(revision) {
    this.entries = this.entries.filter((entry) => entry.revision === null || entry.revision > revision)
  }

  /** @param {string | null} eventId */
  #find(eventId) {
    return this.entries.find(({ command }) => command.event_id === eventId)
  }

  // ---------------------------------------------------------------- optimistic state

  /**
   * The state after all pending commands that it does not include yet.
   * @param {State} state
   * @param {(item: number) => boolean} isMissing
   * @returns {State}
   */
  shown(state, isMissing) {
    const pending = this.entries.filter(({ applied }) => !applied)
    return pending.reduce(
      (shown, { command, pressedMs }) => optimistic(shown, command, pressedMs, isMissing),
      state,
    )
  }

  /** The commands to store when the page is closed. */
  get persistent() {
    return this.entries
      .filter(({ command, revision, applied }) => revision === null && !applied && isPersistent(command))
      .map(({ command }) => command)
  }
}

/** The id of the command that adds a provisional entry. @param {string} entryId */
function commandOf(entryId) {
  return entryId.slice(1, entryId.lastIndexOf("."))
}
