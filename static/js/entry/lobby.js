// @ts-check
/**
 * The lobby: its rooms and the number of people online, updated over a WebSocket; if none opens, over HTTP at each
 * attempt to connect.
 */

import { refreshFormTokens } from "../page/lib/api.js"
import { shownTitle } from "../page/lib/i18n.js"
import { fillCovers } from "../page/ui/artwork.js"
import { completeUrl, mountValidation as checkTypedText } from "../page/ui/form_validation.js"

const MIN_WAIT_MS = 1000
const MAX_WAIT_MS = 30_000
const REQUEST_TIMEOUT_MS = 8000

const lobby = /** @type {HTMLElement} */ (document.querySelector("[data-lobby]"))
const list = /** @type {HTMLElement} */ (lobby.querySelector("[data-rooms]"))
const empty = /** @type {HTMLElement} */ (lobby.querySelector("[data-no-rooms]"))
const online = /** @type {HTMLElement} */ (lobby.querySelector("[data-online]"))
const template = /** @type {HTMLTemplateElement} */ (document.getElementById("room-card"))
let waitMs = MIN_WAIT_MS

/**
 * @typedef {{room_id: string, title: string, viewers: number, playing: string | null, host: string | null, cover?: string | null}}
 *   LobbyRoom
 */

function connect() {
  const address = new URL(lobby.dataset.socketPath ?? "/ws/lobby/", location.href)
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:"
  const socket = new WebSocket(address)
  socket.addEventListener("message", (event) => onEvent(JSON.parse(event.data)))
  let opened = false
  socket.addEventListener("open", () => {
    opened = true
    document.body.dataset.socket = "open"
  })
  socket.addEventListener("close", () => reconnect(opened))
}

/** @param {boolean} opened whether the socket had opened; if not, perhaps none ever does */
function reconnect(opened) {
  document.body.dataset.socket = "lost"
  if (!opened) void fetchRooms()
  setTimeout(connect, waitMs * (0.5 + Math.random() / 2))
  waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)
}

async function fetchRooms() {
  try {
    const response = await fetch("/api/rooms/", {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
    if (!response.ok) return
    const { rooms, online: count } = await response.json()
    online.textContent = String(count)
    show(rooms)
  } catch {
    // No connection: the next attempt fetches again.
  }
}

/** @param {{type: string, payload: {rooms: LobbyRoom[], online: number}}} event */
function onEvent({ type, payload }) {
  if (type !== "lobby" && type !== "lobby_changed") return
  waitMs = MIN_WAIT_MS
  online.textContent = String(payload.online)
  show(payload.rooms)
}

/**
 * Rooms that stay keep their card, so that neither focus nor a picture is lost.
 * @param {LobbyRoom[]} rooms
 */
function show(rooms) {
  const present = new Map(
    [...list.children].map((card) => [/** @type {HTMLElement} */ (card).dataset.room, card]),
  )
  list.replaceChildren(
    ...rooms.map((room) =>
      fillCard(/** @type {HTMLElement} */ (present.get(room.room_id) ?? createCard(room)), room),
    ),
  )
  empty.hidden = rooms.length > 0
  fillCovers(list)
}

/** @param {LobbyRoom} room */
function createCard(room) {
  const card = /** @type {HTMLElement} */ (
    /** @type {Element} */ (template.content.firstElementChild).cloneNode(true)
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
function fillCard(card, room) {
  const slot = (/** @type {string} */ name) =>
    /** @type {HTMLElement} */ (card.querySelector(`[data-${name}]`))
  const nothingPlaying = template.content.querySelector("[data-playing]")?.textContent ?? ""
  slot("title").textContent = shownTitle(room.title)
  slot("playing").textContent = room.playing ? shownTitle(room.playing) : nothingPlaying
  slot("viewers").textContent = String(room.viewers)
  slot("host").textContent = room.host ?? ""
  slot("hosted").hidden = !room.host
  showCover(slot("cover"), room.cover ? `${room.cover}&size=small` : "")
  return card
}

/** @param {HTMLElement} slot @param {string} address empty without a picture */
function showCover(slot, address) {
  if ((slot.dataset.coverImage ?? "") === address) return
  if (address) slot.dataset.coverImage = address
  else delete slot.dataset.coverImage
  slot.replaceChildren()
}

/**
 * The passphrase is shown for private rooms only. The hidden field is disabled, because an invalid one would block
 * submission.
 */
function showPassphrase() {
  if (passphrase?.form) passphrase.disabled = new FormData(passphrase.form).get("visibility") !== "private"
}

const address = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-address]"))
address?.form?.addEventListener("submit", () => {
  address.value = completeUrl(address.value)
})
/** What is typed is in the user's time zone; the form sends Unix milliseconds. */
function mountPremiere() {
  const typed = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-local-input]"))
  const sent = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-premiere-at]"))
  if (!typed || !sent) return
  const local = (/** @type {number} */ ms) =>
    new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
  typed.min = local(Date.now())
  if (sent.value) typed.value = local(Number(sent.value))
  typed.addEventListener("input", () => {
    sent.value = typed.value ? String(new Date(typed.value).getTime()) : ""
  })
}

const passphrase = /** @type {HTMLInputElement | null} */ (document.querySelector("input#passphrase"))
passphrase?.form?.addEventListener("change", showPassphrase)
showPassphrase()
mountPremiere()
fillCovers(document)
checkTypedText(document)
refreshFormTokens()
connect()
