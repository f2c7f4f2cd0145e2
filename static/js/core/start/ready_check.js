// @ts-check
/** What a ready check says about the members who are present. Pure. */

/** @typedef {import("../protocol.js").ReadyCheck} ReadyCheck */
/** @typedef {{user_id: string, username: string}} Person */

/**
 * @param {ReadyCheck} check
 * @param {Iterable<Person>} members who are present
 * @returns {{ready: Person[], missing: Person[]}}
 */
export function readiness(check, members) {
  const marked = new Set(check.ready)
  const all = [...members]
  return {
    ready: all.filter(({ user_id }) => marked.has(user_id)),
    missing: all.filter(({ user_id }) => !marked.has(user_id)),
  }
}

/**
 * The choice that the check was opened with: `ask`, `all`, or its deadline in seconds.
 * @param {ReadyCheck} check
 */
export function limitOf({ starts, deadline, since }) {
  if (!starts) return "ask"
  return deadline === null ? "all" : String(Math.round((deadline - since) / 1000))
}

/**
 * The payload of the command for a choice.
 * @param {string} limit
 */
export function requestFor(limit) {
  const seconds = Number(limit)
  return {
    on: true,
    start: limit !== "ask",
    ...(Number.isFinite(seconds) && seconds > 0 ? { deadline_s: seconds } : {}),
  }
}
