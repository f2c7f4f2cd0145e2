// @ts-check
/**
 * The lobby: its rooms and its head count change while you look; without a socket as often as one is tried.
 */

import { refreshFormTokens } from "../page/lib/api.js"
import { fillCovers } from "../page/ui/artwork.js"
import { completeUrl, mountValidation as checkTypedText } from "../page/ui/form_validation.js"

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000
const GIVE_UP_MS = 8000

const lobby = /** @type {HTMLElement} */ (document.querySelector("[data-lobby]"))
const list = /** @type {HTMLElement} */ (lobby.querySelector("[data-rooms]"))
const empty = /** @type {HTMLElement} */ (lobby.querySelector("[data-no-rooms]"))
const online = /** @type {HTMLElement} */ (lobby.querySelector("[data-online]"))
const blank = /** @type {HTMLTemplateElement} */ (document.getElementById("room-card"))
let waitMs = FIRST_WAIT_MS

/**
 * @typedef {{room_id: string, title: string, viewers: number, playing: string | null, host: string | null}}
 *   LobbyRoom
 */

function connect() {
  const address = new URL(lobby.dataset.socketPath ?? "/ws/lobby/", location.href)
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:"
  const socket = new WebSocket(address)
  socket.addEventListener("message", (event) => hear(JSON.parse(event.data)))
  let opened = false
  socket.addEventListener("open", () => {
    opened = true
    document.body.dataset.socket = "open"
  })
  socket.addEventListener("close", () => comeBack(opened))
}

/** @param {boolean} opened before it was lost; one that was not may never get through */
function comeBack(opened) {
  document.body.dataset.socket = "lost"
  if (!opened) void read()
  setTimeout(connect, waitMs * (0.5 + Math.random() / 2))
  waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
}

async function read() {
  try {
    const answer = await fetch("/api/rooms/", {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(GIVE_UP_MS),
    })
    if (!answer.ok) return
    const { rooms, online: count } = await answer.json()
    online.textContent = String(count)
    show(rooms)
  } catch {
    // No line just now: the next attempt reads again.
  }
}

/** @param {{type: string, payload: {rooms: LobbyRoom[], online: number}}} event */
function hear({ type, payload }) {
  if (type !== "lobby" && type !== "lobby_changed") return
  waitMs = FIRST_WAIT_MS
  online.textContent = String(payload.online)
  show(payload.rooms)
}

/**
 * Cards that stay keep their element, so that neither focus nor a picture is lost.
 * @param {LobbyRoom[]} rooms
 */
function show(rooms) {
  const present = new Map(
    [...list.children].map((card) => [/** @type {HTMLElement} */ (card).dataset.room, card]),
  )
  list.replaceChildren(
    ...rooms.map((room) =>
      filled(/** @type {HTMLElement} */ (present.get(room.room_id) ?? newCard(room)), room),
    ),
  )
  empty.hidden = rooms.length > 0
  fillCovers(list)
}

/** @param {LobbyRoom} room */
function newCard(room) {
  const card = /** @type {HTMLElement} */ (
    /** @type {Element} */ (blank.content.firstElementChild).cloneNode(true)
  )
  card.dataset.room = room.room_id
  card.querySelector("a")?.setAttribute("href", `/rooms/${encodeURIComponent(room.room_id)}/`)
  card.querySelector("[data-cover]")?.setAttribute("data-cover", room.room_id)
  return card
}

/**
 * @param {HTMLElement} card
 * @param {LobbyRoom} room
 */
function filled(card, room) {
  const slot = (/** @type {string} */ name) =>
    /** @type {HTMLElement} */ (card.querySelector(`[data-${name}]`))
  const nothing = blank.content.querySelector("[data-playing]")?.textContent ?? ""
  slot("title").textContent = room.title
  slot("playing").textContent = room.playing ?? nothing
  slot("viewers").textContent = String(room.viewers)
  slot("host").textContent = room.host ?? ""
  slot("hosted").hidden = !room.host
  return card
}

/**
 * The passphrase is shown for private rooms only; a hidden field must not keep the form from being submitted.
 */
function showPassphrase() {
  if (passphrase?.form) passphrase.disabled = new FormData(passphrase.form).get("visibility") !== "private"
}

const address = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-address]"))
address?.form?.addEventListener("submit", () => {
  address.value = completeUrl(address.value)
})
const passphrase = /** @type {HTMLInputElement | null} */ (document.querySelector("input#passphrase"))
passphrase?.form?.addEventListener("change", showPassphrase)
showPassphrase()
fillCovers(document)
checkTypedText(document)
refreshFormTokens()
connect()
