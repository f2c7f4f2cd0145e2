// @ts-check
/** How a member's player does, in words, from what it last reported of itself: pure. */

import { distance } from "../lib/format.js"
import { fill, gettext } from "../lib/i18n.js"

/** @typedef {import("../room/types.js").Member} Member */
/** @typedef {import("../room/types.js").Room} Room */

/** States of a player in which it shows no moving picture, though it should. */
const WAITING = new Set(["stalled", "loading", "blocked", "error", "broken_off"])

/** States in which it has one. */
const SHOWING = new Set(["ready", "paused", "playing", "tracking", "degraded", "ended", "unaligned"])

/** Answers over HTTP that say nothing of the others. */
const CUT_OFF = new Set(["nothing", "offline", "failing"])

/**
 * In one word, for the ring around a face; without a line to the server nobody knows.
 * @param {Member} member
 * @param {Room} room
 */
export function step(member, { connection }) {
  if (
    connection.status === "closed" ||
    (connection.status === "limited" && CUT_OFF.has(connection.reach ?? ""))
  )
    return "unknown"
  if (WAITING.has(member.state ?? "")) return "waiting"
  if (member.is_synced === undefined || member.is_synced === null) return "unknown"
  return member.is_synced ? "in" : "off"
}

/** Whether somebody else has the picture that this player cannot show. @param {Room} room */
export function othersSee(room) {
  const others = [...(room.state?.members.values() ?? [])].filter(
    ({ user_id }) => user_id !== room.boot.you.user_id,
  )
  return others.some((member) => SHOWING.has(member.state ?? "") && !endedEarly(member, room))
}

/**
 * Whether another player may have the picture, as far as is known: it has not said that it fails.
 * @param {Room} room
 */
export function othersMayPlay(room) {
  const others = [...(room.state?.members.values() ?? [])].filter(
    ({ user_id }) => user_id !== room.boot.you.user_id,
  )
  return others.some(({ state }) => state !== "error" && state !== "broken_off")
}

/** Its data has ended, and the room goes on. @param {Member} member @param {Room} room */
function endedEarly({ state }, room) {
  return state === "ended" && room.state?.timeline?.phase === "playing"
}

/**
 * In a few words: "host, in step".
 * @param {Member} member
 * @param {Room} room
 */
export function aboutMember(member, room) {
  const words = []
  if (member.user_id === room.boot.you.user_id) words.push(gettext("you"))
  if (member.user_id === room.state?.room?.host_id) words.push(gettext("host"))
  if (member.role === "moderator") words.push(gettext("moderator"))
  words.push(stepWords(member, room))
  return words.filter(Boolean).join(", ")
}

/** @param {Member} member @param {Room} room */
function stepWords(member, room) {
  if (step(member, room) === "unknown") return room.reachable ? gettext("watching") : ""
  const drift = member.drift_ms ?? 0
  if (member.state === "stalled" || member.state === "loading") return gettext("loading")
  if (member.state === "blocked") return gettext("waiting for a tap")
  if (member.state === "error") return gettext("cannot play this")
  if (member.state === "broken_off" || endedEarly(member, room)) return gettext("playback broke off")
  if (member.state === "unaligned") return gettext("at another position")
  if (member.is_synced) return gettext("in step")
  return fill(drift > 0 ? gettext("{time} ahead") : gettext("{time} behind"), { time: distance(drift) })
}
