// @ts-check
/** Who is typing just now. */

import { all, write } from "../lib/dom.js"
import { fill, gettext, ngettext } from "../lib/i18n.js"

const SHOWN_MS = 4000

/**
 * @param {HTMLElement} line
 * @param {import("../room/types.js").Room} room
 */
export function mount(line, room) {
  /** @type {Map<string, {name: string, timer: number}>} */
  const typing = new Map()
  /**
   * When the last message of each was heard, server time: a poll brings what they typed before it after it.
   * @type {Map<string, number>}
   */
  const said = new Map()
  const show = () => write(line, wordsFor([...typing.values()].map((one) => one.name)))
  const forget = (/** @type {string} */ id) => {
    clearTimeout(typing.get(id)?.timer)
    typing.delete(id)
    show()
  }
  return all(
    room.on("typing", ({ payload, timestamp }) => {
      if (payload.user_id === room.boot.you.user_id || timestamp <= (said.get(payload.user_id) ?? -Infinity))
        return
      clearTimeout(typing.get(payload.user_id)?.timer)
      typing.set(payload.user_id, {
        name: payload.username,
        timer: setTimeout(() => forget(payload.user_id), SHOWN_MS),
      })
      show()
    }),
    room.on("new_comment", ({ payload }) => {
      said.set(payload.user_id, room.serverNow())
      forget(payload.user_id)
    }),
    room.on("member_left", ({ payload }) => {
      said.delete(payload.user_id)
      forget(payload.user_id)
    }),
    () => typing.forEach((one) => clearTimeout(one.timer)),
  )
}

/** @param {string[]} names */
function wordsFor(names) {
  if (!names.length) return ""
  if (names.length > 2)
    return fill(ngettext("{n} person is typing", "{n} people are typing", names.length), { n: names.length })
  return names.length === 1
    ? fill(gettext("{name} is typing"), { name: names[0] })
    : fill(gettext("{one} and {other} are typing"), { one: names[0], other: names[1] })
}
