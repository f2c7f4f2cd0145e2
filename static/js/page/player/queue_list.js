// @ts-check
/** The queue: the list in its order of play, and the commands that change it. */

import { isProvisional } from "../../core/player/optimistic.js"
import { cloneTemplate, disposeAll, find, setText } from "../lib/dom.js"
import { formatTime, gettext, interpolate, ngettext, shownTitle } from "../lib/i18n.js"
import { mountRovingTabindex } from "../ui/roving_tabindex.js"
import { showCoverArt } from "../ui/artwork.js"
import { keyMove, mount as mountDrag } from "../ui/drag_reorder.js"

/** @typedef {import("./session.js").PlayerSession} PlayerSession */
/** @typedef {import("./commands.js").Commands} Commands */
/** @typedef {import("../../core/protocol.js").QueueEntry} Entry */

/** @param {HTMLElement} section @param {PlayerSession} player @param {Commands} commands */
export function mount(section, player, commands) {
  const controller = new AbortController()
  const { signal } = controller
  const list = find(section, "list")
  const drag = mountDrag(list, (entryId, before) => commands.move(entryId, before), signal)
  let shown = /** @type {unknown} */ (null)
  let updateTabindex = () => {}
  const show = () => {
    if (drag.isActive()) return
    const { entries, current } = player.state
    if (shown !== entries || list.dataset.items !== String(player.store.items.size)) showEntries(list, player)
    shown = entries
    updateTabindex()
    list.dataset.items = String(player.store.items.size)
    for (const line of lines(list)) mark(line, line.dataset.entry === current)
    showSummary(section, player)
  }
  for (const name of ["clear", "undo", "redo"])
    find(section, name).addEventListener(
      "click",
      () => commands[/** @type {"clear" | "undo" | "redo"} */ (name)](),
      { signal },
    )
  find(section, "open-playlists").addEventListener("click", () => void openPlaylists(player, commands), {
    signal,
  })
  list.addEventListener("click", (event) => onClick(event, commands), { signal })
  list.addEventListener("keydown", (event) => onKeyDown(event, section, player, commands), { signal })
  updateTabindex = mountRovingTabindex(list, signal) // after `onKeyDown`, whose arrow keys move a line
  drag.whenEnded(show)
  show()
  return disposeAll(() => controller.abort(), player.on("state", show))
}

/** @type {Promise<() => void> | null} */
let playlists = null

/** Playlists are loaded with the first press. @param {PlayerSession} player @param {Commands} commands */
async function openPlaylists(player, commands) {
  const dialog = find(document, "playlists")
  playlists ??= import("./player_playlists.js").then(({ mountPlayerPlaylists }) =>
    mountPlayerPlaylists(dialog, player, commands),
  )
  try {
    ;(await playlists)()
  } catch (error) {
    playlists = null // the next press tries again
    console.error("the playlists could not be loaded", error)
  }
}

/** @param {HTMLElement} list @returns {HTMLElement[]} */
function lines(list) {
  return /** @type {HTMLElement[]} */ ([...list.children])
}

/**
 * Entries that stay keep their line, so that neither focus nor a picture is lost.
 * @param {HTMLElement} list
 * @param {PlayerSession} player
 */
function showEntries(list, player) {
  const present = new Map(lines(list).map((line) => [line.dataset.entry, line]))
  const focused = document.activeElement
  const spare = linesToReuse(list, player.state.entries)
  const wanted = player.state.entries.map((entry) =>
    fillLine(present.get(entry.id) ?? takeSpare(spare, entry) ?? cloneTemplate("queue-entry"), entry, player),
  )
  wanted.forEach((line, i) => {
    if (list.children[i] !== line) list.insertBefore(line, list.children[i] ?? null)
  })
  while (list.childElementCount > wanted.length) list.lastElementChild?.remove()
  // moving a line removes its focus
  if (focused instanceof HTMLElement && focused !== document.activeElement && list.contains(focused))
    focused.focus()
}

/**
 * Lines of entries that had a provisional id until the server assigned one.
 * @param {HTMLElement} list
 * @param {Entry[]} entries
 */
function linesToReuse(list, entries) {
  const stay = new Set(entries.map(({ id }) => id))
  return lines(list).filter(({ dataset: { entry = "" } }) => isProvisional(entry) && !stay.has(entry))
}

/**
 * Take a spare line with the entry's item.
 * @param {HTMLElement[]} spare
 * @param {Entry} entry
 */
function takeSpare(spare, entry) {
  const index = spare.findIndex((line) => line.dataset.item === String(entry.item))
  return index < 0 ? null : spare.splice(index, 1)[0]
}

/** @param {HTMLElement} line @param {Entry} entry @param {PlayerSession} player */
function fillLine(line, entry, player) {
  const item = player.store.items.get(entry.item) ?? null
  const title = item ? shownTitle(item.title) : gettext("Deleted track")
  line.dataset.entry = entry.id
  line.dataset.item = String(entry.item)
  line.toggleAttribute("data-missing", item?.missing ?? true)
  line.toggleAttribute("data-coming", isProvisional(entry.id))
  showCoverArt(find(line, "art"), item)
  setText(find(line, "title"), title)
  setText(find(line, "artist"), item?.missing ? gettext("File not available") : (item?.artist ?? ""))
  setText(find(line, "length"), formatTime(item?.duration))
  setLabel(find(line, "grip"), interpolate(gettext("Move {title}"), { title }))
  setLabel(find(line, "play-entry"), interpolate(gettext("Play from here: {title}"), { title }))
  setLabel(find(line, "remove"), interpolate(gettext("Remove {title}"), { title }))
  return line
}

/** @param {HTMLElement} button @param {string} label */
function setLabel(button, label) {
  if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label)
}

/** @param {HTMLElement} line @param {boolean} isCurrent */
function mark(line, isCurrent) {
  if (isCurrent) line.setAttribute("aria-current", "true")
  else line.removeAttribute("aria-current")
}

/**
 * Show the number and total length of the tracks, and whether there are changes to undo and redo.
 * @param {HTMLElement} section
 * @param {PlayerSession} player
 */
function showSummary(section, player) {
  const { entries, can_undo: canUndo, can_redo: canRedo, current } = player.state
  const lengthS = entries.reduce((sum, { item }) => sum + (player.store.items.get(item)?.duration ?? 0), 0)
  const count = interpolate(ngettext("{count} track", "{count} tracks", entries.length), {
    count: entries.length,
  })
  setText(find(section, "sum"), entries.length ? `${count}, ${formatTime(lengthS)}` : "")
  find(section, "empty").hidden = entries.length > 0 || !player.store.known
  const hasOthers = entries.some(({ id }) => id !== current)
  enable(section, "clear", hasOthers)
  enable(section, "undo", canUndo)
  enable(section, "redo", canRedo)
  for (const count of document.querySelectorAll("[data-queue-count]"))
    setText(count, entries.length ? String(entries.length) : "")
}

/** @param {HTMLElement} section @param {string} name @param {boolean} enabled */
function enable(section, name, enabled) {
  ;/** @type {HTMLButtonElement} */ (find(section, name)).disabled = !enabled
}

/** @param {EventTarget | null} inside */
function entryOf(inside) {
  const line = inside instanceof Element ? inside.closest("[data-entry]") : null
  return line instanceof HTMLElement ? (line.dataset.entry ?? null) : null
}

/** @param {Event} event @param {Commands} commands */
function onClick(event, commands) {
  const at = event.target instanceof Element ? event.target : null
  const entryId = entryOf(at)
  if (!entryId) return
  if (at?.closest("[data-remove]"))
    removeAt(/** @type {HTMLElement} */ (at.closest("[data-entry]")), entryId, commands)
  else if (at?.closest("[data-play-entry]")) commands.playEntry(entryId)
}

/**
 * Remove an entry; the focus moves to the next line.
 * @param {HTMLElement} line
 * @param {string} entryId
 * @param {Commands} commands
 */
function removeAt(line, entryId, commands) {
  const neighbour = line.nextElementSibling ?? line.previousElementSibling
  const focused = line.contains(document.activeElement)
  commands.remove(entryId)
  if (focused && neighbour) find(neighbour, "remove").focus()
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} section
 * @param {PlayerSession} player
 * @param {Commands} commands
 */
function onKeyDown(event, section, player, commands) {
  const move = keyMove(find(section, "list"), event)
  if (!move) return
  commands.move(move.entryId, move.before)
  const title = player.itemOf(move.entryId)?.title ?? ""
  const { place, count } = move
  setText(
    find(section, "moved"),
    interpolate(gettext("{title}: {place} of {count}"), { title, place, count }),
  )
}
