// @ts-check
/**
 * What the room's state says about members: permissions, sync status and names. Pure.
 *
 * The server decides on permissions; these hide controls whose commands it would refuse.
 */

import { isHost, may } from "../../core/room/rights.js"
import { formatMs, formatNumber, gettext, interpolate, ngettext } from "../lib/i18n.js"

/** @typedef {{user_id: string, role?: string, is_owner?: boolean, exceptions?: Record<string, boolean>}} PermissionMember */
/** @typedef {{rights?: import("../../core/protocol.js").RoomRights, control_policy: string, host_id: string | null, owner_id: string | null}} RoomRules */

/** @param {{you?: PermissionMember | null, room?: RoomRules | null} | null | undefined} state */
export function mayControl(state) {
  return may(state, "control")
}

/**
 * Whether the user may remove a member: the host may remove all but the owner, a moderator plain members only.
 * @param {any} state
 * @param {PermissionMember} member
 */
export function mayRemove(state, member) {
  const { you, room } = state ?? {}
  if (!may(state, "remove") || member.user_id === you.user_id || member.user_id === room?.owner_id)
    return false
  return isHost(state) || member.role === "member"
}

/**
 * Whether the user is the owner and another member is host.
 * @param {{you?: PermissionMember | null, room?: RoomRules | null} | null | undefined} state
 */
export function mayClaimHost(state) {
  return Boolean(state?.you && state.room && state.room.owner_id === state.you.user_id && !isHost(state))
}

/**
 * Whether the viewer could watch from the start: not a live stream, which has none, and not a player that keeps its speed.
 * @param {Room} room
 */
export function mayCatchUp({ state, player }) {
  const { media, timeline } = player.controller
  if (player.catchingUp || !timeline?.media || media.live || media.seeks.stream) return false
  return timeline.media.source !== "twitch" && timeline.media.url === state.timeline?.media?.url
}

/** @typedef {import("../../core/room/members.js").Member} Member */
/** @typedef {import("./session.js").RoomSession} Room */
/** @typedef {Pick<typeof import("../streams/stream_messages.js"), "causeForHost" | "othersFaultMessage">} FaultTexts */

/** Events after which the members, or what they may do, may differ. `members` brings a whole list after a burst. */
export const MEMBER_CHANGES = [
  ...[
    "state",
    "member_joined",
    "member_left",
    "members",
    "role_changed",
    "member_changed",
    "new_host",
    "room_changed",
  ],
  ...["presence", "connection"],
]

/** A program that plays at normal speed only. */
export const SYNCPLAY = "Syncplay"

/** States of a player that should show a moving picture and shows none. */
const WAITING = new Set(["stalled", "loading", "blocked", "error", "broken_off"])

/** States of a player that has a picture. */
const SHOWING = new Set(["ready", "paused", "playing", "tracking", "degraded", "ended", "unaligned"])

/** Results of polling without any news of the other members. */
const UNREACHABLE = new Set(["nothing", "offline", "failing"])

/**
 * The sync status for the ring around an avatar; unknown without a connection.
 * @param {Member} member
 * @param {Room} room
 */
export function syncRing(member, { connection }) {
  if (
    connection.status === "closed" ||
    (connection.status === "limited" && UNREACHABLE.has(connection.reach ?? ""))
  )
    return "unknown"
  if (WAITING.has(member.state ?? "") || member.copy === "missing") return "waiting"
  if (member.state === "catching_up") return "behind"
  if (member.is_synced === undefined || member.is_synced === null) return "unknown"
  return member.is_synced ? "in" : "off"
}

/** Whether another member has the picture that this player cannot show. @param {Room} room */
export function othersSee(room) {
  return othersOf(room).some((member) => SHOWING.has(member.state ?? "") && !hasEndedEarly(member, room))
}

/**
 * Whether another player may have the picture: it has not reported a failure.
 * @param {Room} room
 */
export function othersMayPlay(room) {
  return othersOf(room).some(({ state }) => state !== "error" && state !== "broken_off")
}

/** The member's data has ended while the room continues. @param {Member} member @param {Room} room */
function hasEndedEarly({ state }, room) {
  return state === "ended" && room.state?.timeline?.phase === "playing"
}

/**
 * A member's role and sync status: "host, in step".
 * @param {Member} member
 * @param {Room} room
 */
export function memberStatus(member, room) {
  const texts = []
  if (member.user_id === room.boot.you.user_id) texts.push(gettext("you"))
  if (member.user_id === room.state?.room?.host_id) texts.push(gettext("host"))
  if (member.role === "moderator") texts.push(gettext("moderator"))
  if (member.user_id === room.state?.room?.successor_id) texts.push(gettext("successor"))
  if (member.player) texts.push(member.player)
  texts.push(syncText(member, room))
  return texts.filter(Boolean).join(", ")
}

/** @param {Member} member @param {Room} room */
function syncText(member, room) {
  if (syncRing(member, room) === "unknown") return room.reachable ? gettext("watching") : ""
  const drift = member.drift_ms ?? 0
  if (member.state === "stalled" || member.state === "loading") return gettext("loading")
  if (member.copy === "missing") return gettext("no copy yet")
  if (member.state === "catching_up") return catchingUpText(-drift / 1000)
  if (member.state === "blocked") return gettext("waiting for a tap")
  if (member.state === "error") return gettext("cannot play this")
  if (member.state === "broken_off" || hasEndedEarly(member, room)) return gettext("playback broke off")
  const rate = room.state?.timeline?.rate ?? 1
  if (member.player === SYNCPLAY && rate !== 1)
    return interpolate(gettext("cannot follow {rate}x"), { rate: formatNumber(rate, 2) })
  if (member.state === "unaligned") return gettext("at another position")
  if (member.away) return gettext("in the background")
  if (member.is_synced) return gettext("in step")
  return interpolate(drift > 0 ? gettext("{time} ahead") : gettext("{time} behind"), {
    time: formatMs(drift),
  })
}

/** @param {number} behindS */
function catchingUpText(behindS) {
  if (behindS < 1) return gettext("catching up") // the room plays other media now
  return interpolate(gettext("{time} behind, catching up"), { time: roughTime(behindS) })
}

/** A distance in minutes, the last one in seconds. @param {number} seconds */
export function roughTime(seconds) {
  const format = seconds < 60 ? gettext("{n} s") : gettext("{n} min")
  return interpolate(format, { n: Math.round(seconds < 60 ? seconds : seconds / 60) })
}

const MAX_NAMES = 2

/** @param {{user_id: string, username: string}[]} people @param {string} yourId */
export function nameList(people, yourId) {
  const names = people
    .slice(0, MAX_NAMES)
    .map(({ user_id, username }) => (user_id === yourId ? gettext("you") : username))
  const rest = people.length - names.length
  if (rest > 0) names.push(interpolate(ngettext("{count} other", "{count} others", rest), { count: rest }))
  return names.join(", ")
}

// ---------------------------------------------------------------- failures at others, for the host

const FAILING = new Set(["error", "broken_off"])

/** The other members. @param {Room} room */
export function othersOf(room) {
  const yourId = room.boot.you.user_id
  return [...(room.state?.members.values() ?? [])].filter(({ user_id }) => user_id !== yourId)
}

/** For the host: the members who do not see the picture, or will not soon. @param {Room} room @param {FaultTexts | null} texts */
export function othersFailMessage(room, texts) {
  if (!isHost(room.state)) return ""
  const yourId = room.boot.you.user_id
  const members = othersOf(room)
  const failing = members.filter(hasFailed)
  if (failing.length)
    return `${failingMessage(failing, yourId)} ${texts?.causeForHost(commonFault(failing)) ?? ""}`.trimEnd()
  for (const faulty of [members.filter(isEnding), members.filter((member) => isLate(member, room))])
    if (faulty.length && texts) return texts.othersFaultMessage(commonFault(faulty), nameList(faulty, yourId))
  const own = room.player.lacking?.track // a notice of their own says what the others lack too
  const lacking = members.filter(({ lacks }) => lacks && lacks.track !== own)
  if (lacking.length) return lackingMessage(lacking, yourId)
  const unaligned = members.filter(({ state }) => state === "unaligned")
  return unaligned.length
    ? interpolate(gettext("Cannot seek to the room's position: {names}."), {
        names: nameList(unaligned, yourId),
      })
    : ""
}

/** Without a fault, a player is empty until its viewer has chosen a copy. @param {Member} member */
function hasFailed({ state, fault }) {
  return FAILING.has(state ?? "") || (state === "empty" && Boolean(fault))
}

/** What is loaded still plays. @param {Member} member */
function isEnding({ fault }) {
  return Boolean(fault) && fault !== "late"
}

/** Not while the room waits, which names its members, or while the host's own player stands still too. @param {Member} member @param {Room} room */
function isLate({ fault }, room) {
  return fault === "late" && room.state?.timeline?.phase !== "holding" && !room.player.standstill.late
}

/** What all of them have in common. @param {Member[]} members */
function commonFault(members) {
  return members.every(({ fault }) => fault === members[0].fault)
    ? (members[0].fault ?? undefined)
    : undefined
}

/** @param {Member[]} members @param {string} yourId */
function failingMessage(members, yourId) {
  const codec = commonCodec(members)
  const format = codec
    ? gettext("Cannot play this ({codec}): {names}.")
    : gettext("Cannot play this: {names}.")
  return interpolate(format, { names: nameList(members, yourId), codec })
}

/**
 * The members who miss the sound come first: a film without a picture is noticed by itself.
 * @param {Member[]} members
 * @param {string} yourId
 */
function lackingMessage(members, yourId) {
  const silent = members.filter(({ lacks }) => lacks?.track === "sound")
  const shown = silent.length ? silent : members
  const codec = commonCodec(shown)
  const names = nameList(shown, yourId)
  const what = silent.length ? gettext("No sound for {names}") : gettext("No picture for {names}")
  const why = codec
    ? gettext("the browser does not support {codec}")
    : gettext("the browser may not support its format")
  return interpolate(`${what}: ${why}.`, { names, codec })
}

/** The format that all of them miss. @param {Member[]} members */
function commonCodec(members) {
  const codecs = new Set(members.map(({ lacks }) => lacks?.codec ?? ""))
  return codecs.size === 1 ? [...codecs][0] : ""
}
