// @ts-check
/**
 * Who is here, and what each player last said of itself. Every function gives a new map: what a page drew
 * from the old one stays as it was.
 */

/** @typedef {import("../protocol.js").MemberState} MemberState */
/** @typedef {MemberState & Partial<Omit<import("../protocol.js").Report, "user_id">>} Member */
/** @typedef {Map<string, Member>} Members */

/** The role a host gets, as the server names it. */
const HOST = "host"
const MODERATOR = "moderator"
const MEMBER = "member"

/**
 * A snapshot; reports of people who stayed are kept.
 * @param {MemberState[]} list
 * @param {Members} [before]
 * @returns {Members}
 */
export function arrived(list, before = new Map()) {
  return new Map(list.map((member) => [member.user_id, { ...before.get(member.user_id), ...member }]))
}

/** @param {Members} members @param {MemberState} member @returns {Members} */
export function joined(members, member) {
  return new Map(members).set(member.user_id, { ...members.get(member.user_id), ...member })
}

/** @param {Members} members @param {string} userId @returns {Members} */
export function left(members, userId) {
  const rest = new Map(members)
  rest.delete(userId)
  return rest
}

/**
 * What players said; people we do not know (they left meanwhile) are passed over.
 * @param {Members} members
 * @param {import("../protocol.js").Report[]} reports
 * @returns {Members}
 */
export function reported(members, reports) {
  const next = new Map(members)
  for (const report of reports) {
    const member = next.get(report.user_id)
    if (member) next.set(report.user_id, { ...member, ...report })
  }
  return next
}

/**
 * What is new about somebody; of whom we do not know, nothing.
 * @param {Members} members
 * @param {MemberState} member
 * @returns {Members}
 */
export function changed(members, member) {
  return members.has(member.user_id) ? joined(members, member) : members
}

/**
 * You, as the room calls you now.
 * @param {import("../protocol.js").You} you
 * @param {MemberState} member
 * @returns {import("../protocol.js").You}
 */
export function inRole(you, member) {
  return { ...you, ...member, may_moderate: mayModerate(member.role) }
}

/** @param {string} role */
function mayModerate(role) {
  return role === HOST || role === MODERATOR
}

/**
 * A new host: the seat changes hands and with it who may move the room.
 * @template {MemberState} M
 * @param {M} member @param {string | null} hostId @param {string} policy `host`, `moderators` or `everyone`
 * @returns {M}
 */
export function underHost(member, hostId, policy) {
  const role = member.user_id === hostId ? HOST : member.role === HOST ? MEMBER : member.role
  const rights = { role, may_control: mayControl(role, policy) }
  return "may_moderate" in member
    ? { ...member, ...rights, may_moderate: mayModerate(role) }
    : { ...member, ...rights }
}

/** @param {string} role @param {string} policy */
function mayControl(role, policy) {
  if (policy === "everyone" || role === HOST) return true
  return policy === "moderators" && role === MODERATOR
}
