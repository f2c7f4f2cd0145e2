// @ts-check
/**
 * Commands to one's own player on their way: shown at once, sent in order, each until it is answered, and
 * again after a break under the same `event_id`.
 *
 * What is done to the queue waits for as long as it takes. A press that could not be sent within five seconds
 * is dropped: nobody wants the play of a minute ago. What the tab that sounds says of its own sound, that it
 * has stopped, goes on, plays something else or came to its end, is heard there already, or waited for, and
 * stays true for as long as it is the one.
 *
 * What says where things are to be, instead of what is to be done (`seek`, `undo`, `redo`, a track that
 * ended), is sent with the revision it was meant for. That moves on with every change that is our own or
 * about something else, so that only somebody else's change of the same thing makes it stale.
 */

import { applied, isProvisional } from "./optimistic.js"
import { COMMAND_EXPIRES_MS } from "../net/connection_timing.js"
import { Command, ErrorCode, Event } from "../protocol.js"

export const SEEK_GAP_MS = 250 // a hand on the slider; what comes in between is replaced by what comes last
export const MOST_UNANSWERED = 16 // the server lets 64 wait, of all that a tab says
const LEAST_AGAIN_MS = 500 // a few at a time, not each as soon as there is room for one
const AVAILABLE_AGAIN_MS = 1000

/** @typedef {import("../protocol.js").PlayerState} State */
/** @typedef {import("../protocol.js").Envelope} Envelope */
/** @typedef {{type: string, event_id: string, payload: any}} Said */
/** @typedef {{event_id: string, code: string, retry_after_ms?: number | null}} Refusal */
/**
 * `revision`: of the answer. `seen`: it is in the state already, only its answer is not here yet. `everSent`:
 * the server may have done it. `addedMs` and `notBeforeMs`: local time.
 * @typedef {{command: Said, pressedMs: number, addedMs: number, notBeforeMs: number, base: number, sent:
 *   boolean, everSent: boolean, revision: number | null, seen: boolean}} Entry
 */

/** Of these only the last counts, as long as none was sent. @type {Map<string, string>} */
const SAME = new Map([
  [Command.Resume, "motion"],
  [Command.Pause, "motion"],
  [Command.Seek, "place"],
  [Command.SetRate, "rate"],
  [Command.SetRepeat, "repeat"],
])
/** @type {Set<string>} */
const OTHER_TRACK = new Set([Command.PlayTrack, Command.Next, Command.Previous, Command.ContinueHere])
/** @type {Set<string>} */
const PLACES = new Set([Command.Seek, ...OTHER_TRACK])
/** @type {Set<string>} */
const REVERTS = new Set([Command.Undo, Command.Redo])
/** @type {Set<string>} */
const OF_QUEUE = new Set([Command.QueueAdd, Command.QueueRemove, Command.QueueMove, Command.QueueClear])
/** @type {Set<string>} */
const OF_SOUND = new Set([Command.PlayTrack, Command.Next, Command.Previous, Command.Resume])
/** The same before and after a change of the queue: they pass one that waits. @type {Set<string>} */
const PASSES_QUEUE = new Set([Command.Pause, Command.SetRate, Command.SetRepeat])

/** Outlives a page that is closed without a line. @param {Said} command */
export function isKept({ type }) {
  return OF_QUEUE.has(type)
}

export class PendingCommands {
  constructor() {
    /** @type {Entry[]} */
    this.entries = []
    /** The revision that named the entries a command of ours made. @type {Map<string, number>} */
    this.named = new Map()
    this.lastSeekMs = -Infinity
  }

  /**
   * @param {Said} command
   * @param {number} pressedMs server time
   * @param {number} revision that was shown
   * @param {number} nowMs local
   * @returns {string[]} the commands it takes the place of, which will never be sent
   */
  add(command, pressedMs, revision, nowMs) {
    const dropped = this.entries.filter((entry) => !entry.everSent && replaces(command, entry.command))
    this.entries = this.entries.filter((entry) => !dropped.includes(entry))
    this.entries.push({
      command,
      pressedMs,
      addedMs: nowMs,
      notBeforeMs: -Infinity,
      base: revision,
      sent: false,
      everSent: false,
      revision: null,
      seen: false,
    })
    return dropped.map(({ command: { event_id } }) => event_id)
  }

  /** The connection is new: everything unanswered has to go out again. */
  reconnected() {
    for (const entry of this.entries) if (entry.revision === null) entry.sent = false
  }

  /**
   * What could not be sent in time; it is gone.
   * @param {number} nowMs local
   * @param {boolean} sounds this tab is the one that is heard
   * @returns {Said[]}
   */
  dropOld(nowMs, sounds) {
    const isOld = (/** @type {Entry} */ { command, addedMs, everSent }) =>
      !everSent && nowMs - addedMs > COMMAND_EXPIRES_MS && !isKept(command) && !(sounds && isOfSound(command))
    const old = this.entries.filter(isOld)
    this.entries = this.entries.filter((entry) => !old.includes(entry))
    return old.map(({ command }) => command)
  }

  // ---------------------------------------------------------------- sending

  /** What to send now, in order; it counts as sent. @param {number} nowMs local @returns {Said[]} */
  toSend(nowMs) {
    const ready = []
    let room = MOST_UNANSWERED - this.entries.filter(({ sent, revision }) => sent && revision === null).length
    let queueWaits = false
    for (const entry of this.entries.filter(({ sent }) => !sent)) {
      if (room <= 0) break
      const { command } = entry
      if ((queueWaits && !PASSES_QUEUE.has(command.type)) || this.#waits(entry, nowMs)) {
        if (isKept(command)) queueWaits = true
        else if (command.type !== Command.Seek) break // what comes behind a seek does not depend on it
        continue
      }
      ready.push(this.#leaving(entry, nowMs))
      room -= 1
    }
    return ready
  }

  /**
   * How long until something that waits for its time may go, null where nothing does.
   * @param {number} nowMs
   */
  waitMs(nowMs) {
    const times = this.entries
      .filter(({ sent }) => !sent)
      .map((entry) => this.#notBeforeMs(entry))
      .filter((ms) => ms > nowMs)
    return times.length ? Math.min(...times) - nowMs : null
  }

  /** @param {Entry} entry */
  #notBeforeMs({ command, notBeforeMs, everSent }) {
    const isSeek = command.type === Command.Seek && !everSent
    return isSeek ? Math.max(notBeforeMs, this.lastSeekMs + SEEK_GAP_MS) : notBeforeMs
  }

  /** @param {Entry} entry @param {number} nowMs */
  #waits(entry, nowMs) {
    const { command, everSent } = entry
    if (nowMs < this.#notBeforeMs(entry)) return true
    if (everSent) return false
    if (this.#unnamed(command).length) return true
    const earlier = this.entries.slice(0, this.entries.indexOf(entry))
    if (isPlaced(command)) return earlier.some((each) => PLACES.has(each.command.type))
    return REVERTS.has(command.type) && earlier.length > 0
  }

  /**
   * Frozen from here on: the same `event_id` has to say the same.
   * @param {Entry} entry
   * @param {number} nowMs
   */
  #leaving(entry, nowMs) {
    const { command, base, everSent } = entry
    if (!everSent) {
      command.payload = this.#withNames(command.payload)
      if (isPlaced(command) || REVERTS.has(command.type)) command.payload.base_revision = base
      if (command.type === Command.Seek) this.lastSeekMs = nowMs
    }
    entry.sent = entry.everSent = true
    return command
  }

  // ---------------------------------------------------------------- names of entries

  /** The entries whose names are not known before an answer. @param {Said} command @returns {string[]} */
  #unnamed({ payload }) {
    return [payload.entry_id, payload.before].filter((id) => isProvisional(id) && !this.named.has(maker(id)))
  }

  /** @param {Record<string, unknown>} payload */
  #withNames(payload) {
    return Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, this.#name(value)]))
  }

  /** The server names entries by the revision that made them. @param {unknown} value */
  #name(value) {
    if (typeof value !== "string" || !isProvisional(value)) return value
    return `${this.named.get(maker(value))}.${value.split(".").at(-1)}`
  }

  /**
   * Drops those that name what nobody will ever name: the command that made it was refused.
   * @returns {string[]}
   */
  dropOrphans() {
    const makers = new Set(this.entries.map(({ command }) => command.event_id))
    const orphans = this.entries.filter(
      ({ everSent, command }) => !everSent && this.#unnamed(command).some((id) => !makers.has(maker(id))),
    )
    this.entries = this.entries.filter((entry) => !orphans.includes(entry))
    return orphans.map(({ command }) => command.event_id)
  }

  // ---------------------------------------------------------------- answers

  /** @param {string} eventId @param {number} revision that it took */
  accepted(eventId, revision) {
    this.named.set(eventId, revision)
    const entry = this.#of(eventId)
    if (entry) entry.revision = revision
  }

  /**
   * For good, or for now: then it goes again when there is time for it. One of those that had left behind it
   * may be done before it.
   * @param {Refusal} refusal
   * @param {number} nowMs local
   */
  refused(refusal, nowMs) {
    const entry = this.#of(refusal.event_id)
    const waitMs = againInMs(refusal)
    if (waitMs === null) this.entries = this.entries.filter((each) => each !== entry)
    else if (entry)
      Object.assign(entry, {
        sent: false,
        everSent: refusal.code === ErrorCode.Unavailable,
        notBeforeMs: nowMs + waitMs,
      })
  }

  /** On its way, or to go again. @param {string} eventId */
  has(eventId) {
    return this.#of(eventId) !== undefined
  }

  /** A change is in the state now. @param {Envelope} envelope */
  changed({ type, revision, payload }) {
    if (type !== Event.Player) return
    const ours = this.#of(payload.event_id)
    if (ours) ours.seen = true
    for (const entry of this.entries) {
      if (entry.base + 1 === revision && (ours || !concerns(entry.command, payload))) entry.base += 1
    }
  }

  /** The state includes everything up to here. @param {number} revision */
  reached(revision) {
    this.entries = this.entries.filter((entry) => entry.revision === null || entry.revision > revision)
  }

  /** @param {string | null} eventId */
  #of(eventId) {
    return this.entries.find(({ command }) => command.event_id === eventId)
  }

  // ---------------------------------------------------------------- what is shown

  /**
   * The state with everything done to it that is not in it yet.
   * @param {State} state
   * @param {(item: number) => boolean} gone
   * @returns {State}
   */
  shown(state, gone) {
    const coming = this.entries.filter(({ seen }) => !seen)
    return coming.reduce((so, { command, pressedMs }) => applied(so, command, pressedMs, gone), state)
  }

  /** Those that should outlive this page. */
  get kept() {
    return this.entries
      .filter(({ command, revision, seen }) => revision === null && !seen && isKept(command))
      .map(({ command }) => command)
  }
}

/**
 * When to say it again, null where that is of no use. What was only too much was not done; what the server
 * had no time for it may do yet.
 * @param {Refusal} refusal
 */
function againInMs({ code, retry_after_ms: afterMs = null }) {
  if (code === ErrorCode.Unavailable) return Math.max(afterMs ?? 0, AVAILABLE_AGAIN_MS)
  return afterMs === null ? null : Math.max(afterMs, LEAST_AGAIN_MS)
}

/** Says what is with the sound, where this tab is the one. @param {Said} command */
function isOfSound({ type, payload }) {
  return OF_SOUND.has(type) || (type === Command.Pause && payload.position !== undefined)
}

/** @param {Said} later @param {Said} earlier */
function replaces(later, earlier) {
  if (earlier.type === Command.Seek && OTHER_TRACK.has(later.type)) return true
  const same = SAME.get(later.type)
  return same !== undefined && same === SAME.get(earlier.type)
}

/**
 * Whether a change is of what a command is about.
 * @param {Said} command
 * @param {{changed: object, cause: string | null}} change
 */
function concerns(command, { changed, cause }) {
  if (isPlaced(command)) return "current" in changed || (cause !== null && PLACES.has(cause))
  return "entries" in changed
}

/** Meant for a track and a place in it. @param {Said} command */
function isPlaced({ type, payload }) {
  return type === Command.Seek || Boolean(payload.ended)
}

/** The command that made a provisional entry. @param {string} entryId */
function maker(entryId) {
  return entryId.slice(1, entryId.lastIndexOf("."))
}
