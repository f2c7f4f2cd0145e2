// @ts-check
/**
 * The dialog that changes the room's media, with the server's library; and the button that adds the current media to
 * the user's own player.
 */

import { may, mayAdd } from "../../core/room/rights.js"
import { Command } from "../../core/protocol.js"
import { fetchJson, LibraryPager, needsPreparation, newId, obstacle, request } from "../lib/api.js"
import { cloneTemplate, disposeAll, find, setText, showVariant } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { after } from "../lib/timers.js"
import { completeUrl } from "../ui/form_validation.js"

import { refusalMessage, showNotice, showRefusal, withdrawNotice } from "../ui/notices.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

const ADDED_MS = 4000

/**
 * @param {HTMLElement} box
 * @param {Room} room
 */
export function mountMediaDialog(box, room) {
  const controller = new AbortController()
  const { signal } = controller
  const dialog = /** @type {HTMLDialogElement} */ (box)
  const form = /** @type {HTMLFormElement} */ (find(box, "change-form"))
  const [address, title] = [...form.querySelectorAll("input")]

  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault()
      const where = /** @type {SubmitEvent} */ (event).submitter?.dataset.enqueue
      sendMedia(dialog, room, completeUrl(address.value), title.value.trim(), where).then((done) => {
        if (!done) return
        form.reset()
        dialog.close()
      })
    },
    { signal },
  )
  const clearError = () => {
    find(dialog, "problem").hidden = true
    dialog.querySelector("[data-enqueued]")?.remove()
  }
  form.addEventListener("input", clearError, { signal })
  dialog.addEventListener("close", clearError, { signal })
  box.addEventListener(
    "click",
    (event) => {
      const button = event.target instanceof Element ? event.target.closest("li > button") : null
      const sample = button?.parentElement?.querySelector("[data-sample]")
      if (!(sample instanceof HTMLElement) || !(button instanceof HTMLElement)) return
      const where = button.dataset.enqueue ?? (may(room.state, "media") ? undefined : "last")
      const { url = "", title = "" } = sample.dataset
      const line = /** @type {HTMLElement} */ (button.parentElement)
      sendMedia(dialog, room, url, title, where, line).then((done) => {
        if (done && !where) dialog.close() // others may follow into the queue
      })
    },
    { signal },
  )
  const showRights = () => {
    dialog.toggleAttribute("data-queues", !may(room.state, "media"))
    dialog.toggleAttribute("data-not-added", !mayAdd(room.state))
    dialog.toggleAttribute("data-not-next", !may(room.state, "queue_edit"))
  }
  mountOwnFiles(dialog, room, () => title.value.trim(), signal)
  return disposeAll(
    () => controller.abort(),
    mountLibraryPicker(dialog, room),
    ...["state", "new_host", "role_changed", "room_changed"].map((type) => room.on(type, showRights)),
  )
}

/**
 * Files of this device have modules of their own, loaded with the first press.
 * @param {HTMLDialogElement} dialog
 * @param {Room} room
 * @param {() => string} title as typed
 * @param {AbortSignal} signal
 */
function mountOwnFiles(dialog, room, title, signal) {
  const bring = async () => (await import("../own_copy/bring_file.js")).bringFile(dialog, room, title())
  find(dialog, "bring").addEventListener("click", () => void bring(), { signal })
  const upload = async () => (await import("../uploads/uploads.js")).uploadsOf(dialog, room).add(title())
  dialog.querySelector("[data-upload]")?.addEventListener("click", () => void upload(), { signal })
}

/**
 * Play the media, or add them to the queue. Returns whether the room accepted that.
 * @param {HTMLDialogElement} dialog
 * @param {Room} room
 * @param {string} media_url
 * @param {string} title
 * @param {string} [where] in the queue: `last` or `next`
 * @param {HTMLElement} [line] what was pressed is in it
 */
async function sendMedia(dialog, room, media_url, title, where, line = find(dialog, "change-form")) {
  const problem = find(dialog, "problem")
  problem.hidden = true
  const media = title ? { media_url, title } : { media_url }
  try {
    if (!where) await room.say("load", media)
    else await room.say("queue_add", { items: [media], next: where === "next" })
    if (where) showEnqueued(dialog, title || media_url, line)
    return true
  } catch (refusal) {
    withdrawNotice("refused")
    problem.textContent = refusalMessage(refusal)
    problem.hidden = false
    problem.scrollIntoView({ block: "nearest" }) // the item that was pressed may be far below
    return false
  }
}

/** @param {HTMLElement} dialog @param {string} title @param {HTMLElement} line */
function showEnqueued(dialog, title, line) {
  const text = interpolate(gettext("Added to the queue: {title}"), { title })
  dialog.querySelector("[data-enqueued]")?.remove()
  const status = cloneTemplate("enqueued")
  line.append(status)
  status.textContent = text
  showNotice({ key: "enqueued", text, lastsMs: ADDED_MS }) // seen once the dialog is closed
}

const MEDIA_CHANGES = ["state", "load", "timeline"]

/** Sources in whose place a file of the viewer's own may play. */
const REPLACEABLE = new Set(["own", "library", "upload"])

/**
 * The button for a viewer's own copy of the room's media. Its module is loaded once a copy matters: the room plays from
 * copies, or a member's player reports one.
 * @param {HTMLElement} button
 * @param {Room} room
 */
export function mountOwnCopies(button, room) {
  const controller = new AbortController()
  const show = () => {
    const source = room.state.timeline?.media?.source ?? ""
    button.hidden = !REPLACEABLE.has(source)
    const isReported = [...room.state.members.values()].some(({ copy }) => copy)
    if (source === "own" || isReported) void ownCopies(room)
  }
  const open = async () => (await ownCopies(room)).open()
  button.addEventListener("click", () => void open(), { signal: controller.signal })
  return disposeAll(
    () => controller.abort(),
    ...[...MEDIA_CHANGES, "presence"].map((type) => room.on(type, show)),
  )
}

/** Let the viewer choose a file of their own in place of the room's media. @param {Room} room */
export async function chooseOwnCopy(room) {
  return (await ownCopies(room)).choose()
}

/** @param {Room} room */
async function ownCopies(room) {
  return (await import("../own_copy/own_copy.js")).ownCopiesOf(room)
}

const TYPING_MS = 150

/** @typedef {import("../../core/protocol.js").Item} Item */
/** @typedef {import("../lib/api.js").Page} Page */

/**
 * The server's library, requested when the dialog opens.
 * @param {HTMLDialogElement} dialog
 * @param {Room} room
 */
function mountLibraryPicker(dialog, room) {
  const controller = new AbortController()
  const pages = new LibraryPager(room.boot.library_url, "title")
  const search = /** @type {HTMLInputElement} */ (find(dialog, "house-search"))
  const runSearch = () => showItems(dialog, pages, search.value.trim(), room)
  let cancel = () => {}
  search.addEventListener(
    "input",
    () => {
      cancel()
      if (search.validity.valid) cancel = after(TYPING_MS, runSearch)
    },
    { signal: controller.signal },
  )
  const opened = new MutationObserver(() => {
    if (!dialog.open) return
    runSearch()
    void showUploads(dialog, room)
  })
  opened.observe(dialog, { attributeFilter: ["open"] })
  return disposeAll(
    () => controller.abort(),
    () => opened.disconnect(),
    () => cancel(),
  )
}

/** The room's uploads have modules of their own, loaded if there are some. @param {HTMLDialogElement} dialog @param {Room} room */
async function showUploads(dialog, room) {
  if (!dialog.querySelector("[data-upload]") || !may(room.state, "media")) return
  const found = await request(`/api/rooms/${room.boot.room_id}/uploads/`).catch(() => null)
  if (!found?.uploads.length) return
  const { uploadsOf } = await import("../uploads/uploads.js")
  await uploadsOf(dialog, room).refresh()
}

/**
 * Show the items found. If the library does not respond, links and samples remain.
 * @param {HTMLElement} dialog
 * @param {LibraryPager} pages
 * @param {string} words
 * @param {Room} room
 */
async function showItems(dialog, pages, words, room) {
  const page = await pages.query({ words }).catch(() => null)
  if (!page) return
  const listedAbove = room.boot.samples.map((/** @type {{item_title: string}} */ sample) => sample.item_title)
  const samples = new Set(listedAbove)
  const items = page.items.filter(({ title }) => !samples.has(title))
  const library = find(dialog, "house")
  if (items.length) library.hidden = false // it stays visible if the next search finds nothing
  find(library, "found").replaceChildren(...items.map(createItem))
  setText(find(library, "found-more"), listMessage(items, page.next !== null, words))
  if (items.some(needsPreparation)) void offerPreparation(find(library, "found"), items, room)
}

/** @param {HTMLElement} list @param {Item[]} items @param {Room} room */
async function offerPreparation(list, items, room) {
  const preparation = await import("../ui/preparation.js")
  preparation.offerPreparation(list, items.filter(needsPreparation), {
    roomId: room.boot.room_id,
    mayPrepare: () => may(room.state, "media"),
    isPlaying: ({ id }) => room.state?.timeline?.media?.item_id === id,
    onReady: (item) => {
      const line = list.querySelector(`[data-item="${item.id}"]`)
      if (line) showObstacle(find(line, "sample"), item)
    },
  })
}

/** @param {Item[]} items @param {boolean} more @param {string} words */
function listMessage(items, more, words) {
  if (!items.length) return interpolate(gettext("No results for “{words}”."), { words })
  return more ? gettext("There are more results. Type to narrow them down.") : ""
}

/** @param {Item} item */
function createItem(item) {
  const line = cloneTemplate("library-item")
  const button = find(line, "sample")
  button.dataset.url = item.url
  button.dataset.title = item.title
  showVariant(button, item.kind)
  setText(find(button, "name"), item.title)
  setText(find(button, "by"), item.artist)
  line.dataset.item = String(item.id)
  showObstacle(button, item)
  return line
}

/** @param {HTMLElement} button @param {Item} item */
function showObstacle(button, item) {
  const mark = find(button, "obstacle")
  setText(mark, obstacle(item))
  mark.hidden = !mark.textContent
  button.title = mark.hidden ? "" : (item.why ?? "")
}

const LIBRARY_PATH = /^\/media\/(?:library|converted)\/(\d+)(?:\/|$)/

/** Shown while the current media is an item of the server's library. @param {HTMLElement} button @param {Room} room */
export function mountAddToPlayer(button, room) {
  const controller = new AbortController()
  const show = () => (button.hidden = currentItem(room) === null)
  button.addEventListener("click", () => addToPlayer(room), { signal: controller.signal })
  show()
  return disposeAll(() => controller.abort(), ...MEDIA_CHANGES.map((type) => room.on(type, show)))
}

/** @param {Room} room @returns {number | null} */
function currentItem(room) {
  const url = room.state?.timeline?.media?.url
  const found = url && LIBRARY_PATH.exec(new URL(url, location.href).pathname)
  return found && new URL(url, location.href).origin === location.origin ? Number(found[1]) : null
}

/** @param {Room} room */
async function addToPlayer(room) {
  const item = currentItem(room)
  if (item === null) return
  try {
    await fetchJson("/api/player/control/", "POST", "", {
      type: Command.QueueAdd,
      event_id: newId(),
      payload: { item_ids: [item] },
    })
    showNotice({ key: "kept", text: gettext("It is in your player's queue."), lastsMs: ADDED_MS })
  } catch (refusal) {
    showRefusal(refusal)
  }
}
