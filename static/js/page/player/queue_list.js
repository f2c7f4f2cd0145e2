// @ts-check
/** What comes: the list, in the order in which it plays, and everything one does to it. */

import { isProvisional } from "../../core/player/optimistic.js"
import { cloneTemplate, disposeAll, find, setText } from "../lib/dom.js"
import { formatTime, gettext, interpolate, ngettext } from "../lib/i18n.js"
import { mountRovingTabindex } from "../ui/roving_tabindex.js"
import { showCoverArt } from "../ui/artwork.js"
import { mount as mountDrag } from "./drag_reorder.js"

/** @typedef {import("./session.js").PlayerSession} PlayerSession */
/** @typedef {import("./commands.js").Commands} Commands */
/** @typedef {import("../../core/protocol.js").QueueEntry} Entry */

const STEPS = /** @type {Record<string, number>} */ ({ ArrowUp: -1, ArrowDown: 1 })

/** @param {HTMLElement} section @param {PlayerSession} player @param {Commands} commands */
export function mount(section, player, commands) {
  const gone = new AbortController()
  const { signal } = gone
  const list = find(section, "list")
  const drag = mountDrag(list, (entryId, before) => commands.move(entryId, before), signal)
  let shown = /** @type {unknown} */ (null)
  let offer = () => {}
  const show = () => {
    if (drag.isOn()) return
    const { entries, current } = player.state
    if (shown !== entries || list.dataset.items !== String(player.store.items.size)) showEntries(list, player)
    shown = entries
    offer()
    list.dataset.items = String(player.store.items.size)
    for (const line of lines(list)) mark(line, line.dataset.entry === current)
    showSums(section, player)
  }
  for (const name of ["clear", "undo", "redo"])
    find(section, name).addEventListener(
      "click",
      () => commands[/** @type {"clear" | "undo" | "redo"} */ (name)](),
      { signal },
    )
  list.addEventListener("click", (event) => press(event, commands), { signal })
  list.addEventListener("keydown", (event) => step(event, section, player, commands), { signal })
  offer = mountRovingTabindex(list, signal) // after the arrows that move a line
  drag.whenOver(show)
  show()
  return disposeAll(() => gone.abort(), player.on("state", show))
}

/** @param {HTMLElement} list @returns {HTMLElement[]} */
function lines(list) {
  return /** @type {HTMLElement[]} */ ([...list.children])
}

/**
 * Lines that stay keep their element: neither focus nor a picture is lost.
 * @param {HTMLElement} list
 * @param {PlayerSession} player
 */
function showEntries(list, player) {
  const present = new Map(lines(list).map((line) => [line.dataset.entry, line]))
  const focused = document.activeElement
  const spare = renamed(list, player.state.entries)
  const wanted = player.state.entries.map((entry) =>
    filled(present.get(entry.id) ?? taken(spare, entry) ?? cloneTemplate("queue-entry"), entry, player),
  )
  wanted.forEach((line, place) => {
    if (list.children[place] !== line) list.insertBefore(line, list.children[place] ?? null)
  })
  while (list.childElementCount > wanted.length) list.lastElementChild?.remove()
  // moving a line takes it away
  if (focused instanceof HTMLElement && focused !== document.activeElement && list.contains(focused))
    focused.focus()
}

/** Lines of entries that had a name of ours until now. @param {HTMLElement} list @param {Entry[]} entries */
function renamed(list, entries) {
  const stay = new Set(entries.map(({ id }) => id))
  return lines(list).filter(({ dataset: { entry = "" } }) => isProvisional(entry) && !stay.has(entry))
}

/**
 * One of them for the entry, of which there is one less then.
 * @param {HTMLElement[]} spare
 * @param {Entry} entry
 */
function taken(spare, entry) {
  const place = spare.findIndex((line) => line.dataset.item === String(entry.item))
  return place < 0 ? null : spare.splice(place, 1)[0]
}

/** @param {HTMLElement} line @param {Entry} entry @param {PlayerSession} player */
function filled(line, entry, player) {
  const item = player.store.items.get(entry.item) ?? null
  const title = item?.title ?? gettext("Deleted track")
  line.dataset.entry = entry.id
  line.dataset.item = String(entry.item)
  line.toggleAttribute("data-missing", item?.missing ?? true)
  line.toggleAttribute("data-coming", isProvisional(entry.id))
  showCoverArt(find(line, "art"), item)
  setText(find(line, "title"), title)
  setText(find(line, "artist"), item?.missing ? gettext("File not available") : (item?.artist ?? ""))
  setText(find(line, "length"), formatTime(item?.duration))
  name(find(line, "grip"), interpolate(gettext("Move {title}"), { title }))
  name(find(line, "play-entry"), interpolate(gettext("Play from here: {title}"), { title }))
  name(find(line, "remove"), interpolate(gettext("Remove {title}"), { title }))
  return line
}

/** @param {HTMLElement} button @param {string} word */
function name(button, word) {
  if (button.getAttribute("aria-label") !== word) button.setAttribute("aria-label", word)
}

/** @param {HTMLElement} line @param {boolean} on */
function mark(line, on) {
  if (on) line.setAttribute("aria-current", "true")
  else line.removeAttribute("aria-current")
}

/**
 * How many, how long together, and what can be taken back.
 * @param {HTMLElement} section
 * @param {PlayerSession} player
 */
function showSums(section, player) {
  const { entries, can_undo: canUndo, can_redo: canRedo, current } = player.state
  const lengthS = entries.reduce((sum, { item }) => sum + (player.store.items.get(item)?.duration ?? 0), 0)
  const count = interpolate(ngettext("{count} track", "{count} tracks", entries.length), {
    count: entries.length,
  })
  setText(find(section, "sum"), entries.length ? `${count}, ${formatTime(lengthS)}` : "")
  find(section, "empty").hidden = entries.length > 0 || !player.store.known
  const rest = entries.some(({ id }) => id !== current)
  enable(section, "clear", rest)
  enable(section, "undo", canUndo)
  enable(section, "redo", canRedo)
  for (const count of document.querySelectorAll("[data-queue-count]"))
    setText(count, entries.length ? String(entries.length) : "")
}

/** @param {HTMLElement} section @param {string} name @param {boolean} can */
function enable(section, name, can) {
  ;/** @type {HTMLButtonElement} */ (find(section, name)).disabled = !can
}

/** @param {EventTarget | null} inside */
function entryOf(inside) {
  const line = inside instanceof Element ? inside.closest("[data-entry]") : null
  return line instanceof HTMLElement ? (line.dataset.entry ?? null) : null
}

/** @param {Event} event @param {Commands} commands */
function press(event, commands) {
  const at = event.target instanceof Element ? event.target : null
  const entryId = entryOf(at)
  if (!entryId) return
  if (at?.closest("[data-remove]"))
    removeAt(/** @type {HTMLElement} */ (at.closest("[data-entry]")), entryId, commands)
  else if (at?.closest("[data-play-entry]")) commands.playEntry(entryId)
}

/**
 * The focus goes to the line that takes its place.
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
 * Alt with an arrow moves the line that has the focus; on its grip the arrow alone does.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} section
 * @param {PlayerSession} player
 * @param {Commands} commands
 */
function step(event, section, player, commands) {
  const by = STEPS[event.key]
  const at = event.target instanceof Element ? event.target : null
  const entryId = entryOf(at)
  if (!by || !entryId || !(event.altKey || at?.closest("[data-grip]"))) return
  event.preventDefault()
  const { entries } = player.state
  const place = entries.findIndex(({ id }) => id === entryId)
  const there = place + by
  if (there < 0 || there >= entries.length) return
  commands.move(entryId, entries[by < 0 ? there : there + 1]?.id ?? null)
  const format = gettext("{title}: {place} of {count}")
  setText(
    find(section, "moved"),
    interpolate(format, {
      title: player.itemOf(entryId)?.title ?? "",
      place: there + 1,
      count: entries.length,
    }),
  )
}
