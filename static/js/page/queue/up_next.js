// @ts-check
/** "Up next", shown shortly before the media end. Members with control can hold it back: the room pauses. */

import { gettext, interpolate } from "../lib/i18n.js"
import { every } from "../lib/timers.js"
import { mayControl } from "../room/members.js"
import { showNotice, showRefusal, withdrawNotice } from "../ui/notices.js"
import { nextMedia, titleOf } from "./next_media.js"

const SHOWN_MS = 10_000
const CHECK_MS = 250
const KEY = "up-next"

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @param {Room} room */
export function mountUpNext(room) {
  let shown = ""
  const check = () => {
    const next = nextMedia(room.state, room.player.controller.timeline, room.serverNow(), SHOWN_MS)
    const about = next ? [next.media.url, Math.round(next.endMs / 500), mayControl(room.state)].join(" ") : ""
    if (about === shown) return
    shown = about
    if (next) show(room, next)
    else withdrawNotice(KEY)
  }
  return every(CHECK_MS, check)
}

/** @param {Room} room @param {{media: import("../../core/protocol.js").Media, endMs: number}} next */
function show(room, { media, endMs }) {
  const hold = () => room.say("pause", {}).catch(showRefusal)
  showNotice({
    key: KEY,
    text: interpolate(gettext("Up next: {title}, {seconds}"), { title: titleOf(media) }),
    rank: 1,
    untilMs: endMs,
    act: mayControl(room.state) ? { text: gettext("Hold back"), run: () => void hold() } : undefined,
  })
}
