// @ts-check
/** Rooms with members, as rows. A room keeps its row, so that focus and selection are not lost. */

import { cloneTemplate, find, setText } from "../lib/dom.js"
import { formatMs, gettext, interpolate } from "../lib/i18n.js"

const LOW_PERCENT = 90 // a lower value is highlighted

/**
 * @typedef {{room_id: string, title: string, visibility: string, host: string | null, viewers: number, phase:
 *   string,
 * medium: string | null, revision: number, in_step: number | null, spread_ms: number | null, heard: number,
 * admin: string | null}} LiveRoom
 * @typedef {{rooms: LiveRoom[] | null, rooms_live: number, people: number}} LiveRooms
 */

/** @param {HTMLElement} page @param {LiveRooms} summary */
export function showRooms(page, { rooms, rooms_live: live }) {
  const table = /** @type {HTMLElement | null} */ (page.querySelector("[data-rooms]"))
  const body = table?.querySelector("tbody")
  if (!rooms || !table || !body) return
  const rows = new Map([...body.children].map((row) => [/** @type {HTMLElement} */ (row).dataset.room, row]))
  const shown = rooms.map((room) =>
    fillRow(/** @type {HTMLElement} */ (rows.get(room.room_id) ?? createRow(body, room)), room),
  )
  if (shown.some((row, i) => body.children[i] !== row) || body.children.length !== shown.length)
    body.replaceChildren(...shown)
  table.hidden = rooms.length === 0
  find(page, "no-rooms").hidden = rooms.length > 0
  const more = find(page, "more")
  more.hidden = live <= rooms.length
  setText(more, interpolate(gettext("the fullest {shown} of {live}"), { shown: rooms.length, live }))
}

/** @param {Element} body @param {LiveRoom} room */
function createRow(body, room) {
  const row = cloneTemplate("room-row")
  row.dataset.room = room.room_id
  const headings = body.parentElement?.querySelectorAll("thead th") ?? []
  for (const [i, cell] of [...row.children].entries()) {
    if (cell.tagName === "TD") cell.setAttribute("data-label", headings[i]?.textContent ?? "")
  }
  return row
}

/** @param {HTMLElement} row @param {LiveRoom} room */
function fillRow(row, room) {
  const link = /** @type {HTMLAnchorElement} */ (find(row, "title"))
  if (room.admin && link.getAttribute("href") !== room.admin) link.href = room.admin
  setText(link, room.title)
  setText(find(row, "visibility"), room.visibility)
  setText(find(row, "host"), room.host ?? "–")
  setText(find(row, "viewers"), String(room.viewers))
  const phase = find(row, "phase")
  phase.dataset.phase = room.phase
  setText(phase, room.phase)
  setText(find(row, "medium"), room.medium ?? "")
  setText(find(row, "revision"), String(room.revision))
  const step = find(row, "in-step")
  setText(step, room.in_step === null ? "–" : `${Math.round(room.in_step)} %`)
  step.classList.toggle("low", room.in_step !== null && room.in_step < LOW_PERCENT)
  setText(find(row, "spread"), room.spread_ms === null ? "–" : formatMs(room.spread_ms))
  return row
}
