// @ts-check
/** What the room played before: a list that takes the place of the queue, and its media to play again or to continue. */

import { may } from "../../core/room/rights.js"
import { cloneTemplate, find, loadStyle, setText } from "../lib/dom.js"
import { dateLocale, formatTime, gettext, interpolate } from "../lib/i18n.js"
import { request } from "../lib/api.js"
import { after } from "../lib/timers.js"
import { MEMBER_CHANGES } from "../room/members.js"
import { showCoverArt } from "../ui/artwork.js"
import { send } from "./commands.js"
import { showEvenings } from "./evenings.js"
import { titleOf } from "./next_media.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").Media} Media */
/**
 * @typedef {{id: number, media: Media, position: number, duration: number | null, continue_at: number | null,
 *   started_at: number | null, left_at: number, user_id: string | null, username: string | null}} Played
 */

const QUIET_MS = 1000 // after other media were loaded: what was played is then read again

/**
 * @param {HTMLElement} section of the queue
 * @param {Room} room
 * @returns {() => void} opens or closes the list
 */
export function mountHistory(section, room) {
  const box = find(section, "history")
  const list = find(box, "played-list")
  const earlier = find(box, "earlier")
  /** @type {Map<HTMLElement, Played>} */
  const lines = new Map()
  const showRights = () => {
    for (const [line, played] of lines) showButtons(line, played, room)
  }
  const load = async (/** @type {number | null} */ before) => {
    const query = before === null ? "" : `?before=${before}`
    const page = await request(`/api/rooms/${room.boot.room_id}/history/${query}`)
    if (before === null) {
      lines.clear()
      list.replaceChildren()
    }
    for (const played of page.played) lines.set(list.appendChild(createLine(played, room)), played)
    earlier.hidden = !page.more
    earlier.dataset.before = String(page.played.at(-1)?.id ?? "")
    setText(
      find(box, "history-state"),
      lines.size ? "" : gettext("What this room plays is listed here later."),
    )
  }
  const update = (/** @type {number | null} */ before) =>
    load(before).catch(() =>
      setText(find(box, "history-state"), gettext("The list could not be loaded. Open it again.")),
    )
  earlier.addEventListener("click", () => void update(Number(earlier.dataset.before)))
  list.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null
    const line = /** @type {HTMLElement | null} */ (button?.closest("li") ?? null)
    const played = line && lines.get(line)
    if (!button || !line || !played) return
    void play(room, played, "continue" in button.dataset ? (played.continue_at ?? 0) : 0, line)
  })
  let cancel = () => {}
  room.on("load", () => {
    cancel()
    cancel = after(QUIET_MS, () => !box.hidden && void update(null))
  })
  for (const type of MEMBER_CHANGES) room.on(type, showRights)
  loadStyle(box.dataset.style)
  return () => {
    box.hidden = !box.hidden
    section.toggleAttribute("data-shows-history", !box.hidden)
    find(section, "open-history").setAttribute("aria-expanded", String(!box.hidden))
    if (box.hidden) return
    void update(null)
    showEvenings(box, room.boot.room_id).catch((error) => console.error("no list of evenings", error))
  }
}

/** @param {Played} played @param {Room} room */
function createLine(played, room) {
  const line = cloneTemplate("played")
  const title = titleOf(played.media)
  const art = { id: played.media.url, cover: null, artist: "", album: "", title }
  showCoverArt(find(line, "art"), /** @type {any} */ (art))
  setText(find(line, "title"), title)
  setText(find(line, "about"), about(played, room))
  find(line, "title").id = `played-${played.id}`
  for (const button of line.querySelectorAll("button"))
    button.setAttribute("aria-describedby", `played-${played.id}`)
  showButtons(line, played, room)
  return line
}

/** Who, when, how far: "Mira · 27 Nov, 21:14 · to 41:07 of 1:58:02". @param {Played} played @param {Room} room */
function about({ user_id, username, left_at, position, duration }, room) {
  const who = user_id === room.boot.you.user_id ? gettext("you") : username
  const to = formatTime(position)
  const far = duration
    ? interpolate(gettext("to {position} of {duration}"), { position: to, duration: formatTime(duration) })
    : interpolate(gettext("to {position}"), { position: to })
  return [who, dayAndTime(left_at), far].filter(Boolean).join(" · ")
}

/** The time, with the day unless it is today. @param {number} atMs */
function dayAndTime(atMs) {
  const at = new Date(atMs)
  const time = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit" })
  const day = /** @type {const} */ ({ day: "numeric", month: "short" })
  const isToday = at.toDateString() === new Date().toDateString()
  return new Intl.DateTimeFormat(dateLocale(), isToday ? time : { ...day, ...time }).format(at)
}

/** @param {HTMLElement} line @param {Played} played @param {Room} room */
function showButtons(line, { continue_at }, room) {
  const resume = find(line, "continue")
  const allowed = may(room.state, "media") && may(room.state, "control") // it loads, and plays
  find(line, "again").hidden = !allowed
  resume.hidden = !allowed || continue_at === null
  setText(resume, interpolate(gettext("Continue at {time}"), { time: formatTime(continue_at) }))
}

/** @param {Room} room @param {Played} played @param {number} positionS @param {HTMLElement} line */
async function play(room, { media }, positionS, line) {
  if (await send(room, "load", requestOf(media), line))
    await send(room, "play", { current_time: positionS }, line)
}

/** @param {Media} media */
function requestOf({ url, kind, title, mime, source, size, duration, sha256 }) {
  if (source === "own") return { own: { size, sha256, duration, title, kind } }
  return { media_url: url, title, ...(mime ? { mime } : {}) }
}
