// @ts-check
/** What the stage shows in place of the picture: no media yet, loading, an error, or the end of the visit. */

import { isHost, may } from "../../core/room/rights.js"
import { disposeAll, find, setText } from "../lib/dom.js"
import { gettext, interpolate, shownTitle } from "../lib/i18n.js"
import { stageMessageFor } from "../room/media_errors.js"
import { mayCatchUp, roughTime } from "../room/members.js"
import { CATCHING_UP, swapInTab, tabItem } from "../lib/storage.js"
import { fillCovers } from "../ui/artwork.js"
import { showNotice, withdrawNotice } from "../ui/notices.js"
import { toggleFullscreen } from "./controls.js"
import { chooseOwnCopy } from "./media_dialog.js"
import { commandsOf, showWhoControls } from "./playback_commands.js"

const DOUBLE_CLICK_MS = 250 // a second click within this makes a double-click, which only toggles fullscreen
const CLOSE_REASON_MS = 3000 // an error this shortly before the end is its reason
const SPINNER_AFTER_MS = 400 // a shorter wait shows nothing
const CHANGES = [
  "state",
  "load",
  "timeline",
  "new_host",
  "role_changed",
  "room_changed",
  "play",
  "pause",
  "presence",
]

/** @typedef {import("../room/session.js").RoomSession} Room */
/**
 * @typedef {{title: string, text: string, spin?: boolean, mayChange?: boolean, mayRetry?: boolean, mayBring?: boolean,
 *   closed?: boolean}} StageMessage
 */
/**
 * @typedef {{player: {state: string, problem?: import("../media/status_report.js").MediaProblem | null},
 *   connection: {status: string, closeCode?: number}, brief: boolean, lastError: string, lastErrorMs: number}} StageState `brief`: too short a wait for a spinner
 */

/**
 * @param {HTMLElement} stage
 * @param {Room} room
 */
export function mount(stage, room) {
  const controller = new AbortController()
  /** @type {StageState} */
  const seen = {
    player: { state: "empty" },
    connection: { status: "connecting" },
    brief: true,
    lastError: "",
    lastErrorMs: 0,
  }
  let timer = 0
  const show = () => showMessage(stage, room, stageMessage(room, seen))
  const waitThenShow = () => {
    seen.brief = true
    clearTimeout(timer)
    timer = setTimeout(() => {
      seen.brief = false
      show()
    }, SPINNER_AFTER_MS)
    show()
  }
  listenToClicks(find(stage, "media").parentElement ?? stage, stage, room, controller.signal)
  find(stage, "between-retry").addEventListener("click", () => room.player.retry(), {
    signal: controller.signal,
  })
  find(stage, "between-own").addEventListener("click", () => void chooseOwnCopy(room), {
    signal: controller.signal,
  })
  waitThenShow()
  return disposeAll(
    () => controller.abort(),
    () => clearTimeout(timer),
    room.on("player", (report) => {
      const isNewState = report.state !== seen.player.state
      seen.player = report
      isNewState ? waitThenShow() : show()
    }),
    room.on("error", ({ payload }) => {
      if (!payload.event_id)
        Object.assign(seen, { lastError: payload.message, lastErrorMs: performance.now() })
    }),
    room.on("connection", (connection) => {
      if (performance.now() - seen.lastErrorMs > CLOSE_REASON_MS) seen.lastError = ""
      seen.connection = connection
      show()
    }),
    ...[...CHANGES, "tracks"].map((type) => room.on(type, show)),
  )
}

/**
 * A mouse click on the picture plays or pauses; a tap only shows the bar.
 * @param {HTMLElement} picture
 * @param {HTMLElement} stage
 * @param {Room} room
 * @param {AbortSignal} signal
 */
function listenToClicks(picture, stage, room, signal) {
  let timer = 0
  const onPicture = (/** @type {Event} */ event) =>
    event.target instanceof Element && Boolean(event.target.closest("[data-media], [data-sound-cover]"))
  picture.addEventListener(
    "click",
    (event) => {
      if (!onPicture(event)) return
      room.player.unlock()
      clearTimeout(timer)
      const { pointerType, detail } = /** @type {PointerEvent} */ (event)
      if (pointerType === "mouse" && detail === 1)
        timer = setTimeout(() => togglePlayback(room), DOUBLE_CLICK_MS)
    },
    { signal },
  )
  picture.addEventListener(
    "dblclick",
    (event) => {
      if (onPicture(event)) toggleFullscreen(stage)
    },
    { signal },
  )
  signal.addEventListener("abort", () => clearTimeout(timer))
}

/** @param {Room} room */
function togglePlayback(room) {
  if (commandsOf(room).allowed) commandsOf(room).toggle()
  else showWhoControls(room)
}

/**
 * The message to show in place of the picture; null if the picture is shown.
 * @param {Room} room
 * @param {StageState} seen
 * @returns {StageMessage | null}
 */
function stageMessage(room, { player, connection, brief, lastError }) {
  if (connection.status === "closed")
    return { ...closedMessage(connection.closeCode, lastError), closed: true }
  if (!room.state?.room) return brief ? null : { title: gettext("Joining the room"), text: "", spin: true }
  if (!room.state.timeline?.media) return noMediaMessage(room)
  const message = player.problem && stageMessageFor(room, player.problem)
  if (message) return { ...message, mayChange: may(room.state, "media") }
  const isWaiting = player.state === "loading" || player.state === "buffering"
  if (!isWaiting || brief) return null
  const isLate = player.problem?.kind === "late"
  return { title: "", text: isLate ? gettext("The media server is slow to respond.") : "", spin: true }
}

/** @param {Room} room @returns {StageMessage} */
function noMediaMessage(room) {
  if (may(room.state, "media"))
    return {
      title: gettext("The screen is yours"),
      text: gettext("Paste a link, or pick a sample to try it out."),
      mayChange: true,
    }
  const host = room.state?.members.get(room.state.room?.host_id ?? "")?.username
  const text = host
    ? interpolate(gettext("{name} will pick something in a moment."), { name: host })
    : gettext("The host will pick something in a moment.")
  return { title: gettext("Nothing is playing yet"), text }
}

/**
 * @param {number | undefined} code
 * @param {string} lastError the server's message before it closed the connection
 * @returns {StageMessage}
 */
function closedMessage(code, lastError) {
  if (code === 4503)
    return {
      title: gettext("You were removed from this room"),
      text: lastError || gettext("The host decides who may stay."),
    }
  if (code === 4504)
    return { title: gettext("This room is closed"), text: gettext("Thank you for watching.") }
  if (code === 4501)
    return {
      title: gettext("You are no longer in this room"),
      text: lastError || gettext("Reload the page to join."),
    }
  if (code === 4509)
    return {
      title: gettext("This room is open in many tabs already"),
      text: gettext("Close one of them, then reload this page."),
    }
  return { title: gettext("The connection has ended"), text: gettext("Reload the page to come back.") }
}

/**
 * @param {HTMLElement} stage
 * @param {Room} room
 * @param {StageMessage | null} message
 */
function showMessage(stage, room, message) {
  const between = find(stage, "between")
  between.hidden = !message
  between.dataset.kind = message?.title ? "words" : "wait"
  find(stage, "spinner").hidden = !message?.spin
  find(stage, "between-change").hidden = !message?.mayChange
  find(stage, "between-retry").hidden = !message?.mayRetry
  find(stage, "between-own").hidden = !message?.mayBring
  find(stage, "between-out").hidden = !message?.closed
  setText(find(stage, "between-title"), message?.title ?? "")
  setText(find(stage, "between-text"), message?.text ?? "")
  showAudioCover(stage, room)
}

/** Show a cover and the title while there is only sound. @param {HTMLElement} stage @param {Room} room */
function showAudioCover(stage, room) {
  const media = room.gate ? room.player.media : room.state?.timeline?.media
  const lacksPicture = Boolean(media && room.player.sources.source?.soundOnly)
  const isAudio = media?.kind === "audio" || lacksPicture || (media && room.boot.companion)
  const cover = find(stage, "sound-cover")
  const title = find(stage, "sound-title")
  cover.hidden = title.hidden = !isAudio
  if (!isAudio || !media) return
  const name = lacksPicture
    ? interpolate(gettext("{title} (sound only)"), { title: shownTitle(media.title) })
    : shownTitle(media.title)
  setText(title, name)
  if (cover.dataset.cover === media.url) return
  cover.dataset.cover = media.url
  cover.replaceChildren()
  fillCovers(stage)
}

const LATE_S = 60 // a viewer who comes later than this into the media is asked
const WATCHED = "watched" // the media that this tab has played in step

/**
 * Viewers who come late may watch from the start, and what was written before is hidden until they choose. The modules are
 * loaded for them.
 * @param {HTMLElement} _body
 * @param {Room} room
 */
export function mountCatchUp(_body, room) {
  const offer = (/** @type {{wasCatchingUp?: boolean}} */ { wasCatchingUp = false }) => {
    const { duration, media } = room.state.timeline ?? {}
    const isNew = swapInTab(WATCHED, media?.url ?? "") !== media?.url
    const isLate = isNew && duration && room.position() >= LATE_S
    if (room.gate || !mayCatchUp(room) || !(isLate || wasCatchingUp)) return
    if (!isHost(room.state)) coverComments(room) // a host has seen them
    void load(room, ({ offerCatchUp }) => offerCatchUp(room, Boolean(isLate)))
  }
  let returned = tabItem(CATCHING_UP) !== null
  room.on("catch_up", () => void load(room, ({ start }) => start(room)))
  room.on("load", () => offer({}))
  room.on("presence", noteCatchingUp(room))
  return room.on("state", () => {
    offer({ wasCatchingUp: returned })
    returned = false
  })
}

/** Show only what is written from now on, what the viewer wrote, and who came and went. @param {Room} room */
function coverComments(room) {
  const [lastSeq, you] = [room.state.comment_seq, room.boot.you.user_id]
  /** @type {import("../room/session.js").Gate["shows"]} */
  const shows = ({ seq, user_id, is_system_message }) => seq > lastSeq || user_id === you || is_system_message
  if (room.state.comments.every(shows)) return // there is nothing to hide
  room.gate = { holds: () => false, shows, keepsMedia: () => false }
  room.emit("comments")
}

/** @param {Room} room @param {(module: typeof import("../catch_up/offer.js")) => void} act */
async function load(room, act) {
  try {
    act(await import("../catch_up/offer.js"))
  } catch (error) {
    console.error("catching up could not be loaded", error) // the next press tries again
    room.gate = null
    room.emit("comments")
  }
}

/** Say once who catches up. @param {Room} room */
function noteCatchingUp(room) {
  let before = new Set()
  return () => {
    const others = [...room.state.members.values()].filter(
      ({ user_id, state }) => state === "catching_up" && user_id !== room.boot.you.user_id,
    )
    const begun = others.find(
      ({ user_id, drift_ms }) => !before.has(user_id) && (drift_ms ?? 0) < -LATE_S * 1000,
    )
    before = new Set(others.map(({ user_id }) => user_id))
    if (!begun) return
    const values = { name: begun.username, time: roughTime((begun.drift_ms ?? 0) / -1000) }
    const text = interpolate(gettext("{name} is {time} behind, catching up"), values)
    showNotice({ key: "catching-up", text, rank: 1, lastsMs: 5000 })
  }
}

const DISABLED_WHEN_CLOSED =
  "[data-controls], [data-composer], [data-members], [data-meter], [data-invite], [data-open=settings], [data-unsent]"

/** Disable the page when the connection is closed for good. @param {HTMLElement} body @param {Room} room */
export function mountDisconnected(body, room) {
  return room.on("connection", ({ status }) => {
    if (status !== "closed") return
    room.player.show(null)
    withdrawNotice("refused")
    for (const element of body.querySelectorAll(DISABLED_WHEN_CLOSED))
      /** @type {HTMLElement} */ (element).inert = true
    for (const open of body.querySelectorAll("dialog[open]")) /** @type {HTMLDialogElement} */ (open).close()
    for (const open of body.querySelectorAll("[popover]:popover-open"))
      /** @type {HTMLElement} */ (open).hidePopover()
  })
}
