// @ts-check
/** The pill that says how well you are in step, and the meter behind it. */

import { isHost } from "../room/permissions.js"
import { distance, signed } from "../lib/format.js"
import { all, piece, write } from "../lib/dom.js"
import { Sparkline } from "./sparkline.js"
import { pillOf, syncStatus } from "./sync_status.js"
import { gettext } from "../lib/i18n.js"

const DRAW_EVERY_MS = 1000

/**
 * @param {HTMLElement} meter
 * @param {import("../room/types.js").Room} room
 */
export function mount(meter, room) {
  const gone = new AbortController()
  const card = piece(meter, "verdict").closest("[popover]")
  const spark = new Sparkline(meter)
  /** @type {import("./sync_status.js").Seen} */
  const seen = {
    connection: { status: "connecting" },
    drift: null,
    player: { state: "empty" },
    following: true,
    kept: true,
    degraded: false,
  }
  const isOpen = () => Boolean(card?.matches(":popover-open"))
  const show = () => {
    seen.following = room.player.following
    seen.kept = room.player.allowed
    showPill(meter, seen)
    if (isOpen()) showCard(meter, room, seen)
  }
  const drawing = setInterval(() => {
    if (isOpen()) spark.draw(isHost(room.state))
  }, DRAW_EVERY_MS)

  card?.addEventListener(
    "toggle",
    () => {
      show()
      if (isOpen()) spark.draw(isHost(room.state))
    },
    { signal: gone.signal },
  )
  listen(meter, room, show, gone.signal)
  show()
  return all(
    () => gone.abort(),
    () => clearInterval(drawing),
    room.on("connection", (connection) => {
      seen.connection = connection
      seen.degraded = false
      show()
    }),
    room.on("status", ({ payload }) => {
      seen.degraded = payload.degraded
      show()
    }),
    room.on("player", (player) => {
      // what it was before says nothing any more
      if (player.state !== "playing" && player.state !== "buffering") seen.drift = null
      seen.player = player
      show()
    }),
    room.on("drift", (drift) => {
      seen.drift = drift
      spark.mine(drift.driftMs)
      show()
    }),
    room.on("presence", ({ payload }) => spark.others(payload.members, room)),
    room.on("state", show),
    room.on("room_changed", show),
  )
}

/**
 * @param {HTMLElement} meter
 * @param {import("../room/types.js").Room} room
 * @param {() => void} show
 * @param {AbortSignal} signal
 */
function listen(meter, room, show, signal) {
  const fine = /** @type {HTMLInputElement} */ (piece(meter, "fine"))
  fine.value = String(room.player.fineTuneMs ?? 0)
  const press = (/** @type {string} */ name, /** @type {() => void} */ act) =>
    piece(meter, name).addEventListener(
      "click",
      () => {
        act()
        show()
      },
      { signal },
    )
  press("resync", () => room.player.resync())
  press("stop-following", () => room.player.stopFollowing())
  press("follow", () => room.player.follow())
  fine.addEventListener(
    "input",
    () => {
      room.player.setFineTune(Number(fine.value))
      show()
    },
    { signal },
  )
  fine.addEventListener(
    "dblclick",
    () => {
      fine.value = "0"
      room.player.setFineTune(0)
      show()
    },
    { signal },
  )
}

/**
 * @param {HTMLElement} meter
 * @param {import("./sync_status.js").Seen} seen
 */
function showPill(meter, seen) {
  const { word, tone, ms } = pillOf(seen)
  piece(meter, "pill").dataset.tone = tone
  write(piece(meter, "pill-word"), word)
  write(piece(meter, "pill-ms"), ms)
}

/**
 * @param {HTMLElement} meter
 * @param {import("../room/types.js").Room} room
 * @param {import("./sync_status.js").Seen} seen
 */
function showCard(meter, room, seen) {
  const { title, cause } = syncStatus(seen)
  const { drift, connection, following, kept, degraded } = seen
  write(piece(meter, "verdict"), title)
  write(piece(meter, "cause"), cause)
  write(piece(meter, "drift"), drift ? signed(Math.round(drift.driftMs)) : "–")
  write(piece(meter, "latency"), drift?.latencyMs ? distance(drift.latencyMs) : "–")
  write(
    piece(meter, "link-state"),
    connection.status !== "open" ? pillOf(seen).word : degraded ? gettext("degraded") : gettext("live"),
  )
  write(piece(meter, "fine-value"), signed(room.player.fineTuneMs ?? 0))
  const fine = piece(meter, "fine")
  fine.style.setProperty("--fill", `${((room.player.fineTuneMs ?? 0) + 500) / 10}%`)
  piece(meter, "resync").hidden = !kept || !following
  piece(meter, "stop-following").hidden = !kept || !following
  piece(meter, "follow").hidden = !kept || following
}
