// @ts-check
/**
 * What a polled answer changed and no revision counts, as the events a socket would have brought: members who
 * came and left, their roles, and whether the host's seat is held.
 */

import { Event } from "../protocol.js"

/** @typedef {import("../room/room_store.js").RoomModel} RoomModel */
/** @typedef {import("../protocol.js").Envelope} Envelope */

/** @param {RoomModel} before @param {RoomModel} after @returns {Envelope[]} */
export function polledChanges(before, after) {
  return [...people(before, after), ...roles(before, after), ...seat(before, after)].map(
    ([type, payload]) => ({
      type,
      payload,
      revision: null,
      room_id: after.room?.room_id ?? "",
      timestamp: 0,
    }),
  )
}

/** @param {RoomModel} before @param {RoomModel} after @returns {[string, any][]} */
function people(before, after) {
  const came = [...after.members.values()].filter(({ user_id }) => !before.members.has(user_id))
  const gone = [...before.members.values()].filter(({ user_id }) => !after.members.has(user_id))
  return [
    ...gone.map(
      ({ user_id, username }) =>
        /** @type {[string, any]} */ ([Event.MemberLeft, { user_id, username, reason: "left" }]),
    ),
    ...came.map((member) => /** @type {[string, any]} */ ([Event.MemberJoined, member])),
  ]
}

/**
 * A host that changes is numbered: that is `new_host`.
 * @param {RoomModel} before
 * @param {RoomModel} after
 * @returns {[string, any][]}
 */
function roles(before, after) {
  const hosts = new Set([before.room?.host_id, after.room?.host_id])
  return [...after.members.values()]
    .filter(
      ({ user_id, role }) => !hosts.has(user_id) && (before.members.get(user_id)?.role ?? role) !== role,
    )
    .map((member) => [Event.RoleChanged, member])
}

/** @param {RoomModel} before @param {RoomModel} after @returns {[string, any][]} */
function seat(before, after) {
  const [was, now] = [before.room?.seat, after.room?.seat]
  if (now && JSON.stringify(now) !== JSON.stringify(was)) return [[Event.SeatHeld, now]]
  return was && !now ? [[Event.SeatKept, {}]] : []
}
