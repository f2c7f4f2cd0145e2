// @ts-check
/** The devices of an account: what plays where, and going on with it here. */

import { positionOf } from "../../core/player/optimistic.js"
import { Command, Event } from "../../core/protocol.js"
import { openDialog } from "../ui/dialogs.js"
import { clockTime } from "../lib/format.js"
import { all, cloneTemplate, piece, write } from "../lib/dom.js"
import { announceRefusal } from "../ui/notify.js"
import { every } from "../lib/timers.js"
import { fill, gettext, ngettext } from "../lib/i18n.js"
import { putArt } from "./cover_art.js"
import { mount as mountForgetting } from "./forget_device.js"

const SILENT_MS = 6000 // a player that was not heard for so long does not play any more
const LOOK_MS = 1000
const ASK_MS = 3000
const SHOWN = 6 // of what would be taken over

/** @typedef {import("./session.js").Mine} Mine */
/** @typedef {import("./commands.js").Commands} Commands */
/** @typedef {import("../../core/protocol.js").DeviceState} DeviceState */

/** @param {HTMLElement} dialog @param {Mine} mine @param {Commands} commands */
export function mount(dialog, mine, commands) {
  const gone = new AbortController()
  const { signal } = gone
  const show = () => showDevices(dialog, mine)
  const showOpen = () => {
    if (/** @type {HTMLDialogElement} */ (dialog).open) show()
  }
  const ask = () => {
    if (mine.isOpen && /** @type {HTMLDialogElement} */ (dialog).open) askForDevices(mine).then(show)
  }
  const opened = new MutationObserver(() => {
    showOpen()
    ask()
  })
  opened.observe(dialog, { attributeFilter: ["open"] })
  piece(dialog, "devices-list").addEventListener("click", (event) => press(event, mine), { signal })
  for (const how of /** @type {const} */ (["replace", "merge"])) {
    piece(document, how).addEventListener("click", () => goOn(how, commands), { signal })
  }
  show()
  const heard = [Event.Welcome, Event.Devices].map((type) => mine.on(type, show))
  return all(
    () => gone.abort(),
    mountForgetting(dialog, commands),
    () => opened.disconnect(),
    every(LOOK_MS, showOpen),
    every(ASK_MS, ask),
    ...heard,
    mine.on(Event.Device, ({ payload }) => preview(payload)),
  )
}

/**
 * What was changed on another device is told here; that it plays on, or was closed, is not. An answer that
 * was overtaken by what was told is older. @param {Mine} mine
 */
async function askForDevices(mine) {
  const { devices } = mine.store
  try {
    const answer = await fetch(mine.boot.player_url, { headers: { Accept: "application/json" } })
    const found = answer.ok ? (await answer.json()).devices : devices
    if (mine.store.devices === devices) mine.store.devices = found
  } catch {
    // No line: what is known grows old, and says so.
  }
}

// ---------------------------------------------------------------- the list

/**
 * Lines that stay keep their element, and with it the focus.
 * @param {HTMLElement} dialog
 * @param {Mine} mine
 */
function showDevices(dialog, mine) {
  const { devices, device } = mine.store
  const others = devices.filter((each) => each.device !== device)
  piece(dialog, "alone").hidden = others.length > 0
  const list = piece(dialog, "devices-list")
  const present = new Map(
    [...list.children].map((line) => [
      /** @type {HTMLElement} */ (line).dataset.device,
      /** @type {HTMLElement} */ (line),
    ]),
  )
  const lines = devices.map((each) =>
    filled(present.get(each.device) ?? cloneTemplate("device"), each, each.device === device, mine),
  )
  lines.forEach((line, place) => {
    if (list.children[place] !== line) list.insertBefore(line, list.children[place] ?? null)
  })
  while (list.childElementCount > lines.length) list.lastElementChild?.remove()
  for (const opener of document.querySelectorAll("[data-devices-opener]"))
    /** @type {HTMLElement} */ (opener).hidden = devices.length === 0
}

/** @param {HTMLElement} line @param {DeviceState} told @param {boolean} here @param {Mine} mine */
function filled(line, told, here, mine) {
  const state = here ? thisOne(told, mine) : told
  line.dataset.device = state.device
  putArt(piece(line, "art"), state.item)
  write(piece(line, "name"), here ? fill(gettext("{name} (this one)"), { name: state.name }) : state.name)
  write(piece(line, "about"), wordsOf(state, mine.serverNow()))
  piece(line, "continue").hidden = here || state.entries === 0
  piece(line, "forget").hidden = here
  piece(line, "forget").setAttribute("aria-label", fill(gettext("Forget {name}"), { name: state.name }))
  return line
}

/**
 * Of this device the page knows more than the list.
 * @param {DeviceState} told
 * @param {Mine} mine
 * @returns {DeviceState}
 */
function thisOne(told, { state, item }) {
  const { is_playing, position, at, rate, entries } = state
  return { ...told, item, is_playing, position, at, rate, entries: entries.length }
}

/** @param {DeviceState} state @param {number} nowMs */
function wordsOf(state, nowMs) {
  const { item, entries } = state
  if (!item)
    return entries
      ? fill(ngettext("{count} track in its queue", "{count} tracks in its queue", entries), {
          count: entries,
        })
      : gettext("Nothing in its queue")
  const plays = state.is_playing && nowMs - state.at < SILENT_MS
  const at = clockTime(plays ? positionOf(/** @type {any} */ (state), nowMs, item.duration) : state.position)
  return fill(plays ? gettext("Plays {title}, {at}") : gettext("Paused at {at} of {title}"), {
    title: item.title,
    at,
  })
}

/** @param {globalThis.Event} event @param {Mine} mine */
function press(event, mine) {
  const at = event.target instanceof Element ? event.target : null
  const device = /** @type {HTMLElement | null} */ (at?.closest("[data-device]"))?.dataset.device
  if (!device) return
  if (at?.closest("[data-continue]")) mine.say(Command.LookAtDevice, { device }).catch(announceRefusal)
}

// ---------------------------------------------------------------- what would be taken over

/** @param {import("../../core/protocol.js").DevicePreview} other */
function preview({ device, name, state, items }) {
  const dialog = piece(document, "preview")
  const known = new Map(items.map((item) => [item.id, item]))
  dialog.dataset.device = device
  write(piece(dialog, "preview-name"), name)
  const from = Math.max(
    0,
    state.entries.findIndex(({ id }) => id === state.current),
  )
  const shown = state.entries.slice(from, from + SHOWN)
  piece(dialog, "preview-list").replaceChildren(
    ...shown.map(({ id, item }) =>
      previewLine(known.get(item), id === state.current ? state.position : null),
    ),
  )
  const more = state.entries.length - shown.length
  piece(dialog, "preview-more").hidden = more <= 0
  write(
    piece(dialog, "preview-more"),
    fill(ngettext("and {count} more", "and {count} more", more), { count: more }),
  )
  openDialog("preview")
}

/** @param {import("../../core/protocol.js").Item | undefined} item @param {number | null} positionS */
function previewLine(item, positionS) {
  const line = document.createElement("li")
  const title = item?.title ?? gettext("Deleted track")
  line.textContent =
    positionS === null ? title : fill(gettext("{title}, from {at}"), { title, at: clockTime(positionS) })
  return line
}

/** @param {"replace" | "merge"} how @param {Commands} commands */
function goOn(how, commands) {
  const dialog = /** @type {HTMLDialogElement} */ (piece(document, "preview"))
  dialog.close()
  commands.continueHere(dialog.dataset.device ?? "", how)
}
