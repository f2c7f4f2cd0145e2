// @ts-check
/**
 * The members of a room and the last report of each player. Every function returns a new map, so that a page
 * can compare with the one it rendered.
 */

import { Event } from "../protocol.js"
import { allows, levelsOf } from "./rights.js"

/** @typedef {import("../protocol.js").MemberState} MemberState */
/** @typedef {import("../protocol.js").Envelope} Envelope */
/** @typedef {import("../protocol.js").RoomState} Room */
/**
 * `shown_ms`: when the page of this member was last seen by them, in server time; `away`: not for a while.
 * @typedef {MemberState & Partial<Omit<import("../protocol.js").MemberReport, "user_id">> & {shown_ms?: number, away?:
 *   boolean}} Member
 */
/** @typedef {Map<string, Member>} Members */
/**
 * @typedef {{members: Members, room: import("../protocol.js").RoomState | null, queue?:
 *   import("../protocol.js").QueueState | null}} Membership
 */

const HOST = "host"
const MEMBER = "member"
const HIDDEN = "hidden" // the page, in a tab behind others or on a locked phone
const AWAY_AFTER_MS = 10_000 // longer than a look at another tab; of two tabs one may be hidden

/**
 * Replace the members by a complete list; reports of members who stayed are retained.
 * @param {MemberState[]} list
 * @param {Members} [before]
 * @returns {Members}
 */
export function replaceMembers(list, before = new Map()) {
  return new Map(list.map((member) => [member.user_id, merged(before.get(member.user_id), member)]))
}

/** @param {Members} members @param {MemberState} member @returns {Members} */
export function addMember(members, member) {
  return new Map(members).set(member.user_id, merged(members.get(member.user_id), member))
}

/**
 * A message leaves out a mute and exceptions if there are none.
 * @template {MemberState} M
 * @param {M | undefined} before
 * @param {MemberState} member
 * @returns {M}
 */
function merged(before, member) {
  const { muted_until: _mute, exceptions: _exceptions, ...rest } = before ?? /** @type {any} */ ({})
  return { ...rest, ...member }
}

/** @param {Members} members @param {string} userId @returns {Members} */
export function removeMember(members, userId) {
  const rest = new Map(members)
  rest.delete(userId)
  return rest
}

/**
 * Add the players' reports; those of unknown members, who have left meanwhile, are ignored.
 * @param {Members} members
 * @param {import("../protocol.js").MemberReport[]} reports
 * @param {number} atMs server time
 * @returns {Members}
 */
export function addReports(members, reports, atMs) {
  const next = new Map(members)
  for (const report of reports) {
    const member = next.get(report.user_id)
    if (!member) continue
    const isHidden = report.state === HIDDEN
    const shown_ms = isHidden ? member.shown_ms : atMs
    const away = isHidden && atMs - (shown_ms ?? -Infinity) > AWAY_AFTER_MS
    next.set(report.user_id, {
      ...member,
      lacks: null,
      fault: null,
      copy: null,
      longer_s: null,
      player: null,
      ...report,
      shown_ms,
      away,
    })
  }
  return next
}

/** Other media were loaded: what players reported about the former says nothing. @param {Members} members */
export function withoutReports(members) {
  return new Map(
    [...members].map(([id, member]) => [
      id,
      { ...member, state: null, lacks: null, fault: null, copy: null, longer_s: null },
    ]),
  )
}

/**
 * Update a member; an unknown one is ignored.
 * @param {Members} members
 * @param {MemberState} member
 * @returns {Members}
 */
export function updateMember(members, member) {
  return members.has(member.user_id) ? addMember(members, member) : members
}

/**
 * Update the viewer's own entry with a changed role or exception.
 * @param {import("../protocol.js").You} you
 * @param {MemberState} member
 * @param {Room} room
 * @returns {import("../protocol.js").You}
 */
export function withRole(you, member, room) {
  return withRights(merged(you, member), room)
}

/**
 * Role and rights of a member in a room with this host and these rights.
 * @template {MemberState} M
 * @param {M} member
 * @param {Room} room
 * @returns {M}
 */
export function withHost(member, room) {
  const role = member.user_id === room.host_id ? HOST : member.role === HOST ? MEMBER : member.role
  return withRights({ ...member, role }, room)
}

/**
 * @template {MemberState} M
 * @param {M} member
 * @param {Room} room
 * @returns {M}
 */
function withRights(member, room) {
  const levels = levelsOf(room)
  const rights = { may_control: allows(levels, member, "control") }
  return "may_moderate" in member
    ? { ...member, ...rights, may_moderate: allows(levels, member, "remove") }
    : { ...member, ...rights }
}

// ---------------------------------------------------------------- differences between two polls

/**
 * The changes without a revision between two polled states, as the events that a socket would have delivered:
 * joined and left members, changed roles, and the host's grace period; and that the queue changed, without a payload.
 * @param {Membership} before
 * @param {Membership} after
 * @returns {Envelope[]}
 */
export function polledChanges(before, after) {
  return [
    ...joinsAndLeaves(before, after),
    ...roleChanges(before, after),
    ...muteChanges(before, after),
    ...gracePeriodChanges(before, after),
    ...(after.queue === before.queue ? [] : [/** @type {[string, any]} */ ([Event.Queue, null])]),
  ].map(([type, payload]) => ({
    type,
    payload,
    revision: null,
    room_id: after.room?.room_id ?? "",
    timestamp: 0,
  }))
}

/** @param {Membership} before @param {Membership} after @returns {[string, any][]} */
function joinsAndLeaves(before, after) {
  const joined = [...after.members.values()].filter(({ user_id }) => !before.members.has(user_id))
  const left = [...before.members.values()].filter(({ user_id }) => !after.members.has(user_id))
  return [
    ...left.map(
      ({ user_id, username }) =>
        /** @type {[string, any]} */ ([Event.MemberLeft, { user_id, username, reason: "left" }]),
    ),
    ...joined.map((member) => /** @type {[string, any]} */ ([Event.MemberJoined, member])),
  ]
}

/**
 * A change of the host is left out: it has a revision of its own (`new_host`).
 * @param {Membership} before
 * @param {Membership} after
 * @returns {[string, any][]}
 */
function roleChanges(before, after) {
  const hosts = new Set([before.room?.host_id, after.room?.host_id])
  return [...after.members.values()]
    .filter(
      ({ user_id, role }) => !hosts.has(user_id) && (before.members.get(user_id)?.role ?? role) !== role,
    )
    .map((member) => [Event.RoleChanged, member])
}

/** @param {Membership} before @param {Membership} after @returns {[string, any][]} */
function muteChanges(before, after) {
  const isChanged = (/** @type {Member} */ { user_id, muted_until }) =>
    before.members.has(user_id) && before.members.get(user_id)?.muted_until !== muted_until
  return [...after.members.values()].filter(isChanged).map((member) => [Event.MemberChanged, member])
}

/** @param {Membership} before @param {Membership} after @returns {[string, any][]} */
function gracePeriodChanges(before, after) {
  const [was, now] = [before.room?.seat, after.room?.seat]
  if (now && JSON.stringify(now) !== JSON.stringify(was)) return [[Event.SeatHeld, now]]
  return was && !now ? [[Event.SeatKept, {}]] : []
}
