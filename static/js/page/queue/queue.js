// @ts-check
/**
 * The room's queue: its tab in the panel, what is shown before the next entry, and its preparation. Loaded when the tab
 * opens, or once the room has a queue.
 */

import { may, mayAdd } from "../../core/room/rights.js"
import { currentEntry, NO_QUEUE, QueueStore, upcoming } from "../../core/room/queue_store.js"
import { disposeAll, find, loadStyle, setText } from "../lib/dom.js"
import { formatTime, gettext, interpolate, ngettext } from "../lib/i18n.js"
import { MEMBER_CHANGES } from "../room/members.js"
import { mountAdding } from "./adding.js"
import { send } from "./commands.js"
import { mountChecks } from "./entry_checks.js"
import { mountPreparation } from "./preparation.js"
import { mountList } from "./queue_list.js"
import { mountSettings } from "./queue_settings.js"
import { mountUpNext } from "./up_next.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

/** Events after which the queue, or what the viewer may do with it, may differ. */
const CHANGES = ["queue", ...MEMBER_CHANGES.filter((type) => type !== "presence")]
const TOOLS = /** @type {const} */ (["undo", "redo", "shuffle", "clear"])

/** @param {HTMLElement} section @param {Room} room */
export function mount(section, room) {
  const controller = new AbortController()
  const { signal } = controller
  room.store.attachQueue(new QueueStore(), performance.now())
  const list = mountList(section, room, signal)
  const settings = mountSettings(section, room, signal)
  mountTools(section, room, signal)
  mountPlaylists(find(section, "open-playlists"), room, signal)
  mountAdding(find(section, "add"), room, signal)
  const show = () => {
    list.show()
    settings.show()
    showSummary(section, room)
    find(section, "add-next").hidden = !may(room.state, "queue_edit")
    showAdding(section, room)
  }
  mountOpenHistory(section, room, signal)
  loadStyle(section.dataset.style, () => {
    section.dataset.ready = ""
    list.scrollToCurrent()
  })
  show()
  const announce = (
    /** @type {{payload: import("../../core/protocol.js").QueueChange | null}} */ { payload },
  ) => {
    const text = othersChange(payload, room)
    if (text) setText(find(section, "moved"), text) // what the viewer did is announced at the press
  }
  return disposeAll(
    () => controller.abort(),
    ...CHANGES.map((type) => room.on(type, show)),
    room.on("queue", announce),
    room.on("queue_shown", list.scrollToCurrent),
    mountUpNext(room),
    mountPreparation(room),
    mountChecks(room),
  )
}

/** @param {HTMLElement} section @param {Room} room @param {AbortSignal} signal */
function mountTools(section, room, signal) {
  const tools = find(section, "tools").parentElement ?? section
  for (const name of TOOLS)
    find(section, name).addEventListener("click", () => void send(room, `queue_${name}`, {}, tools), {
      signal,
    })
}

/** What was played before is loaded when it is opened. @param {HTMLElement} section @param {Room} room @param {AbortSignal} signal */
function mountOpenHistory(section, room, signal) {
  /** @type {Promise<() => void> | null} */
  let loading = null
  const toggle = async () => {
    loading ??= import("./history.js").then(({ mountHistory }) => mountHistory(section, room))
    try {
      ;(await loading)()
    } catch (error) {
      loading = null // the next press tries again
      console.error("the history could not be loaded", error)
    }
  }
  find(section, "open-history").addEventListener("click", () => void toggle(), { signal })
}

/** Playlists are loaded with the first press. @param {HTMLElement} opener @param {Room} room @param {AbortSignal} signal */
function mountPlaylists(opener, room, signal) {
  /** @type {Promise<() => void> | null} */
  let loading = null
  const open = async () => {
    loading ??= import("./room_playlists.js").then(({ mountRoomPlaylists }) => mountRoomPlaylists(room))
    try {
      ;(await loading)()
    } catch (error) {
      loading = null // the next press tries again
      console.error("the playlists could not be loaded", error)
    }
  }
  opener.addEventListener("click", () => void open(), { signal })
}

/** Who may not add sees why not, in place of the form. @param {HTMLElement} section @param {Room} room */
function showAdding(section, room) {
  const allowed = mayAdd(room.state)
  find(section, "add").hidden = !allowed
  const why = find(section, "add-closed")
  why.hidden = allowed
  const isLocked = room.state.queue?.settings.locked && may(room.state, "queue_add")
  setText(
    why,
    isLocked ? gettext("The queue is locked.") : gettext("You cannot add to the queue of this room."),
  )
}

/** @param {HTMLElement} section @param {Room} room */
function showSummary(section, room) {
  const queue = room.state.queue ?? NO_QUEUE
  const coming = upcoming(queue)
  setText(find(section, "sum"), summary(coming))
  find(section, "empty").hidden = queue.entries.length > 0
  for (const count of document.querySelectorAll("[data-queue-count]"))
    setText(count, coming.length ? String(coming.length) : "")
  const allowed = may(room.state, "queue_edit")
  const offered = {
    undo: queue.can_undo,
    redo: queue.can_redo,
    shuffle: coming.length > 1 && queue.settings.order === "manual",
    clear: queue.entries.length > (currentEntry(queue) ? 1 : 0),
  }
  for (const name of TOOLS) {
    const button = /** @type {HTMLButtonElement} */ (find(section, name))
    button.hidden = !allowed
    button.disabled = !offered[name]
  }
}

/** @param {import("../../core/protocol.js").RoomQueueEntry[]} coming */
function summary(coming) {
  if (!coming.length) return gettext("Nothing to come")
  const count = interpolate(ngettext("{count} to come", "{count} to come", coming.length), {
    count: coming.length,
  })
  const lengthS = coming.reduce((sum, { duration }) => sum + (duration ?? NaN), 0)
  return Number.isFinite(lengthS) ? `${count}, ${formatTime(lengthS)}` : count
}

/**
 * What another member did, for screen readers; empty for the viewer's own changes.
 * @param {import("../../core/protocol.js").QueueChange | null} change
 * @param {Room} room
 */
function othersChange(change, room) {
  if (!change?.username || change.user_id === room.boot.you.user_id) return ""
  const formats = /** @type {Record<string, string>} */ ({
    queue_add: gettext("{name} added to the queue"),
    queue_remove: gettext("{name} removed from the queue"),
    queue_move: gettext("{name} moved an entry of the queue"),
    queue_shuffle: gettext("{name} shuffled the queue"),
    queue_clear: gettext("{name} cleared the queue"),
  })
  return interpolate(formats[change.cause] ?? "", { name: change.username })
}
