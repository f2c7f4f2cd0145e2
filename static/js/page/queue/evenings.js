// @ts-check
/** The evenings of the room, as links to their pages. */

import { request } from "../lib/api.js"
import { cloneTemplate, find, setText } from "../lib/dom.js"
import { dateLocale, formatTime, gettext, interpolate } from "../lib/i18n.js"

/**
 * @typedef {{id: number, started_at: number, lasts: number, titles: string[], media: number, kept: boolean}} Evening
 */

/** @param {HTMLElement} box @param {string} roomId */
export async function showEvenings(box, roomId) {
  const { evenings, keeps, full, may_keep } = await request(`/api/rooms/${roomId}/evenings/`)
  const section = find(box, "evenings")
  section.hidden = !evenings.length
  find(section, "evening-list").replaceChildren(
    ...evenings.map((/** @type {Evening} */ evening) => createLine(evening, roomId)),
  )
  setText(find(section, "evening-note"), note(keeps, full, may_keep))
}

/** @param {Evening} evening @param {string} roomId */
function createLine({ id, started_at, lasts, titles, media, kept }, roomId) {
  const line = cloneTemplate("evening-line")
  const when = new Intl.DateTimeFormat(dateLocale(), { dateStyle: "medium", timeStyle: "short" })
  find(line, "link").setAttribute("href", `/rooms/${roomId}/evenings/${id}/`)
  setText(find(line, "when"), when.format(new Date(started_at)))
  setText(find(line, "lasts"), formatTime(lasts))
  find(line, "kept").hidden = !kept
  const more =
    media > titles.length ? [interpolate(gettext("{count} more"), { count: media - titles.length })] : []
  setText(find(line, "titles"), [...titles, ...more].join(", "))
  return line
}

/** @param {boolean} keeps @param {boolean} full @param {boolean} mayKeep */
function note(keeps, full, mayKeep) {
  if (full) return gettext("This room has as many kept evenings as it may. Delete one to keep another.")
  if (keeps) return gettext("This room keeps its evenings.")
  return mayKeep
    ? gettext("An evening stays for seven days. Open it to keep it, or let the room keep all: Room settings.")
    : gettext("An evening stays for seven days, unless the host keeps it.")
}
