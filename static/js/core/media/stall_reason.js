// @ts-check
/** Why a player has nothing to play, as the room's log keeps it. */

/** @typedef {import("../sync/target.js").Seen} Seen */

/**
 * `decode`: it has the data and does not move on.
 * @param {Pick<Seen, "hidden" | "seeking" | "readyState">} seen
 * @returns {"hidden" | "seek" | "network" | "decode"}
 */
export function stallReason({ hidden, seeking, readyState }) {
  if (hidden) return "hidden"
  if (seeking) return "seek"
  return readyState < 3 ? "network" : "decode"
}
