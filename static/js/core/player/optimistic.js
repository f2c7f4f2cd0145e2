// @ts-check
/**
 * A player's state as it will be once the server has done a command: what a tab shows until the answer is
 * here. The same rules as the server's deeds; where the two disagree, the answer wins.
 */

import { Queue } from "./queue.js"
import { Command } from "../protocol.js"

/** @typedef {import("../protocol.js").PlayerState} State */
/** @typedef {{type: string, event_id: string, payload: any}} Said */
/**
 * @typedef {{nowMs: number, gone: (item: number) => boolean}} Around `gone`: the file of this item is away
 */
/** @typedef {(state: State, command: Said, around: Around) => State} Effect */

const MARK = "~" // the server gives entries their names; until then they have one of ours

/**
 * What an entry is called that the server has not named yet.
 * @param {string} eventId
 * @param {number} place
 */
export function provisional(eventId, place) {
  return `${MARK}${eventId}.${place}`
}

/** @param {string | null | undefined} entryId */
export function isProvisional(entryId) {
  return Boolean(entryId?.startsWith(MARK))
}

/**
 * Where the player is at server time `nowMs`, in seconds.
 * @param {Pick<State, "position" | "at" | "is_playing" | "rate">} state
 * @param {number} nowMs
 * @param {number | null} [durationS]
 */
export function positionOf(state, nowMs, durationS = null) {
  const movedS = state.is_playing ? (state.rate * Math.max(0, nowMs - state.at)) / 1000 : 0
  return Math.min(Math.max(state.position + movedS, 0), durationS ?? Infinity)
}

/**
 * @param {State} state
 * @param {Said} command
 * @param {number} nowMs server time
 * @param {(item: number) => boolean} [gone]
 * @returns {State}
 */
export function applied(state, command, nowMs, gone = () => false) {
  return EFFECTS[command.type]?.(state, command, { nowMs, gone }) ?? state
}

/** @param {State} state */
export function queueOf(state) {
  return new Queue(state.entries, state.current)
}

// ---------------------------------------------------------------- changes of a state

/** @param {State} state @param {number} position @param {number} at @returns {State} */
function placed(state, position, at) {
  return { ...state, position, at }
}

/**
 * Another queue; where what was on is not on any more, that begins which is.
 * @param {State} state
 * @param {Queue} queue
 * @param {number} nowMs
 * @returns {State}
 */
function become(state, { entries, current }, nowMs) {
  const next = { ...state, entries: [...entries], current }
  if (current === state.current) return next
  return { ...placed(next, 0, nowMs), is_playing: state.is_playing && current !== null }
}

/**
 * The same, as a change that can be taken back.
 * @param {State} state
 * @param {Queue} queue
 * @param {number} nowMs
 * @returns {State}
 */
function order(state, queue, nowMs) {
  const changed =
    queue.entries.length !== state.entries.length ||
    queue.entries.some((entry, place) => entry.id !== state.entries[place].id)
  const next = become(state, queue, nowMs)
  return changed ? { ...next, can_undo: true, can_redo: false } : next
}

/** @type {Effect} */
function playTrack(state, { payload, event_id }, { nowMs }) {
  const queue = queueOf(state)
  if (payload.entry_id && !queue.has(payload.entry_id)) return state
  const then = payload.entry_id
    ? queue.at(payload.entry_id)
    : queue.begun(fresh(event_id, payload.item_ids ?? [payload.item_id]))
  return { ...placed(order(state, then, nowMs), payload.position ?? 0, nowMs), is_playing: true }
}

/** @param {string} eventId @param {number[]} items */
function fresh(eventId, items) {
  return items.map((item, place) => ({ id: provisional(eventId, place), item }))
}

/** @type {Effect} */
function resume(state, _, { nowMs }) {
  if (state.is_playing || !state.entries.length) return state
  const on = state.current === null ? become(state, queueOf(state).at(state.entries[0].id), nowMs) : state
  return { ...placed(on, on.position, nowMs), is_playing: true }
}

/** @type {Effect} */
function pause(state, { payload }, { nowMs }) {
  if (!state.is_playing) return state
  const said = payload.entry_id === state.current ? payload.position : undefined
  return { ...placed(state, said ?? positionOf(state, nowMs), nowMs), is_playing: false }
}

/** @type {Effect} */
function next(state, { payload }, { nowMs, gone }) {
  if (payload.entry_id !== state.current) return state
  const queue = playable(state, gone)
  const there = payload.ended ? queue.followingEnd(state.repeat) : queue.following(state.repeat)
  return { ...stepTo(state, there, nowMs), is_playing: state.is_playing && there !== null }
}

/** @type {Effect} */
function previous(state, { payload }, { nowMs, gone }) {
  return payload.entry_id === state.current
    ? stepTo(state, playable(state, gone).preceding(state.repeat), nowMs)
    : state
}

/** @param {State} state @param {string | null} there @param {number} nowMs @returns {State} */
function stepTo(state, there, nowMs) {
  return placed(there === null ? state : become(state, queueOf(state).at(there), nowMs), 0, nowMs)
}

/**
 * Without those whose file is away, but for the one that is on.
 * @param {State} state
 * @param {(item: number) => boolean} gone
 */
export function playable(state, gone) {
  return new Queue(
    state.entries.filter(({ id, item }) => id === state.current || !gone(item)),
    state.current,
  )
}

/** @type {Effect} */
function queueAdd(state, { payload, event_id }, { nowMs }) {
  return order(state, queueOf(state).added(fresh(event_id, payload.item_ids), payload.next), nowMs)
}

/** @type {Record<string, Effect>} */
const EFFECTS = {
  [Command.PlayTrack]: playTrack,
  [Command.Resume]: resume,
  [Command.Pause]: pause,
  [Command.Seek]: (state, { payload }, { nowMs }) =>
    state.current === null ? state : placed(state, payload.position, nowMs),
  [Command.SetRate]: (state, { payload }, { nowMs }) => ({
    ...placed(state, positionOf(state, nowMs), nowMs),
    rate: payload.rate,
  }),
  [Command.SetRepeat]: (state, { payload }) => ({ ...state, repeat: payload.repeat }),
  [Command.Next]: next,
  [Command.Previous]: previous,
  [Command.QueueAdd]: queueAdd,
  [Command.QueueRemove]: (state, { payload }, { nowMs }) =>
    order(state, queueOf(state).removed(payload.entry_id), nowMs),
  [Command.QueueMove]: (state, { payload }, { nowMs }) =>
    order(state, queueOf(state).moved(payload.entry_id, payload.before ?? null), nowMs),
  [Command.QueueClear]: (state, _, { nowMs }) => order(state, queueOf(state).cleared(), nowMs),
}
