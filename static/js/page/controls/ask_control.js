// @ts-check
/** Whoever may not control is told who does, and can ask. */

import { announce, announceRefusal } from "../ui/notify.js"
import { fill, gettext } from "../lib/i18n.js"

const SHORT_MS = 4000

/** @param {import("../room/types.js").Room} room */
export function askForControl(room) {
  room.say("ask_control", {}).catch(announceRefusal)
  announce({ key: "asked", text: gettext("You asked for control. The host sees it now."), lastsMs: SHORT_MS })
}

/** After a key or a press that only moves the room. @param {import("../room/types.js").Room} room */
export function sayWhoControls(room) {
  const { room: facts, members, timeline } = room.state ?? {}
  if (!facts || !timeline?.media) return
  const host = members?.get(facts.host_id ?? "")?.username
  const others = facts.control_policy === "moderators"
  const text = !host
    ? gettext("Nobody controls what plays just now.")
    : fill(
        others
          ? gettext("{name} and the moderators control what plays.")
          : gettext("{name} controls what plays."),
        { name: host },
      )
  const act = host ? { text: gettext("Ask for control"), run: () => askForControl(room) } : undefined
  announce({ key: "view-only", text, act, lastsMs: SHORT_MS })
}
