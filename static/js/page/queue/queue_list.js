// @ts-check
/** The entries of the queue in their order, and the commands on each. */

import { may } from "../../core/room/rights.js"
import { NO_QUEUE, upcoming } from "../../core/room/queue_store.js"
import { cloneTemplate, find, setText } from "../lib/dom.js"
import { formatTime, gettext, interpolate, ngettext } from "../lib/i18n.js"

import { showCoverArt } from "../ui/artwork.js"
import { keyMove, mount as mountDrag } from "../ui/drag_reorder.js"
import { mountRovingTabindex } from "../ui/roving_tabindex.js"
import { send } from "./commands.js"
import { failureText } from "./entry_checks.js"
import { titleOf } from "./next_media.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").RoomQueueEntry} Entry */
/** @typedef {import("../../core/protocol.js").QueueState} Queue */

const ABOVE_PX = 8 // above the current entry when it is scrolled into view

/** @param {HTMLElement} section @param {Room} room @param {AbortSignal} signal */
export function mountList(section, room, signal) {
  const list = find(section, "list")
  let updateTabindex = () => {}
  /** @type {string | null} */
  let scrolledTo = null
  const show = () => {
    if (drag.isActive()) return
    const queue = room.state.queue ?? NO_QUEUE
    list.toggleAttribute("data-fixed", !mayMove(queue, room))
    showEntries(list, queue, room)
    updateTabindex()
    if (queue.current === scrolledTo || section.hidden) return
    scrolledTo = queue.current
    scrollToCurrent(list)
  }
  const move = async (/** @type {string} */ entryId, /** @type {string | null} */ before) => {
    announceMove(section, entryId)
    if (!(await send(room, "queue_move", { entry_id: entryId, before }, lineOf(list, entryId) ?? list)))
      show()
  }
  const drag = mountDrag(list, (entryId, before) => void move(entryId, before), signal)
  drag.whenEnded(() => {}) // the order stays as it was dropped until the room answers
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const moved = keyMove(list, event)
    if (!moved) return
    list.insertBefore(/** @type {Node} */ (lineOf(list, moved.entryId)), lineOf(list, moved.before))
    find(/** @type {Element} */ (lineOf(list, moved.entryId)), "grip").focus()
    void move(moved.entryId, moved.before)
  }
  list.addEventListener("click", (event) => onClick(event, room), { signal })
  list.addEventListener("keydown", onKeyDown, { signal })
  updateTabindex = mountRovingTabindex(list, signal) // after `onKeyDown`, whose arrow keys move a line
  return { show, scrollToCurrent: () => scrollToCurrent(list) }
}

/** @param {Queue} queue @param {Room} room */
function mayMove({ settings }, room) {
  return may(room.state, "queue_edit") && settings.order !== "votes"
}

/** @param {HTMLElement} list @param {string | null} entryId @returns {HTMLElement | null} */
function lineOf(list, entryId) {
  return entryId === null ? null : list.querySelector(`:scope > [data-entry="${CSS.escape(entryId)}"]`)
}

/** @param {HTMLElement} list */
function scrollToCurrent(list) {
  const line = list.querySelector("[aria-current]")
  if (line instanceof HTMLElement) list.scrollTop = line.offsetTop - ABOVE_PX
}

/** Where the line is now. @param {HTMLElement} section @param {string} entryId */
function announceMove(section, entryId) {
  const list = find(section, "list")
  const line = lineOf(list, entryId)
  if (!line) return
  const values = {
    title: find(line, "title").textContent ?? "",
    place: [...list.children].indexOf(line) + 1,
    count: list.childElementCount,
  }
  setText(find(section, "moved"), interpolate(gettext("{title}: {place} of {count}"), values))
}

/**
 * Entries that stay keep their line, so that neither focus nor a picture is lost.
 * @param {HTMLElement} list @param {Queue} queue @param {Room} room
 */
function showEntries(list, queue, room) {
  const lines = /** @type {HTMLElement[]} */ ([...list.children])
  const present = new Map(lines.map((line) => [line.dataset.entry, line]))
  const focused = document.activeElement
  const coming = new Set(upcoming(queue).map(({ id }) => id))
  const wanted = queue.entries.map((entry) => {
    const line = present.get(entry.id) ?? createLine(entry)
    fillLine(line, entry, room)
    fillButtons(line, entry, { room, queue, isComing: coming.has(entry.id) })
    return line
  })
  const stay = new Set(wanted)
  for (const line of lines) if (!stay.has(line)) line.remove()
  wanted.forEach((line, i) => {
    if (list.children[i] !== line) list.insertBefore(line, list.children[i] ?? null)
  })
  // moving a line removes its focus
  if (focused instanceof HTMLElement && focused !== document.activeElement && list.contains(focused))
    focused.focus()
}

/** @param {Entry} entry */
function createLine(entry) {
  const line = cloneTemplate("queued")
  const title = find(line, "title")
  line.dataset.entry = entry.id
  title.id = `queued-${entry.id}`
  for (const button of line.querySelectorAll("button")) button.setAttribute("aria-describedby", title.id)
  return line
}

/** @param {HTMLElement} line @param {Entry} entry @param {Room} room */
function fillLine(line, entry, room) {
  const title = titleOf(entry.media)
  const art = { id: entry.id, cover: entry.cover, artist: "", album: "", title }
  showCoverArt(find(line, "art"), /** @type {any} */ (art))
  setText(find(line, "title"), title)
  setText(find(line, "length"), entry.duration ? formatTime(entry.duration) : "")
  setText(find(line, "by"), adder(entry, room))
  find(line, "checked").hidden = !entry.checked
  setText(find(line, "fails"), failureText(entry, room))
  find(line, "grip").setAttribute("aria-label", interpolate(gettext("Move {title}"), { title }))
}

/** @param {Entry} entry @param {Room} room */
function adder({ user_id, username }, room) {
  return user_id === room.boot.you.user_id ? gettext("you") : (username ?? "")
}

/**
 * @param {HTMLElement} line
 * @param {Entry} entry
 * @param {{room: Room, queue: Queue, isComing: boolean}} about
 */
function fillButtons(line, entry, { room, queue, isComing }) {
  const mayEdit = may(room.state, "queue_edit")
  const mayPlay = may(room.state, "media")
  const isCurrent = entry.id === queue.current
  if (isCurrent) line.setAttribute("aria-current", "true")
  else line.removeAttribute("aria-current")
  line.toggleAttribute("data-played", !isCurrent && !isComing)
  find(line, "grip").hidden = !mayMove(queue, room)
  find(line, "play-now").hidden = !mayPlay || isCurrent
  const isOwn = entry.user_id === room.boot.you.user_id
  find(line, "remove").hidden = !(mayEdit || isOwn) || (isCurrent && !mayPlay)
  const isLocked = Boolean(queue.settings.locked) && !mayEdit
  fillVote(/** @type {HTMLButtonElement} */ (find(line, "vote")), entry, { isComing, isLocked }, room)
  find(line, "skip-row").hidden = !isCurrent
  if (isCurrent) fillSkip(line, queue, room)
}

/**
 * A locked queue takes no votes of other members, but they may take theirs back.
 * @param {HTMLButtonElement} button
 * @param {Entry} entry
 * @param {{isComing: boolean, isLocked: boolean}} about
 * @param {Room} room
 */
function fillVote(button, { votes = [] }, { isComing, isLocked }, room) {
  const voted = votes.includes(room.boot.you.user_id)
  button.hidden = !isComing
  button.disabled = isLocked && !voted
  button.setAttribute("aria-pressed", String(voted))
  const label = interpolate(ngettext("Vote ({count} vote)", "Vote ({count} votes)", votes.length), {
    count: votes.length,
  })
  button.setAttribute("aria-label", label)
  button.title = button.disabled ? gettext("The queue is locked") : gettext("Vote for this to come sooner")
  setText(find(button, "votes"), votes.length ? String(votes.length) : "")
}

/** @param {HTMLElement} line @param {Queue} queue @param {Room} room */
function fillSkip(line, { skip }, room) {
  const voted = skip?.votes.includes(room.boot.you.user_id) ?? false
  const allowed = may(room.state, "media")
  find(line, "skip").hidden = !allowed
  find(line, "vote-skip").hidden = allowed && !voted // as host a member may have a vote from before
  find(line, "vote-skip").setAttribute("aria-pressed", String(voted))
  const text = skip
    ? interpolate(
        ngettext("{count} of {of} wants to skip", "{count} of {of} want to skip", skip.votes.length),
        {
          count: skip.votes.length,
          of: skip.of,
        },
      )
    : ""
  setText(find(line, "skip-votes"), text)
}

/** @param {Event} event @param {Room} room */
function onClick(event, room) {
  const button = event.target instanceof Element ? event.target.closest("button") : null
  const line = button?.closest("[data-entry]")
  if (!button || !(line instanceof HTMLElement)) return
  const entry_id = line.dataset.entry ?? ""
  const say = (/** @type {string} */ type, payload = /** @type {object} */ ({ entry_id })) =>
    void send(room, type, payload, line)
  const on = button.getAttribute("aria-pressed") !== "true"
  if ("playNow" in button.dataset) say("queue_play")
  if ("vote" in button.dataset) say("vote_entry", { entry_id, on })
  if ("voteSkip" in button.dataset) say("vote_skip", { entry_id, on })
  if ("skip" in button.dataset) say("skip")
  if ("remove" in button.dataset) removeAt(line, () => say("queue_remove", { entry_ids: [entry_id] }))
}

/** The focus moves to the next line. @param {HTMLElement} line @param {() => void} remove */
function removeAt(line, remove) {
  const neighbour = line.nextElementSibling ?? line.previousElementSibling
  if (line.contains(document.activeElement) && neighbour instanceof HTMLElement) {
    const button = find(neighbour, "remove")
    ;(button.hidden ? neighbour : button).focus()
  }
  remove()
}
