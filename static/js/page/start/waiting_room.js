// @ts-check
/**
 * The waiting room before a premiere, over the picture: its time in the viewer's time zone, how long it takes, who is
 * there, a calendar file and a reminder. Loaded when a premiere is ahead.
 */

import { may } from "../../core/room/rights.js"
import { isAwaited, premiereChange, timeLeft } from "../../core/start/premiere.js"
import { fetchJson } from "../lib/api.js"
import { cloneTemplate, disposeAll, find, loadStyle, openDialog, setText } from "../lib/dom.js"
import { dateLocale, gettext, interpolate } from "../lib/i18n.js"
import { canNotify } from "../lib/notifications.js"
import { every } from "../lib/timers.js"
import { MEMBER_CHANGES } from "../room/members.js"
import { showNotice, showRefusal } from "../ui/notices.js"
import { showFaces } from "./faces.js"
import { Reminder } from "./reminder.js"

const TICK_MS = 200
const NOTICE_MS = 10_000
const COUNTDOWN_MS = 3000 // the digits of the countdown take the place of the waiting room
const CHANGES = [...MEMBER_CHANGES, "load", "play", "pause", "seek", "timeline"]

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @param {Room} room @param {string | undefined} style address of the style sheet */
export function mount(room, style) {
  const card = cloneTemplate("waiting-room")
  const reminder = new Reminder(room)
  let known = room.state.room?.premiere_at ?? null
  const tick = () => {
    const { premiere_at: at, countdown } = room.state.room ?? {}
    const nowMs = room.serverNow()
    const untilMs = countdown ? nowMs + COUNTDOWN_MS : nowMs
    card.hidden = !isAwaited(at, room.state.timeline, nowMs) || (at ?? 0) <= untilMs
    if (!card.hidden) setText(find(card, "clock"), clockText((at ?? 0) - nowMs))
  }
  const update = () => {
    show(card, room, reminder)
    tick()
  }
  const follow = (/** @type {string | null | undefined} */ cause) => {
    const at = room.state.room?.premiere_at ?? null
    if (cause !== "started") announce(premiereChange(known, at, room.serverNow()), at)
    known = at
    reminder.follow(at)
    update()
  }
  listen(card, room, reminder, update)
  find(document, "picture").append(card)
  loadStyle(style, update)
  card.hidden = true
  reminder.follow(known)
  return disposeAll(
    () => card.remove(),
    () => reminder.cancel(),
    every(TICK_MS, tick),
    ...CHANGES.map((type) => room.on(type, update)),
    // a snapshot may bring a change that was made while this page had no connection
    ...["state", "room_changed"].map((type) => room.on(type, ({ payload }) => follow(payload?.cause))),
  )
}

/** @param {HTMLElement} card @param {Room} room @param {Reminder} reminder @param {() => void} update */
function listen(card, room, reminder, update) {
  find(card, "remind").addEventListener("click", async () => {
    await reminder.toggle()
    update()
  })
  const setTime = (/** @type {number | null} */ premiere_at) =>
    fetchJson(`/api/rooms/${room.boot.room_id}/`, "PATCH", "", { premiere_at }).catch(showRefusal)
  find(card, "start-now").addEventListener("click", () => void setTime(Math.round(room.serverNow())))
  find(card, "move").addEventListener("click", () => {
    const settings = /** @type {HTMLElement} */ (document.querySelector("[data-settings]"))
    settings.dataset.focus = "room-premiere"
    openDialog("settings")
  })
  find(card, "cancel").addEventListener("click", () => void setTime(null))
  card.addEventListener("keydown", (event) => event.stopPropagation()) // the page's shortcuts use the same keys
}

/** @param {HTMLElement} card @param {Room} room @param {Reminder} reminder */
function show(card, room, reminder) {
  const { room: settings, timeline } = room.state
  const at = settings?.premiere_at
  if (!settings || !at) return
  setText(find(card, "title"), timeline?.media?.title ?? settings.title)
  setText(find(card, "when"), localTime(at))
  find(card, "when").setAttribute("datetime", new Date(at).toISOString())
  showFaces(find(card, "faces"), [...room.state.members.values()])
  const remind = find(card, "remind")
  remind.hidden = !canNotify()
  remind.setAttribute("aria-pressed", String(reminder.on))
  const controls = may(room.state, "media")
  find(card, "pick").hidden = !controls || Boolean(timeline?.media)
  const decides = may(room.state, "settings")
  for (const name of ["move", "cancel"]) find(card, name).hidden = !decides
  find(card, "start-now").hidden = !decides || !timeline?.media
}

/** In the viewer's own time zone and language. @param {number} atMs */
function localTime(atMs) {
  const format = new Intl.DateTimeFormat(dateLocale(), {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  })
  return format.format(new Date(atMs))
}

/** @param {number} leftMs */
function clockText(leftMs) {
  const { days, hours, minutes, seconds } = timeLeft(leftMs)
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0")
  const clock = days || hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
  return days ? interpolate(gettext("{days} d {clock}"), { days, clock }) : clock
}

/** @param {"set" | "moved" | "cancelled" | null} change @param {number | null} at */
function announce(change, at) {
  if (!change) return
  const formats = {
    set: () => gettext("It starts {time}."),
    moved: () => gettext("The premiere was moved: it starts {time}."),
    cancelled: () => gettext("The premiere was cancelled."),
  }
  const text = interpolate(formats[change](), { time: at ? localTime(at) : "" })
  showNotice({ key: "premiere", text, lastsMs: NOTICE_MS, rank: 4 })
}
