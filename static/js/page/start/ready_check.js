// @ts-check
/**
 * The ready check over the picture: who is ready, a button to be it too, and for members who control the room how long it
 * waits. The members of the panel carry the same marks. Loaded with the first check.
 */

import { limitOf, readiness, requestFor } from "../../core/start/ready_check.js"
import { cloneTemplate, disposeAll, find, loadStyle, setText } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { every } from "../lib/timers.js"
import { MEMBER_CHANGES, mayControl, nameList } from "../room/members.js"
import { showNotice, showRefusal } from "../ui/notices.js"
import { showFaces } from "./faces.js"

const TICK_MS = 250
const NOTICE_MS = 6000

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/start/ready_check.js").Person} Person */

/** @param {Room} room @param {string | undefined} style address of the style sheet */
export function mount(room, style) {
  const card = cloneTemplate("ready-card")
  /** @type {Person[]} */
  let missing = []
  const update = () => {
    const check = room.state.room?.ready_check
    if (check) missing = show(card, room, check)
    card.hidden = !check
    markMembers(check?.ready ?? [])
  }
  listen(card, room)
  card.hidden = true
  find(document, "picture").append(card)
  loadStyle(style, update)
  return disposeAll(
    () => card.remove(),
    every(TICK_MS, () => showSecondsLeft(card, room)),
    ...MEMBER_CHANGES.map((type) => room.on(type, update)),
    room.on("play", ({ payload }) => reportStart(payload.cause, missing, room)),
    room.on("timeline", ({ payload }) => reportStart(payload.cause, missing, room)),
  )
}

/** @param {HTMLElement} card @param {Room} room */
function listen(card, room) {
  const ready = find(card, "ready")
  const limit = /** @type {HTMLSelectElement} */ (find(card, "limit"))
  const say = (/** @type {string} */ type, payload = {}) => void room.say(type, payload).catch(showRefusal)
  ready.addEventListener("click", () => say("ready", { on: ready.getAttribute("aria-pressed") !== "true" }))
  find(card, "without").addEventListener("click", () => say("play"))
  find(card, "end-check").addEventListener("click", () => say("ready_check", { on: false }))
  limit.addEventListener("change", () => say("ready_check", requestFor(limit.value)))
  card.addEventListener("keydown", (event) => event.stopPropagation()) // the page's shortcuts use the same keys
}

/**
 * @param {HTMLElement} card
 * @param {Room} room
 * @param {import("../../core/protocol.js").ReadyCheck} check
 */
function show(card, room, check) {
  const you = room.boot.you.user_id
  const { ready, missing } = readiness(check, room.state.members.values())
  const all = ready.length + missing.length
  const count = interpolate(gettext("{ready} of {all}"), { ready: ready.length, all })
  setText(find(card, "count"), count)
  const names = nameList(missing, you)
  setText(
    find(card, "missing"),
    missing.length ? interpolate(gettext("Waiting for {names}"), { names }) : gettext("Everyone is ready."),
  )
  find(card, "missing").title = missing.map(({ username }) => username).join(", ")
  find(card, "ready").setAttribute("aria-pressed", String(check.ready.includes(you)))
  showFaces(find(card, "faces"), [...ready, ...missing], check.ready)
  const controls = mayControl(room.state)
  for (const name of ["without", "end-check", "limit-field"]) find(card, name).hidden = !controls
  const without = /** @type {HTMLButtonElement} */ (find(card, "without"))
  without.disabled = !room.state.timeline?.media
  setText(without, missing.length ? gettext("Start without") : gettext("Start"))
  const limit = /** @type {HTMLSelectElement} */ (find(card, "limit"))
  if (document.activeElement !== limit) limit.value = limitOf(check)
  showSecondsLeft(card, room)
  return missing
}

/** @param {HTMLElement} card @param {Room} room */
function showSecondsLeft(card, room) {
  const check = room.state.room?.ready_check
  const leftS = check?.deadline ? Math.max(0, Math.ceil((check.deadline - room.serverNow()) / 1000)) : null
  const text =
    leftS === null || !check?.starts ? "" : interpolate(gettext("starts in {count} s"), { count: leftS })
  setText(find(card, "left"), text)
}

/** Marks on the members of the panel, which another module draws. @param {string[]} ready */
function markMembers(ready) {
  for (const item of document.querySelectorAll("[data-members] [data-user]")) {
    const isReady = ready.includes(/** @type {HTMLElement} */ (item).dataset.user ?? "")
    item.classList.toggle("is-ready", isReady)
    const spoken = item.querySelector("[data-ready-mark]") ?? addSpokenMark(item)
    setText(spoken, isReady ? `, ${gettext("ready")}` : "")
  }
}

/** @param {Element} item */
function addSpokenMark(item) {
  const spoken = document.createElement("span")
  spoken.className = "unseen"
  spoken.dataset.readyMark = ""
  item.querySelector("button")?.append(spoken)
  return spoken
}

/** @param {string | null} cause @param {Person[]} missing @param {Room} room */
function reportStart(cause, missing, room) {
  if (cause !== "ready" && cause !== "deadline") return
  const names = nameList(missing, room.boot.you.user_id)
  const text =
    cause === "ready" || !missing.length
      ? gettext("Everyone is ready.")
      : interpolate(gettext("Started without {names}."), { names })
  showNotice({ key: "ready-check", text, lastsMs: NOTICE_MS, rank: 1 })
}
