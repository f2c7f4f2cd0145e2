// @ts-check
/** What the stage shows in place of the picture: no media yet, loading, an error, or the end of the visit. */

import { disposeAll, find, setText } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { stageMessageFor } from "../room/media_errors.js"
import { mayControl } from "../room/members.js"
import { fillCovers } from "../ui/artwork.js"
import { withdrawNotice } from "../ui/notices.js"
import { toggleFullscreen } from "./controls.js"
import { commandsOf, showWhoControls } from "./playback_commands.js"

const DOUBLE_CLICK_MS = 250 // a second press by then is a double-click, which is for the screen only
const CLOSE_REASON_MS = 3000 // an error this shortly before the end is its reason
const SPINNER_AFTER_MS = 400 // a shorter wait is not worth a word
const SLOW_MS = 4000 // a longer one is
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
 * @typedef {{title: string, text: string, spin?: boolean, mayChange?: boolean, mayRetry?: boolean, over?:
 *   boolean}} StageMessage
 */
/**
 * @typedef {{player: {state: string, trouble?: import("../media/status_report.js").MediaProblem | null},
 *   connection: {status: string, closeCode?: number}, patient: boolean, slow: boolean, lastWord: string,
 *   lastWordMs: number}} StageState
 */

/**
 * @param {HTMLElement} stage
 * @param {Room} room
 */
export function mount(stage, room) {
  const gone = new AbortController()
  /** @type {StageState} */
  const seen = {
    player: { state: "empty" },
    connection: { status: "connecting" },
    patient: true,
    slow: false,
    lastWord: "",
    lastWordMs: 0,
  }
  let timer = 0
  let slowTimer = 0
  const show = () => showMessage(stage, room, stageMessage(room, seen))
  const waitThenShow = () => {
    seen.patient = true
    seen.slow = false
    clearTimeout(timer)
    clearTimeout(slowTimer)
    slowTimer = setTimeout(() => {
      seen.slow = true
      show()
    }, SLOW_MS)
    timer = setTimeout(() => {
      seen.patient = false
      show()
    }, SPINNER_AFTER_MS)
    show()
  }
  listenToClicks(find(stage, "media").parentElement ?? stage, stage, room, gone.signal)
  find(stage, "between-retry").addEventListener("click", () => room.player.retry(), { signal: gone.signal })
  waitThenShow()
  return disposeAll(
    () => gone.abort(),
    () => clearTimeout(timer),
    () => clearTimeout(slowTimer),
    room.on("player", (report) => {
      const news = report.state !== seen.player.state
      seen.player = report
      news ? waitThenShow() : show()
    }),
    room.on("error", ({ payload }) => {
      if (!payload.event_id) Object.assign(seen, { lastWord: payload.message, lastWordMs: performance.now() })
    }),
    room.on("connection", (connection) => {
      if (performance.now() - seen.lastWordMs > CLOSE_REASON_MS) seen.lastWord = ""
      seen.connection = connection
      show()
    }),
    ...CHANGES.map((type) => room.on(type, show)),
  )
}

/**
 * A mouse's press on the picture plays or pauses, as everywhere; a finger's only wakes the bar.
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
 * What to say instead of a picture; null where there is one.
 * @param {Room} room
 * @param {StageState} seen
 * @returns {StageMessage | null}
 */
function stageMessage(room, { player, connection, patient, slow, lastWord }) {
  if (connection.status === "closed") return { ...closedMessage(connection.closeCode, lastWord), over: true }
  if (!room.state?.room) return patient ? null : { title: gettext("Joining the room"), text: "", spin: true }
  if (!room.state.timeline?.media) return noMediaMessage(room)
  const trouble = player.trouble && stageMessageFor(room, player.trouble)
  if (trouble) return { ...trouble, mayChange: mayControl(room.state) }
  const waits = player.state === "loading" || player.state === "buffering"
  return waits && !patient
    ? { title: "", text: slow ? gettext("The media server is slow to respond.") : "", spin: true }
    : null
}

/** @param {Room} room @returns {StageMessage} */
function noMediaMessage(room) {
  if (mayControl(room.state))
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
 * @param {string} lastWord what the server said before it closed
 * @returns {StageMessage}
 */
function closedMessage(code, lastWord) {
  if (code === 4503)
    return {
      title: gettext("You were removed from this room"),
      text: lastWord || gettext("The host decides who may stay."),
    }
  if (code === 4504)
    return { title: gettext("This room is closed"), text: gettext("Thank you for watching.") }
  if (code === 4501)
    return {
      title: gettext("You are no longer in this room"),
      text: lastWord || gettext("Reload the page to join."),
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
 * @param {StageMessage | null} scene
 */
function showMessage(stage, room, scene) {
  const between = find(stage, "between")
  between.hidden = !scene
  between.dataset.kind = scene?.title ? "words" : "wait"
  find(stage, "spinner").hidden = !scene?.spin
  find(stage, "between-change").hidden = !scene?.mayChange
  find(stage, "between-retry").hidden = !scene?.mayRetry
  find(stage, "between-out").hidden = !scene?.over
  setText(find(stage, "between-title"), scene?.title ?? "")
  setText(find(stage, "between-text"), scene?.text ?? "")
  showAudioCover(stage, room)
}

/** Sound without a picture gets one. @param {HTMLElement} stage @param {Room} room */
function showAudioCover(stage, room) {
  const media = room.state?.timeline?.media
  const record = media?.kind === "audio"
  const cover = find(stage, "sound-cover")
  const title = find(stage, "sound-title")
  cover.hidden = title.hidden = !record
  if (!record || !media || cover.dataset.cover === media.url) return
  cover.dataset.cover = media.url
  cover.replaceChildren()
  fillCovers(stage)
  setText(title, media.title)
}

const DISABLED_WHEN_CLOSED =
  "[data-controls], [data-composer], [data-members], [data-meter], [data-invite], [data-open=settings], [data-unsent]"

/** @param {HTMLElement} body @param {import("../room/session.js").RoomSession} room */
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
