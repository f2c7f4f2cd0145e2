// @ts-check
/** The sync pill, the card behind it, and their text. */

import { isHost } from "../../core/room/rights.js"
import { disposeAll, find, setText } from "../lib/dom.js"
import { formatMs, formatSignedMs, gettext, interpolate } from "../lib/i18n.js"
import { playbackWarning } from "../room/media_errors.js"
import { mayCatchUp } from "../room/members.js"
import { Sparkline } from "./sparkline.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

const DRAW_INTERVAL_MS = 1000

/**
 * @param {HTMLElement} meter
 * @param {Room} room
 */
export function mount(meter, room) {
  const controller = new AbortController()
  const card = find(meter, "verdict").closest("[popover]")
  const sparkline = new Sparkline(meter)
  /** @type {MeterState} */
  const seen = {
    connection: { status: "connecting" },
    drift: null,
    player: { state: "empty" },
    following: true,
    catchingUp: false,
    syncEnabled: true,
    degraded: false,
  }
  const isOpen = () => Boolean(card?.matches(":popover-open"))
  const show = () => {
    seen.following = room.player.following
    seen.catchingUp = room.player.catchingUp
    seen.syncEnabled = room.player.allowed
    showPill(meter, seen)
    if (isOpen()) showCard(meter, room, seen)
  }
  const drawing = setInterval(() => {
    if (isOpen()) sparkline.draw(isHost(room.state))
  }, DRAW_INTERVAL_MS)

  card?.addEventListener(
    "toggle",
    () => {
      show()
      if (isOpen()) sparkline.draw(isHost(room.state))
    },
    { signal: controller.signal },
  )
  listen(meter, room, show, controller.signal)
  show()
  return disposeAll(
    () => controller.abort(),
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
      // an earlier value is obsolete
      if (player.state !== "playing" && player.state !== "buffering") seen.drift = null
      seen.player = player
      show()
    }),
    room.on("drift", (drift) => {
      seen.drift = drift
      sparkline.addOwn(drift.driftMs)
      show()
    }),
    room.on("presence", ({ payload }) => sparkline.addOthers(payload.members, room)),
    room.on("state", show),
    room.on("room_changed", show),
  )
}

/**
 * @param {HTMLElement} meter
 * @param {Room} room
 * @param {() => void} show
 * @param {AbortSignal} signal
 */
function listen(meter, room, show, signal) {
  const fine = /** @type {HTMLInputElement} */ (find(meter, "fine"))
  fine.value = String(room.player.fineTuneMs ?? 0)
  const onClick = (/** @type {string} */ name, /** @type {() => void} */ act) =>
    find(meter, name).addEventListener(
      "click",
      () => {
        act()
        show()
      },
      { signal },
    )
  onClick("resync", () => room.player.resync())
  onClick("stop-following", () => room.player.stopFollowing())
  onClick("follow", () => room.player.follow())
  onClick("from-start", () => room.emit("catch_up"))
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
 * @param {MeterState} seen
 */
function showPill(meter, seen) {
  const { word, tone, ms } = pillStatus(seen)
  find(meter, "pill").dataset.tone = tone
  setText(find(meter, "pill-word"), word)
  setText(find(meter, "pill-ms"), ms)
}

/**
 * @param {HTMLElement} meter
 * @param {Room} room
 * @param {MeterState} seen
 */
function showCard(meter, room, seen) {
  const { title, cause } = syncStatus(seen)
  const { drift, connection, following, syncEnabled, degraded } = seen
  setText(find(meter, "verdict"), title)
  setText(find(meter, "cause"), cause)
  setText(find(meter, "drift"), drift ? formatSignedMs(Math.round(drift.driftMs)) : "–")
  setText(find(meter, "latency"), drift?.latencyMs ? formatMs(drift.latencyMs) : "–")
  setText(
    find(meter, "link-state"),
    connection.status !== "open" ? pillStatus(seen).word : degraded ? gettext("degraded") : gettext("live"),
  )
  setText(find(meter, "fine-value"), formatSignedMs(room.player.fineTuneMs ?? 0))
  const fine = find(meter, "fine")
  fine.style.setProperty("--fill", `${((room.player.fineTuneMs ?? 0) + 500) / 10}%`)
  find(meter, "resync").hidden = !syncEnabled || !following
  find(meter, "stop-following").hidden = !syncEnabled || !following
  find(meter, "follow").hidden = !syncEnabled || following
  find(meter, "from-start").hidden = !syncEnabled || !mayCatchUp(room)
}

const IN_SYNC_MS = 60 // not perceptible across two rooms
const UNREACHABLE = new Set(["nothing", "offline"]) // polling over HTTP fails too

/**
 * @typedef {{driftMs: number, latencyMs: number | null, zone?: string, cause?: string | null}} Drift
 * @typedef {{connection: {status: string, attempt?: number, reach?: string}, drift: Drift | null,
 * player: {state: string, cause?: string | null, problem?: import("../media/status_report.js").MediaProblem |
 * null}, following: boolean, catchingUp?: boolean, syncEnabled: boolean, degraded?: boolean}} MeterState `syncEnabled`: the room keeps its
 * players in sync; `degraded`: the server's processes do not receive each other's events
 */

/**
 * @param {MeterState} seen
 * @returns {{word: string, tone: string, ms: string}}
 */
export function pillStatus({ connection, drift, player, following, catchingUp, syncEnabled }) {
  const status = (/** @type {string} */ word, /** @type {string} */ tone, ms = "") => ({ word, tone, ms })
  if (connection.status === "connecting") return status(gettext("connecting"), "wait")
  if (connection.status === "lost") return status(gettext("reconnecting …"), "wait")
  if (connection.status === "limited" && UNREACHABLE.has(connection.reach ?? ""))
    return status(gettext("no connection"), "bad")
  if (connection.status === "limited") return status(gettext("limited"), "warn")
  if (connection.status === "closed") return status(gettext("not connected"), "bad")
  if (catchingUp) return status(gettext("from the start"), "wait")
  if (!following || !syncEnabled) return status(gettext("on your own"), "off")
  if (player.state === "blocked") return status(gettext("waiting for you"), "warn")
  if (player.problem?.message?.ownCopy) return status(gettext("no copy yet"), "warn")
  if (player.state === "error") return status(gettext("cannot play"), "bad")
  if (player.state === "broken_off") return status(gettext("broke off"), "bad")
  if (playbackWarning(player.problem ?? null)) return status(gettext("at another position"), "warn")
  if (player.state === "empty") return status(gettext("ready"), "off")
  if (player.state === "loading" || player.state === "buffering") return status(gettext("loading"), "wait")
  if (!drift) return status(gettext("in step"), "good")
  if (isInSync(drift)) return status(gettext("in step"), "good", formatMs(drift.driftMs))
  return status(gettext("catching up"), "warn", formatMs(drift.driftMs))
}

/** @param {Drift} drift */
function isInSync({ driftMs }) {
  return Math.abs(driftMs) <= IN_SYNC_MS
}

/**
 * @param {MeterState} seen
 * @returns {{title: string, cause: string}}
 */
export function syncStatus(seen) {
  const { word, tone } = pillStatus(seen)
  const { drift, connection, player } = seen
  if (connection.status === "lost") {
    return {
      title: gettext("Reconnecting"),
      cause: gettext("The connection to the room is down. Your player keeps time by itself."),
    }
  }
  if (connection.status === "limited") {
    const title = UNREACHABLE.has(connection.reach ?? "")
      ? gettext("No connection")
      : gettext("Limited connection")
    return { title, cause: reachMessage(connection.reach) }
  }
  if (seen.catchingUp)
    return {
      title: gettext("You watch from the start"),
      cause: gettext("Your player is faster than the room, until you are in step."),
    }
  if (tone === "off") return ownPaceStatus(seen, word)
  const cause = playbackWarning(player.problem ?? null) ?? reasonMessage(player.cause)
  if (tone === "good")
    return {
      title: gettext("You are in step"),
      cause: cause || gettext("You see what the others see, when they see it."),
    }
  if (tone === "warn" && drift && word === gettext("catching up")) {
    const format =
      drift.driftMs > 0
        ? gettext("You are {time} ahead, waiting for the room")
        : gettext("You are {time} behind, catching up")
    return {
      title: interpolate(format, { time: formatMs(drift.driftMs) }),
      cause: cause || reasonMessage("catching_up"),
    }
  }
  return { title: capitalize(word), cause }
}

/** @param {MeterState} seen @param {string} word */
function ownPaceStatus({ following, syncEnabled }, word) {
  if (!syncEnabled)
    return {
      title: gettext("You watch on your own"),
      cause: gettext("This room lets everyone watch at their own pace."),
    }
  if (!following)
    return {
      title: gettext("You watch on your own"),
      cause: gettext("The room continues without you. Come back any time."),
    }
  return { title: capitalize(word), cause: "" }
}

/** @param {string} word */
function capitalize(word) {
  return word.charAt(0).toLocaleUpperCase() + word.slice(1)
}

/**
 * Why there is no WebSocket, as far as polling over HTTP shows.
 * @param {string | undefined} reach the result of `polling.js`
 */
function reachMessage(reach) {
  const texts = {
    http: () =>
      gettext(
        "The server answers, but live connections do not get through: a proxy or network in between blocks WebSockets. The page asks every few seconds instead, so changes reach you later.",
      ),
    refused: () => gettext("The server answers but no longer lets you see this room. Reload the page."),
    failing: () => gettext("The server has a problem right now. Your player keeps time by itself."),
    nothing: () => gettext("The server does not answer. Your player keeps time by itself."),
    offline: () => gettext("This device is offline. Your player keeps time by itself."),
  }
  return (
    texts[/** @type {keyof typeof texts} */ (reach)]?.() ??
    gettext(
      "No stable connection to the room. The page asks every few seconds instead, so changes reach you later.",
    )
  )
}

/** @param {string | null | undefined} cause as in `status_report.js` */
function reasonMessage(cause) {
  const texts = {
    buffering: () => gettext("The video is still loading."),
    hidden: () => gettext("The tab is in the background, where browsers save power."),
    clock: () => gettext("The connection is unsteady, so the clocks do not agree yet."),
    device: () => gettext("This device cannot keep up: it is corrected less often for a while."),
    seek_only: () => gettext("This browser cannot change speed, so it keeps in step by small jumps."),
    catching_up: () => gettext("The speed is changed a little until you are in step."),
  }
  return texts[/** @type {keyof typeof texts} */ (cause)]?.() ?? ""
}
