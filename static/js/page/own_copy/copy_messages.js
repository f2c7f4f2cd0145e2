// @ts-check
/** What a viewer reads about their own copy, and what the host reads about those of others. */

import { formatMs, formatTime, gettext, interpolate } from "../lib/i18n.js"
import { nameList } from "../room/members.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../ui/notices.js").Notice} Notice */
/** @typedef {import("../lib/local_file.js").LocalFile} LocalFile */
/** @typedef {import("../../core/own_copy/comparison.js").Likeness} Likeness */

const SHORT_MS = 4000
const LONG_MS = 15_000
const OTHERS_MS = 20_000

/**
 * How the chosen file compares with the room's.
 * @param {Likeness} likeness
 * @param {number | null} ownS duration of the chosen file
 * @param {number | null} roomS duration of the room's media
 */
export function likenessText(likeness, ownS, roomS) {
  if (likeness === "same") return gettext("It is the same file as the room's.")
  if (likeness === "similar")
    return gettext("Probably the same film, another copy. If it runs ahead or behind, shift it.")
  if (likeness === "unknown")
    return gettext("It could not be compared with the room's: one of the durations is not known.")
  return differenceText((ownS ?? 0) - (roomS ?? 0))
}

/** @param {number} longerS */
function differenceText(longerS) {
  const format =
    longerS > 0
      ? gettext("It is {time} longer than the room's. You may see another scene than the others.")
      : gettext("It is {time} shorter than the room's. You may see another scene than the others.")
  return interpolate(format, { time: lengthText(Math.abs(longerS)) })
}

/** @param {number} seconds */
function lengthText(seconds) {
  return seconds < 60 ? formatMs(seconds * 1000) : formatTime(seconds)
}

/**
 * @param {Likeness} likeness
 * @param {LocalFile} local
 * @param {number | null} roomS
 * @param {() => void} adjust
 * @returns {Notice}
 */
export function choiceNotice(likeness, local, roomS, adjust) {
  const text = likenessText(likeness, local.duration, roomS)
  if (likeness === "same") return { key: "copy", text, lastsMs: SHORT_MS }
  return {
    key: "copy",
    text,
    act: { text: gettext("Shift it"), run: adjust },
    tone: likeness === "different" ? "warn" : "plain",
    lastsMs: LONG_MS,
  }
}

/** @param {unknown} error @returns {Notice} */
export function failedNotice(error) {
  const text = error instanceof Error ? error.message : gettext("This file could not be read. Was it moved?")
  return { key: "copy", text, tone: "bad", lastsMs: LONG_MS }
}

/** @param {import("../../core/room/members.js").Member} member */
function anothersText({ username, longer_s }) {
  if (!longer_s) return severalText({ names: username })
  const format =
    longer_s > 0
      ? gettext("{name}'s file is {time} longer than the room's: another cut?")
      : gettext("{name}'s file is {time} shorter than the room's: another cut?")
  return interpolate(format, { name: username, time: lengthText(Math.abs(longer_s)) })
}

/** @param {{names: string}} values */
function severalText(values) {
  return interpolate(gettext("Another file than yours: {names}. They may see another scene."), values)
}

/**
 * For the host: members whose file differs, otherwise those without one. Null if there are none.
 * @param {Room} room
 * @returns {Notice | null}
 */
export function othersNotice(room) {
  const yourId = room.boot.you.user_id
  const others = [...(room.state?.members.values() ?? [])].filter(({ user_id }) => user_id !== yourId)
  const having = (/** @type {string} */ copy) => others.filter((member) => member.copy === copy)
  const names = (/** @type {any[]} */ members) => ({ names: nameList(members, yourId) })
  const different = having("different")
  const missing = having("missing")
  if (different.length)
    return {
      key: "others-copies",
      text: different.length === 1 ? anothersText(different[0]) : severalText(names(different)),
      tone: "warn",
      lastsMs: OTHERS_MS,
    }
  if (!missing.length) return null
  return {
    key: "others-copies",
    text: interpolate(gettext("Without a copy so far: {names}."), names(missing)),
    lastsMs: OTHERS_MS,
  }
}
