// @ts-check
/** Names the members whose players cannot follow the speed of the room: programs that play at normal speed only. */

import { CHANGES } from "../../core/protocol.js"
import { formatRate, gettext, interpolate } from "../lib/i18n.js"
import { nameList, SYNCPLAY } from "./members.js"

/** @typedef {import("./session.js").RoomSession} Room */

const LASTS_MS = 10_000

/** One sentence, also for many; empty if all players follow. @param {Room} room */
export function cannotFollowMessage(room) {
  const rate = room.state?.timeline?.rate ?? 1
  const members = [...(room.state?.members.values() ?? [])].filter(({ player }) => player === SYNCPLAY)
  if (rate === 1 || !members.length) return ""
  const format =
    members.length === 1
      ? gettext("{name}'s player cannot follow {rate}×.")
      : gettext("These players cannot follow {rate}×: {names}.")
  return interpolate(format, {
    name: members[0].username,
    names: nameList(members, room.boot.you.user_id),
    rate: formatRate(rate),
  })
}

/**
 * Shown once for each speed.
 * @param {Room} room
 * @param {import("../ui/notices.js").NoticeStack} stack
 * @param {number} rank
 */
export function rateNotices(room, stack, rank) {
  let shownRate = 1
  const show = () => {
    const rate = room.state?.timeline?.rate ?? 1
    const text = rate === shownRate ? "" : cannotFollowMessage(room)
    if (rate === 1) stack.drop("cannot-follow")
    if (text) stack.put({ key: "cannot-follow", text, tone: "warn", rank, lastsMs: LASTS_MS })
    if (text || rate === 1) shownRate = rate
  }
  return ["state", "presence", ...CHANGES].map((type) => room.on(type, show))
}
