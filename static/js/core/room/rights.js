// @ts-check
/**
 * Who may do what in a room: the rules of rooms/domain/rights.py, so that a page shows what the server allows. Pure.
 *
 * Each right has a level: everyone has it, the host and moderators, or the host alone. A member can have exceptions.
 */

/** @typedef {import("../protocol.js").RoomRights} RoomRights */
/** @typedef {keyof RoomRights} Right */
/** @typedef {"everyone" | "moderators" | "host"} Level */
/** @typedef {Record<Right, Level>} Levels */
/** @typedef {{role?: string, is_owner?: boolean, exceptions?: Record<string, boolean>}} Standing */
/** @typedef {{rights?: RoomRights, control_policy?: string, host_id?: string | null, owner_id?: string | null, chat?: {enabled?: boolean}}} RoomRules */
/** @typedef {{you?: (Standing & {user_id: string, muted_until?: number | null}) | null, room?: RoomRules | null, queue?: {settings: {locked?: boolean}} | null} | null | undefined} State */

/** @type {Level[]} */
export const LEVELS = ["everyone", "moderators", "host"]

/** @type {Levels} */
const DEFAULTS = {
  control: "host",
  media: "host",
  queue_add: "everyone",
  queue_edit: "host",
  chat: "everyone",
  react: "everyone",
  invite: "everyone",
  remove: "moderators",
  settings: "host",
}

export const RIGHTS = /** @type {Right[]} */ (Object.keys(DEFAULTS))

/** The rights that the control policy decides. @param {Levels} levels @param {Level} policy @returns {Levels} */
function withPolicy(levels, policy) {
  return { ...levels, control: policy, media: policy, queue_edit: policy }
}

/** @type {Record<string, Levels>} */
export const PRESETS = {
  host_only: DEFAULTS,
  moderators: withPolicy(DEFAULTS, "moderators"),
  friends: {
    ...DEFAULTS,
    control: "everyone",
    media: "moderators",
    queue_edit: "moderators",
    settings: "moderators",
  },
  open: withPolicy(DEFAULTS, "everyone"),
}

/** A server of an earlier version sends the control policy only. @param {RoomRules} room @returns {Levels} */
export function levelsOf({ rights, control_policy: policy }) {
  if (rights) return /** @type {Levels} */ (rights)
  return withPolicy(DEFAULTS, /** @type {Level} */ (policy ?? "host"))
}

/** The name of the preset with these levels. @param {Levels} levels */
export function presetOf(levels) {
  const isSame = (/** @type {Levels} */ preset) => RIGHTS.every((right) => preset[right] === levels[right])
  return Object.keys(PRESETS).find((name) => isSame(PRESETS[name])) ?? null
}

/**
 * The host has every right, and the owner may always change the settings; else exceptions win over levels.
 * @param {Levels} levels
 * @param {Standing} who
 * @param {Right} right
 */
export function allows(levels, { role, is_owner: isOwner, exceptions = {} }, right) {
  if (role === "host" || (isOwner && right === "settings")) return true
  if (right in exceptions) return exceptions[right]
  return levels[right] === "everyone" || (levels[right] === "moderators" && role === "moderator")
}

/** Whether the user of this page has a right. @param {State} state @param {Right} right */
export function may(state, right) {
  if (!state?.you || !state.room) return false
  const { you, room } = state
  const role = room.host_id === you.user_id ? "host" : you.role
  return allows(levelsOf(room), { ...you, role }, right)
}

/** Whether the user may add to the queue, as it is. @param {State} state */
export function mayAdd(state) {
  return may(state, "queue_add") && (!state?.queue?.settings.locked || may(state, "queue_edit"))
}

/** Host, moderator, or who may change the settings: they may change the rules of the queue. @param {State} state */
export function mayChangeQueueRules(state) {
  return isHost(state) || state?.you?.role === "moderator" || may(state, "settings")
}

/** Whether a mute of the user has not ended. @param {State} state @param {number} nowMs server time */
export function isMuted(state, nowMs) {
  return (state?.you?.muted_until ?? 0) > nowMs
}

/** Whether the user may react now. @param {State} state @param {number} nowMs server time */
export function mayReact(state, nowMs) {
  return may(state, "react") && !isMuted(state, nowMs)
}

/** Whether the user may write now; the rules of the chat do not bind who may remove members. @param {State} state @param {number} nowMs server time */
export function mayWrite(state, nowMs) {
  const isOpen = state?.room?.chat?.enabled !== false || may(state, "remove")
  return may(state, "chat") && isOpen && !isMuted(state, nowMs)
}

/** Host, owner, and who controls playback or may remove members: they open polls, and close any. @param {State} state */
export function mayAskPolls(state) {
  return may(state, "control") || may(state, "remove") || Boolean(state?.you?.is_owner)
}

/** Permissions are no right that can be given, else who has it could take the room. @param {State} state */
export function mayChangeRights(state) {
  return isHost(state) || Boolean(state?.you?.is_owner)
}

/** @param {State} state */
export function isHost(state) {
  return Boolean(state?.you && state.room && state.room.host_id === state.you.user_id)
}
