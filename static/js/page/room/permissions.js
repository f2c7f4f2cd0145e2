// @ts-check
/**
 * Who may do what, from the room's state: pure. The server decides; this only keeps controls off the page
 * that it would refuse.
 */

/** @typedef {{user_id: string, role?: string, is_owner?: boolean, may_control?: boolean}} Someone */
/** @typedef {{control_policy: string, host_id: string | null, owner_id: string | null}} RoomRules */

/** @param {{you?: Someone | null, room?: RoomRules | null} | null | undefined} state */
export function mayControl(state) {
  if (!state?.you || !state.room) return false
  const { control_policy: policy } = state.room
  return policy === "everyone" || isHost(state) || (policy === "moderators" && state.you.role === "moderator")
}

/** @param {{you?: Someone | null, room?: RoomRules | null} | null | undefined} state */
export function isHost(state) {
  return Boolean(state?.you && state.room && state.room.host_id === state.you.user_id)
}

/**
 * Whom you may send out: the host anybody but the owner, a moderator plain members.
 * @param {any} state
 * @param {Someone} member
 */
export function maySendOut(state, member) {
  const { you, room } = state ?? {}
  if (!you?.may_moderate || member.user_id === you.user_id || member.user_id === room?.owner_id) return false
  return isHost(state) || member.role === "member"
}

/**
 * The owner whose seat somebody else has.
 * @param {{you?: Someone | null, room?: RoomRules | null} | null | undefined} state
 */
export function mayClaim(state) {
  return Boolean(state?.you && state.room && state.room.owner_id === state.you.user_id && !isHost(state))
}
