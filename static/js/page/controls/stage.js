// @ts-check
/**
 * What the stage shows when it cannot show the picture: nothing chosen yet, loading, cannot play, the end of
 * the road.
 */

import { mayControl } from "../room/permissions.js"
import { commandsOf } from "./playback_commands.js"
import { fillCovers } from "../ui/placeholder_art.js"
import { wordsInPlace } from "../media/media_errors.js"
import { all, piece, write } from "../lib/dom.js"
import { toggleFullscreen } from "./fullscreen.js"
import { sayWhoControls } from "./ask_control.js"
import { fill, gettext } from "../lib/i18n.js"

const DOUBLE_MS = 250 // a second press by then is a double-click, which is for the screen only
const LAST_WORD_MS = 3000 // an error this shortly before the end is its reason
const PATIENCE_MS = 400 // a shorter wait is not worth a word
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

/** @typedef {import("../room/types.js").Room} Room */
/**
 * @typedef {{title: string, text: string, spin?: boolean, mayChange?: boolean, mayRetry?: boolean, over?:
 *   boolean}} Scene
 */
/**
 * @typedef {{player: {state: string, trouble?: import("../media/media_errors.js").Trouble | null},
 *   connection: {status: string, closeCode?: number}, patient: boolean, slow: boolean, lastWord: string,
 *   lastWordMs: number}} Seen
 */

/**
 * @param {HTMLElement} stage
 * @param {Room} room
 */
export function mount(stage, room) {
  const gone = new AbortController()
  /** @type {Seen} */
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
  const show = () => showScene(stage, room, sceneOf(room, seen))
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
    }, PATIENCE_MS)
    show()
  }
  listenToPicture(piece(stage, "media").parentElement ?? stage, stage, room, gone.signal)
  piece(stage, "between-retry").addEventListener("click", () => room.player.retry(), { signal: gone.signal })
  waitThenShow()
  return all(
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
      if (performance.now() - seen.lastWordMs > LAST_WORD_MS) seen.lastWord = ""
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
function listenToPicture(picture, stage, room, signal) {
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
      if (pointerType === "mouse" && detail === 1) timer = setTimeout(() => press(room), DOUBLE_MS)
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
function press(room) {
  if (commandsOf(room).allowed) commandsOf(room).toggle()
  else sayWhoControls(room)
}

/**
 * What to say instead of a picture; null where there is one.
 * @param {Room} room
 * @param {Seen} seen
 * @returns {Scene | null}
 */
function sceneOf(room, { player, connection, patient, slow, lastWord }) {
  if (connection.status === "closed") return { ...farewell(connection.closeCode, lastWord), over: true }
  if (!room.state?.room) return patient ? null : { title: gettext("Joining the room"), text: "", spin: true }
  if (!room.state.timeline?.media) return nothingYet(room)
  const trouble = player.trouble && wordsInPlace(room, player.trouble)
  if (trouble) return { ...trouble, mayChange: mayControl(room.state) }
  const waits = player.state === "loading" || player.state === "buffering"
  return waits && !patient
    ? { title: "", text: slow ? gettext("The media server is slow to respond.") : "", spin: true }
    : null
}

/** @param {Room} room @returns {Scene} */
function nothingYet(room) {
  if (mayControl(room.state))
    return {
      title: gettext("The screen is yours"),
      text: gettext("Paste a link, or pick a sample to try it out."),
      mayChange: true,
    }
  const host = room.state?.members.get(room.state.room.host_id ?? "")?.username
  const text = host
    ? fill(gettext("{name} will pick something in a moment."), { name: host })
    : gettext("The host will pick something in a moment.")
  return { title: gettext("Nothing is playing yet"), text }
}

/**
 * @param {number | undefined} code
 * @param {string} lastWord what the server said before it closed
 * @returns {Scene}
 */
function farewell(code, lastWord) {
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
 * @param {Scene | null} scene
 */
function showScene(stage, room, scene) {
  const between = piece(stage, "between")
  between.hidden = !scene
  between.dataset.kind = scene?.title ? "words" : "wait"
  piece(stage, "spinner").hidden = !scene?.spin
  piece(stage, "between-change").hidden = !scene?.mayChange
  piece(stage, "between-retry").hidden = !scene?.mayRetry
  piece(stage, "between-out").hidden = !scene?.over
  write(piece(stage, "between-title"), scene?.title ?? "")
  write(piece(stage, "between-text"), scene?.text ?? "")
  showRecord(stage, room)
}

/** Sound without a picture gets one. @param {HTMLElement} stage @param {Room} room */
function showRecord(stage, room) {
  const media = room.state?.timeline?.media
  const record = media?.kind === "audio"
  const cover = piece(stage, "sound-cover")
  const title = piece(stage, "sound-title")
  cover.hidden = title.hidden = !record
  if (!record || !media || cover.dataset.cover === media.url) return
  cover.dataset.cover = media.url
  cover.replaceChildren()
  fillCovers(stage)
  write(title, media.title)
}
