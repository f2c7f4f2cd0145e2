// @ts-check
/** Acts of moderation, mutes and bans in words. */

import { dateLocale, gettext, interpolate } from "../lib/i18n.js"

/** @typedef {import("../../core/protocol.js").ActState} Act */

/** @type {Record<string, () => string>} */
const TEXTS = {
  mute: () => gettext("{by} muted {name} until {until}"),
  quiet_mute: () => gettext("{by} quietly muted {name} until {until}"),
  unmute: () => gettext("{by} ended the mute of {name}"),
  remove: () => gettext("{by} removed {name}"),
  ban: () => gettext("{by} banned {name} until {until}"),
  lift_ban: () => gettext("{by} lifted the ban of {name}"),
  delete_comment: () => gettext("{by} deleted a message of {name}"),
  delete_all_comments: () => gettext("{by} deleted all messages of {name}"),
  set_chat: () => gettext("{by} changed the rules of the chat"),
  report: () => gettext("{by} reported {name}"),
  moderator: () => gettext("{by} made {name} a moderator"),
  no_moderator: () => gettext("{by} removed {name} as moderator"),
  transfer_host: () => gettext("{by} handed the room over"),
  claim_host: () => gettext("{by} became host again"),
  set_right: () => gettext("{by} changed a right"),
  set_right_of: () => gettext("{by} changed a right of {name}"),
  admit: () => gettext("{by} let {name} join"),
  decline: () => gettext("{by} did not let {name} join"),
  set_successor: () => gettext("{by} named a successor"),
  set_successor_of: () => gettext("{by} named {name} as successor"),
  close_room: () => gettext("{by} closed the room"),
}

/** Who did what to whom: "Alice muted Bob until 9:40 PM". @param {Act} act */
export function actText({ kind, by, target, until, quiet }) {
  const name = quiet ? `quiet_${kind}` : kind
  const text = ((target && TEXTS[`${name}_of`]) ?? TEXTS[name] ?? (() => gettext("{by} changed the room")))()
  return interpolate(text, {
    by: by?.username ?? gettext("The staff"),
    name: target?.username ?? gettext("a former member"),
    until: until ? momentText(until) : "",
  })
}

/** What was said, and why: the excerpt and the reason of an act. @param {Act} act */
export function actDetails({ text, reason }) {
  return [text ? `“${text}”` : "", reason].filter(Boolean).join(" · ")
}

const DAY_MS = 86_400_000

/** A time of today, or a date with it. @param {number} atMs server time */
export function momentText(atMs) {
  const isNear = Math.abs(atMs - Date.now()) < DAY_MS
  return new Date(atMs).toLocaleString(
    dateLocale(),
    isNear ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  )
}
