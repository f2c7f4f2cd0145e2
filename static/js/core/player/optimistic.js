// @ts-check
/**
 * Optimistic state: a player's state as it will be once the server has carried out a command, shown until the
 * response arrives. The same rules as the server's actions; where the two disagree, the response wins.
 */

import { Queue } from "./queue.js"
import { Command, ErrorCode } from "../protocol.js"

/** @typedef {import("../protocol.js").PlayerState} State */
/** @typedef {{type: string, event_id: string, payload: any}} PlayerCommand */
/**
 * @typedef {{nowMs: number, isMissing: (item: number) => boolean}} Context `isMissing`: the item's file is
 *   gone
 */
/** @typedef {(state: State, command: PlayerCommand, context: Context) => State} Effect */

const MARK = "~" // the server assigns the ids of entries; until then they have a provisional one

/**
 * The provisional id of an entry.
 * @param {string} eventId of the command that adds it
 * @param {number} index among the added entries
 */
function provisionalId(eventId, index) {
  return `${MARK}${eventId}.${index}`
}

/** @param {string | null | undefined} entryId */
export function isProvisional(entryId) {
  return Boolean(entryId?.startsWith(MARK))
}

/**
 * The player's position in seconds at server time `nowMs`.
 * @param {Pick<State, "position" | "at" | "is_playing" | "rate">} state
 * @param {number} nowMs
 * @param {number | null} [durationS]
 */
export function positionOf(state, nowMs, durationS = null) {
  const movedS = state.is_playing ? (state.rate * Math.max(0, nowMs - state.at)) / 1000 : 0
  return Math.min(Math.max(state.position + movedS, 0), durationS ?? Infinity)
}

/**
 * The state after a command.
 * @param {State} state
 * @param {PlayerCommand} command
 * @param {number} nowMs server time
 * @param {(item: number) => boolean} [isMissing]
 * @returns {State}
 */
export function optimistic(state, command, nowMs, isMissing = () => false) {
  return EFFECTS[command.type]?.(state, command, { nowMs, isMissing }) ?? state
}

/** @param {State} state */
function queueOf(state) {
  return new Queue(state.entries, state.current)
}

/**
 * The queue without entries whose file is missing, except the current one.
 * @param {State} state
 * @param {(item: number) => boolean} isMissing
 */
export function playableQueue(state, isMissing) {
  return new Queue(
    state.entries.filter(({ id, item }) => id === state.current || !isMissing(item)),
    state.current,
  )
}

// ---------------------------------------------------------------- changes of a state

/** @param {State} state @param {number} position @param {number} at @returns {State} */
function withPosition(state, position, at) {
  return { ...state, position, at }
}

/**
 * The state with another queue. If the current entry changes, the new one starts at its beginning.
 * @param {State} state
 * @param {Queue} queue
 * @param {number} nowMs
 * @returns {State}
 */
function withQueue(state, { entries, current }, nowMs) {
  const changed = { ...state, entries: [...entries], current }
  if (current === state.current) return changed
  return { ...withPosition(changed, 0, nowMs), is_playing: state.is_playing && current !== null }
}

/**
 * The state with another queue, as a change that can be undone.
 * @param {State} state
 * @param {Queue} queue
 * @param {number} nowMs
 * @returns {State}
 */
function withEditedQueue(state, queue, nowMs) {
  const edited =
    queue.entries.length !== state.entries.length ||
    queue.entries.some((entry, index) => entry.id !== state.entries[index].id)
  const changed = withQueue(state, queue, nowMs)
  return edited ? { ...changed, can_undo: true, can_redo: false } : changed
}

/** @param {string} eventId @param {number[]} items */
function newEntries(eventId, items) {
  return items.map((item, index) => ({ id: provisionalId(eventId, index), item }))
}

/** @type {Effect} */
function playTrack(state, { payload, event_id }, { nowMs }) {
  const queue = queueOf(state)
  if (payload.entry_id && !queue.has(payload.entry_id)) return state
  const started = payload.entry_id
    ? queue.at(payload.entry_id)
    : queue.begun(newEntries(event_id, payload.item_ids ?? [payload.item_id]))
  const changed = withEditedQueue(state, started, nowMs)
  return { ...withPosition(changed, payload.position ?? 0, nowMs), is_playing: true }
}

/** @type {Effect} */
function resume(state, _, { nowMs }) {
  if (state.is_playing || !state.entries.length) return state
  const first = state.entries[0].id
  const resumed = state.current === null ? withQueue(state, queueOf(state).at(first), nowMs) : state
  return { ...withPosition(resumed, resumed.position, nowMs), is_playing: true }
}

/** @type {Effect} */
function pause(state, { payload }, { nowMs }) {
  if (!state.is_playing) return state
  const reported = payload.entry_id === state.current ? payload.position : undefined
  return { ...withPosition(state, reported ?? positionOf(state, nowMs), nowMs), is_playing: false }
}

/** @type {Effect} */
function next(state, { payload }, { nowMs, isMissing }) {
  if (payload.entry_id !== state.current) return state
  const queue = playableQueue(state, isMissing)
  const entryId = payload.ended ? queue.followingEnd(state.repeat) : queue.following(state.repeat)
  return { ...stepTo(state, entryId, nowMs), is_playing: state.is_playing && entryId !== null }
}

/** @type {Effect} */
function previous(state, { payload }, { nowMs, isMissing }) {
  return payload.entry_id === state.current
    ? stepTo(state, playableQueue(state, isMissing).preceding(state.repeat), nowMs)
    : state
}

/** @param {State} state @param {string | null} entryId @param {number} nowMs @returns {State} */
function stepTo(state, entryId, nowMs) {
  const changed = entryId === null ? state : withQueue(state, queueOf(state).at(entryId), nowMs)
  return withPosition(changed, 0, nowMs)
}

/** @type {Effect} */
function queueAdd(state, { payload, event_id }, { nowMs }) {
  const queue = queueOf(state).added(newEntries(event_id, payload.item_ids), payload.next)
  return withEditedQueue(state, queue, nowMs)
}

/** @type {Record<string, Effect>} */
const EFFECTS = {
  [Command.PlayTrack]: playTrack,
  [Command.Resume]: resume,
  [Command.Pause]: pause,
  [Command.Seek]: (state, { payload }, { nowMs }) =>
    state.current === null ? state : withPosition(state, payload.position, nowMs),
  [Command.SetRate]: (state, { payload }, { nowMs }) => ({
    ...withPosition(state, positionOf(state, nowMs), nowMs),
    rate: payload.rate,
  }),
  [Command.SetRepeat]: (state, { payload }) => ({ ...state, repeat: payload.repeat }),
  [Command.Next]: next,
  [Command.Previous]: previous,
  [Command.QueueAdd]: queueAdd,
  [Command.QueueRemove]: (state, { payload }, { nowMs }) =>
    withEditedQueue(state, queueOf(state).removed(payload.entry_id), nowMs),
  [Command.QueueMove]: (state, { payload }, { nowMs }) =>
    withEditedQueue(state, queueOf(state).moved(payload.entry_id, payload.before ?? null), nowMs),
  [Command.QueueClear]: (state, _, { nowMs }) => withEditedQueue(state, queueOf(state).cleared(), nowMs),
}

// ---------------------------------------------------------------- kinds of commands

/** Only the last unsent command of each of these kinds counts. @type {Map<string, string>} */
const KINDS = new Map([
  [Command.Resume, "motion"],
  [Command.Pause, "motion"],
  [Command.Seek, "position"],
  [Command.SetRate, "rate"],
  [Command.SetRepeat, "repeat"],
])
/** @type {Set<string>} */
const CHANGES_TRACK = new Set([Command.PlayTrack, Command.Next, Command.Previous, Command.ContinueHere])
/** @type {Set<string>} */
const CHANGES_POSITION = new Set([Command.Seek, ...CHANGES_TRACK])
/** @type {Set<string>} */
const REVERTS = new Set([Command.Undo, Command.Redo])
/** @type {Set<string>} */
const CHANGES_QUEUE = new Set([Command.QueueAdd, Command.QueueRemove, Command.QueueMove, Command.QueueClear])
/** @type {Set<string>} */
const PLAYBACK = new Set([Command.PlayTrack, Command.Next, Command.Previous, Command.Resume])
/** @type {Set<string>} */
const OVERTAKES_QUEUE = new Set([Command.Pause, Command.SetRate, Command.SetRepeat])

/** Whether a command outlives a page that is closed without a connection. @param {PlayerCommand} command */
export function isPersistent({ type }) {
  return CHANGES_QUEUE.has(type)
}

/**
 * Whether a command overtakes a change of the queue that waits: it does not depend on the queue.
 * @param {PlayerCommand} command
 */
export function overtakesQueue({ type }) {
  return OVERTAKES_QUEUE.has(type)
}

/** @param {PlayerCommand} command */
export function changesPosition({ type }) {
  return CHANGES_POSITION.has(type)
}

/** @param {PlayerCommand} command */
export function isRevert({ type }) {
  return REVERTS.has(type)
}

/** Whether a command reports what the playing tab does. @param {PlayerCommand} command */
export function reportsPlayback({ type, payload }) {
  return PLAYBACK.has(type) || (type === Command.Pause && payload.position !== undefined)
}

/** @param {PlayerCommand} later @param {PlayerCommand} earlier */
export function replaces(later, earlier) {
  if (earlier.type === Command.Seek && CHANGES_TRACK.has(later.type)) return true
  const kind = KINDS.get(later.type)
  return kind !== undefined && kind === KINDS.get(earlier.type)
}

/**
 * Whether a change affects what a command depends on.
 * @param {PlayerCommand} command
 * @param {{changed: object, cause: string | null}} change
 */
export function concerns(command, { changed, cause }) {
  if (dependsOnPosition(command))
    return "current" in changed || (cause !== null && CHANGES_POSITION.has(cause))
  return "entries" in changed
}

/** Whether a command is meant for a track and a position in it. @param {PlayerCommand} command */
export function dependsOnPosition({ type, payload }) {
  return type === Command.Seek || Boolean(payload.ended)
}

const RETRY_LEAST_MS = 500 // a few at a time, not each as soon as the rate limit allows one
const UNAVAILABLE_RETRY_MS = 1000

/** @typedef {{event_id: string, code: string, retry_after_ms?: number | null}} Refusal */

/**
 * When to send a rejected command again, null if never. A rate-limited command was not carried out; one that
 * the server was too busy for may have been.
 * @param {Refusal} refusal
 */
export function retryInMs({ code, retry_after_ms: afterMs = null }) {
  if (code === ErrorCode.Unavailable) return Math.max(afterMs ?? 0, UNAVAILABLE_RETRY_MS)
  return afterMs === null ? null : Math.max(afterMs, RETRY_LEAST_MS)
}
