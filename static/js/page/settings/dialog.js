// @ts-check
/** The dialog of the room's settings: its sections, leaving the room, and closing it for everyone. */

import { isHost, may, mayChangeRights } from "../../core/room/rights.js"
import { csrfToken, fetchJson } from "../lib/api.js"
import { disposeAll, find, loadStyle } from "../lib/dom.js"
import { showRefusal } from "../ui/notices.js"
import { mountForm } from "./form.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/room/rights.js").State} State */

/** @param {State} state */
const maySet = (state) => may(state, "settings")

/**
 * The sections: who sees one, and the module of a section that is more than fields of the form.
 * @type {Record<string, {isShown: (state: State) => boolean, load?: () => Promise<{mount: (panel: HTMLElement, room: Room) =>
 *   unknown}>}>}
 */
const SECTIONS = {
  room: { isShown: maySet, load: () => import("./room.js") },
  permissions: { isShown: mayChangeRights, load: () => import("./permissions.js") },
  chat: {
    isShown: (state) => maySet(state) || may(state, "remove"),
    load: () => import("./chat.js"),
  },
  moderation: { isShown: (state) => may(state, "remove"), load: () => import("./moderation.js") },
  playback: { isShown: maySet },
}

const CHANGES = ["state", "room_changed", "new_host", "role_changed", "members"]

/** @param {HTMLDialogElement} dialog @param {Room} room */
export function mount(dialog, room) {
  const controller = new AbortController()
  loadStyle(dialog.dataset.style)
  const unmountForm = mountForm(dialog, room)
  const unmountTabs = mountTabs(dialog, room, controller.signal)
  const star = find(dialog, "favourite")
  star.addEventListener("click", () => void toggleFavourite(star, room), { signal: controller.signal })
  find(dialog, "leave").addEventListener("click", () => leave(find(dialog, "leave"), room), {
    signal: controller.signal,
  })
  return disposeAll(() => controller.abort(), unmountForm, unmountTabs, mountCloseRoom(dialog, room))
}

/** @param {HTMLDialogElement} dialog @param {Room} room @param {AbortSignal} signal */
function mountTabs(dialog, room, signal) {
  const tabs = /** @type {HTMLElement[]} */ ([...dialog.querySelectorAll("[data-section]")])
  const names = Object.keys(SECTIONS)
  const loaded = new Set()
  let open = ""
  const isDemo = "demo" in dialog.dataset
  const shown = () => names.filter((name) => !isDemo && SECTIONS[name].isShown(room.state))
  const select = (/** @type {string} */ name) => {
    open = name
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab.dataset.section === name))
      tab.tabIndex = tab.dataset.section === name ? 0 : -1
    }
    for (const panel of panelsOf(dialog)) panel.hidden = panel.dataset.panel !== name
    const form = find(dialog, "form")
    form.hidden = !form.querySelector("[data-panel]:not([hidden])")
    void load(name)
  }
  const load = async (/** @type {string} */ name) => {
    const module = SECTIONS[name]?.load
    if (!module || loaded.has(name)) return
    loaded.add(name)
    try {
      const { mount } = await module()
      mount(panelOf(dialog, name), room)
    } catch (error) {
      loaded.delete(name) // the next press tries again
      console.error(`the section ${name} of the settings could not be loaded`, error)
    }
  }
  const show = () => {
    const offered = shown()
    for (const tab of tabs) tab.hidden = !offered.includes(tab.dataset.section ?? "")
    find(dialog, "sections").hidden = offered.length === 0
    find(dialog, "not-yours").hidden = offered.length > 0
    if (!offered.includes(open)) select(offered[0] ?? "")
  }
  const reveal = (/** @type {Element | null} */ field) => {
    const panel = field?.closest("[data-panel]")
    if (!(panel instanceof HTMLElement) || !(field instanceof HTMLElement)) return
    if (panel.hidden) select(panel.dataset.panel ?? "")
    field.focus()
  }
  for (const tab of tabs) {
    tab.addEventListener("click", () => select(tab.dataset.section ?? ""), { signal })
    tab.addEventListener("keydown", (event) => moveFocus(event, tabs), { signal })
  }
  dialog.addEventListener("invalid", ({ target }) => reveal(firstInvalid(dialog, target)), {
    capture: true,
    signal,
  })
  const focusAsked = () => {
    if (!dialog.open) return
    reveal(document.getElementById(dialog.dataset.focus ?? ""))
    delete dialog.dataset.focus
  }
  const opened = new MutationObserver(focusAsked)
  opened.observe(dialog, { attributeFilter: ["open", "data-focus"] })
  show()
  focusAsked()
  return disposeAll(() => opened.disconnect(), ...CHANGES.map((type) => room.on(type, show)))
}

/** @param {HTMLElement} button @param {Room} room */
async function toggleFavourite(button, room) {
  const on = button.getAttribute("aria-pressed") !== "true"
  try {
    await fetchJson(`/api/rooms/${room.boot.room_id}/favourite/`, "PUT", csrfToken() ?? "", { on })
    button.setAttribute("aria-pressed", String(on))
  } catch (refusal) {
    showRefusal(refusal)
  }
}

/** @param {HTMLElement} dialog */
function panelsOf(dialog) {
  return /** @type {HTMLElement[]} */ ([...dialog.querySelectorAll("[data-panel]")])
}

/** @param {HTMLElement} dialog @param {string} name */
function panelOf(dialog, name) {
  return /** @type {HTMLElement} */ (panelsOf(dialog).find(({ dataset }) => dataset.panel === name))
}

/** The browser reports all invalid fields; the first one is shown. @param {HTMLElement} dialog @param {EventTarget | null} target */
function firstInvalid(dialog, target) {
  const first = dialog.querySelector("form :is(input, select):invalid")
  return first === target ? first : null
}

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }

/** @param {KeyboardEvent} event @param {HTMLElement[]} tabs */
function moveFocus(event, tabs) {
  const step = /** @type {Record<string, number>} */ (STEPS)[event.key]
  if (!step) return
  event.preventDefault()
  const offered = tabs.filter(({ hidden }) => !hidden)
  const at = offered.indexOf(/** @type {HTMLElement} */ (event.currentTarget))
  const next = offered[(at + step + offered.length) % offered.length]
  next.click()
  next.focus()
}

/**
 * @param {HTMLElement} button
 * @param {Room} room
 */
async function leave(button, room) {
  try {
    await fetchJson(`/api/rooms/${room.boot.room_id}/leave/`, "POST", button.dataset.csrf ?? "", {})
    location.assign("/")
  } catch (refusal) {
    showRefusal(refusal)
  }
}

/** Close the room for everyone, after a confirmation. @param {HTMLElement} dialog @param {Room} room */
function mountCloseRoom(dialog, room) {
  const controller = new AbortController()
  const { signal } = controller
  const [close, confirmation, confirm] = ["end", "end-sure", "end-now"].map((name) => find(dialog, name))
  const show = () => {
    close.hidden = "demo" in dialog.dataset || !(isHost(room.state) || room.state?.you?.is_owner)
  }
  const showConfirmation = (/** @type {boolean} */ shown) => {
    confirmation.hidden = !shown
    close.setAttribute("aria-expanded", String(shown))
  }
  close.addEventListener(
    "click",
    () => {
      showConfirmation(true)
      confirm.focus()
    },
    { signal },
  )
  find(dialog, "end-not").addEventListener(
    "click",
    () => {
      showConfirmation(false)
      close.focus()
    },
    { signal },
  )
  dialog.addEventListener("close", () => showConfirmation(false), { signal })
  show()
  confirm.addEventListener(
    "click",
    () => {
      showConfirmation(false)
      fetchJson(`/api/rooms/${room.boot.room_id}/`, "DELETE", confirm.dataset.csrf ?? "", {}).catch(
        showRefusal,
      )
    },
    { signal },
  )
  return disposeAll(
    () => controller.abort(),
    ...["state", "new_host", "room_changed"].map((type) => room.on(type, show)),
  )
}
