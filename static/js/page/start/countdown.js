// @ts-check
/** 3, 2, 1 over the picture before a start. Loaded in rooms that count down. */

import { CHANGES, Event } from "../../core/protocol.js"
import { digitAt, digitChangesInMs } from "../../core/start/countdown.js"
import { cloneTemplate, disposeAll, find, loadStyle, setText } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"
import { after } from "../lib/timers.js"

const UNMOVED = new Set(["room_changed", "new_host"])

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @param {Room} room @param {string | undefined} style address of the style sheet */
export function mount(room, style) {
  const overlay = cloneTemplate("countdown")
  const digits = find(overlay, "digit")
  const spoken = find(overlay, "spoken")
  find(document, "picture").append(overlay)
  loadStyle(style)
  let cancel = () => {}
  let counts = startIsAhead(room)

  const update = () => {
    cancel()
    const { timeline, room: settings } = room.state
    const isCounting = counts && Boolean(settings?.countdown && timeline?.is_playing)
    const startMs = isCounting ? (timeline?.timestamp ?? 0) : 0
    const nowMs = room.serverNow()
    show(digitAt(startMs, nowMs))
    const changesInMs = digitChangesInMs(startMs, nowMs)
    if (changesInMs === null) counts = false
    else cancel = after(Math.max(1, changesInMs), update)
  }
  const show = (/** @type {number} */ digit) => {
    const text = digit ? String(digit) : ""
    if (digits.textContent === text) return
    digits.textContent = text
    digits.style.animation = "none" // and again, for each digit
    void digits.offsetWidth
    digits.style.animation = ""
    if (!digit) setText(spoken, "")
    else if (!spoken.textContent) setText(spoken, gettext("It starts in three seconds."))
  }
  const onChange = (/** @type {string} */ type) => () => {
    if (!UNMOVED.has(type)) counts = type === Event.Play
    update()
  }
  update()
  return disposeAll(
    () => cancel(),
    () => overlay.remove(),
    ...[...CHANGES].map((type) => room.on(type, onChange(type))),
    room.on("state", () => {
      counts = startIsAhead(room)
      update()
    }),
  )
}

/** Whether the room, as a joining member finds it, is about to start. @param {Room} room */
function startIsAhead(room) {
  const { timeline } = room.state
  return Boolean(timeline?.is_playing && timeline.timestamp > room.serverNow())
}
