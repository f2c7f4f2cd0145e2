// @ts-check
/** The devices of an account: what each of them plays, and continuing it on this device. */

import { positionOf } from "../../core/player/optimistic.js"
import { Command, Event } from "../../core/protocol.js"
import { cloneTemplate, disposeAll, find, openDialog, setText } from "../lib/dom.js"
import { formatTime, gettext, interpolate, ngettext } from "../lib/i18n.js"
import { every } from "../lib/timers.js"
import { showCoverArt } from "../ui/artwork.js"
import { showRefusal } from "../ui/notices.js"

const SILENT_MS = 6000 // without a position report for this long, a player counts as stopped
const REDRAW_MS = 1000
const REFRESH_MS = 3000
const PREVIEWED = 6 // tracks shown before they are taken over

/** @typedef {import("./session.js").PlayerSession} PlayerSession */
/** @typedef {import("./commands.js").Commands} Commands */
/** @typedef {import("../../core/protocol.js").DeviceState} DeviceState */

/** @param {HTMLElement} dialog @param {PlayerSession} player @param {Commands} commands */
export function mount(dialog, player, commands) {
  const controller = new AbortController()
  const { signal } = controller
  const show = () => showDevices(dialog, player)
  const showOpen = () => {
    if (/** @type {HTMLDialogElement} */ (dialog).open) show()
  }
  const refresh = () => {
    if (player.isOpen && /** @type {HTMLDialogElement} */ (dialog).open) fetchDevices(player).then(show)
  }
  const opened = new MutationObserver(() => {
    showOpen()
    refresh()
  })
  opened.observe(dialog, { attributeFilter: ["open"] })
  find(dialog, "devices-list").addEventListener("click", (event) => onDeviceClick(event, player), { signal })
  for (const how of /** @type {const} */ (["replace", "merge"])) {
    find(document, how).addEventListener("click", () => continueHere(how, commands), { signal })
  }
  show()
  const unsubscribe = [Event.Welcome, Event.Devices].map((type) => player.on(type, show))
  return disposeAll(
    () => controller.abort(),
    mountForgetDevice(dialog, commands),
    () => opened.disconnect(),
    every(REDRAW_MS, showOpen),
    every(REFRESH_MS, refresh),
    ...unsubscribe,
    player.on(Event.Device, ({ payload }) => showPreview(payload)),
  )
}

/**
 * Changes on another device are pushed; its position and its closing are not. A response that is older than a
 * push is ignored.
 * @param {PlayerSession} player
 */
async function fetchDevices(player) {
  const { devices } = player.store
  try {
    const response = await fetch(player.boot.player_url, { headers: { Accept: "application/json" } })
    const received = response.ok ? (await response.json()).devices : devices
    if (player.store.devices === devices) player.store.devices = received
  } catch {
    // Offline: the known state ages, and its text shows it.
  }
}

// ---------------------------------------------------------------- the list

/**
 * Devices that stay keep their element, and with it the focus.
 * @param {HTMLElement} dialog
 * @param {PlayerSession} player
 */
function showDevices(dialog, player) {
  const { devices, device } = player.store
  const others = devices.filter((each) => each.device !== device)
  find(dialog, "alone").hidden = others.length > 0
  const list = find(dialog, "devices-list")
  const present = new Map(
    [...list.children].map((line) => [
      /** @type {HTMLElement} */ (line).dataset.device,
      /** @type {HTMLElement} */ (line),
    ]),
  )
  const lines = devices.map((each) =>
    fillDevice(present.get(each.device) ?? cloneTemplate("device"), each, each.device === device, player),
  )
  lines.forEach((line, i) => {
    if (list.children[i] !== line) list.insertBefore(line, list.children[i] ?? null)
  })
  while (list.childElementCount > lines.length) list.lastElementChild?.remove()
  for (const opener of document.querySelectorAll("[data-devices-opener]"))
    /** @type {HTMLElement} */ (opener).hidden = devices.length === 0
}

/** @param {HTMLElement} line @param {DeviceState} reported @param {boolean} here @param {PlayerSession} player */
function fillDevice(line, reported, here, player) {
  const state = here ? ownDevice(reported, player) : reported
  line.dataset.device = state.device
  showCoverArt(find(line, "art"), state.item)
  setText(
    find(line, "name"),
    here ? interpolate(gettext("{name} (this one)"), { name: state.name }) : state.name,
  )
  setText(find(line, "about"), deviceStatus(state, player.serverNow()))
  find(line, "continue").hidden = here || state.entries === 0
  find(line, "forget").hidden = here
  find(line, "forget").setAttribute("aria-label", interpolate(gettext("Forget {name}"), { name: state.name }))
  return line
}

/**
 * The page's own state of this device is newer than the list.
 * @param {DeviceState} reported
 * @param {PlayerSession} player
 * @returns {DeviceState}
 */
function ownDevice(reported, { state, item }) {
  const { is_playing, position, at, rate, entries } = state
  return { ...reported, item, is_playing, position, at, rate, entries: entries.length }
}

/** @param {DeviceState} state @param {number} nowMs */
function deviceStatus(state, nowMs) {
  const { item, entries } = state
  if (!item)
    return entries
      ? interpolate(ngettext("{count} track in its queue", "{count} tracks in its queue", entries), {
          count: entries,
        })
      : gettext("Nothing in its queue")
  const isPlaying = state.is_playing && nowMs - state.at < SILENT_MS
  const at = formatTime(
    isPlaying ? positionOf(/** @type {any} */ (state), nowMs, item.duration) : state.position,
  )
  return interpolate(isPlaying ? gettext("Plays {title}, {at}") : gettext("Paused at {at} of {title}"), {
    title: item.title,
    at,
  })
}

/** @param {globalThis.Event} event @param {PlayerSession} player */
function onDeviceClick(event, player) {
  const at = event.target instanceof Element ? event.target : null
  const device = /** @type {HTMLElement | null} */ (at?.closest("[data-device]"))?.dataset.device
  if (!device) return
  if (at?.closest("[data-continue]")) player.say(Command.LookAtDevice, { device }).catch(showRefusal)
}

// ---------------------------------------------------------------- preview of the tracks to take over

/** @param {import("../../core/protocol.js").DevicePreview} other */
function showPreview({ device, name, state, items }) {
  const dialog = find(document, "preview")
  const itemById = new Map(items.map((item) => [item.id, item]))
  dialog.dataset.device = device
  setText(find(dialog, "preview-name"), name)
  const from = Math.max(
    0,
    state.entries.findIndex(({ id }) => id === state.current),
  )
  const shown = state.entries.slice(from, from + PREVIEWED)
  find(dialog, "preview-list").replaceChildren(
    ...shown.map(({ id, item }) =>
      previewLine(itemById.get(item), id === state.current ? state.position : null),
    ),
  )
  const more = state.entries.length - shown.length
  find(dialog, "preview-more").hidden = more <= 0
  setText(
    find(dialog, "preview-more"),
    interpolate(ngettext("and {count} more", "and {count} more", more), { count: more }),
  )
  openDialog("preview")
}

/** @param {import("../../core/protocol.js").Item | undefined} item @param {number | null} positionS */
function previewLine(item, positionS) {
  const line = document.createElement("li")
  const title = item?.title ?? gettext("Deleted track")
  line.textContent =
    positionS === null
      ? title
      : interpolate(gettext("{title}, from {at}"), { title, at: formatTime(positionS) })
  return line
}

/** @param {"replace" | "merge"} how @param {Commands} commands */
function continueHere(how, commands) {
  const dialog = /** @type {HTMLDialogElement} */ (find(document, "preview"))
  dialog.close()
  commands.continueHere(dialog.dataset.device ?? "", how)
}

/**
 * Forget a device after a confirmation, because its queue cannot be restored.
 * @param {HTMLElement} dialog
 * @param {Commands} commands
 */
export function mountForgetDevice(dialog, commands) {
  const controller = new AbortController()
  const { signal } = controller
  const [list, confirmation, question, confirm, cancel] = [
    "devices-list",
    "forget-sure",
    "forget-question",
    "forget-now",
    "forget-not",
  ].map((name) => find(dialog, name))
  let selected = /** @type {HTMLElement | null} */ (null)
  const close = () => {
    confirmation.hidden = true
    selected = null
  }
  list.addEventListener(
    "click",
    ({ target }) => {
      const button = target instanceof Element ? target.closest("[data-forget]") : null
      const line = button?.closest("[data-device]")
      if (!(line instanceof HTMLElement)) return
      selected = line
      setText(
        question,
        interpolate(gettext("Forget {name}? Its queue will be deleted."), {
          name: find(line, "name").textContent ?? "",
        }),
      )
      confirmation.hidden = false
      confirm.focus()
    },
    { signal },
  )
  confirm.addEventListener(
    "click",
    () => {
      const device = selected?.dataset.device
      close()
      if (device) commands.forget(device)
      find(dialog, "close").focus()
    },
    { signal },
  )
  cancel.addEventListener(
    "click",
    () => {
      const line = selected
      close()
      if (line) find(line, "forget").focus()
    },
    { signal },
  )
  dialog.addEventListener("close", close, { signal })
  return () => controller.abort()
}
