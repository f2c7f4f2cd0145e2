// @ts-check
/** What the stage shows when it cannot show the picture: nothing chosen yet, loading, cannot play, the end of the road. */

import { mayControl } from "./authority.js"
import { commandsOf } from "./commands.js"
import { fillCovers } from "./covers.js"
import { all, piece, write } from "./pieces.js"
import { toggleFullscreen } from "./screen.js"
import { fill, gettext } from "./words.js"

const PATIENCE_MS = 400 // a shorter wait is not worth a word
const CHANGES = ["state", "load", "timeline", "new_host", "room_changed", "play", "pause"]

/** @typedef {import("./room_types.js").Room} Room */
/** @typedef {{title: string, text: string, spin?: boolean, mayChange?: boolean}} Scene */

/**
 * @param {HTMLElement} stage
 * @param {Room} room
 */
export function mount(stage, room) {
  const gone = new AbortController()
  /** @type {{player: {state: string, message?: string}, connection: {status: string, closeCode?: number}, patient: boolean}} */
  const seen = { player: { state: "empty" }, connection: { status: "connecting" }, patient: true }
  let timer = 0
  const show = () => showScene(stage, room, sceneOf(room, seen))
  const waitThenShow = () => {
    seen.patient = true
    clearTimeout(timer)
    timer = setTimeout(() => { seen.patient = false; show() }, PATIENCE_MS)
    show()
  }
  listenToPicture(piece(stage, "media").parentElement ?? stage, stage, room, gone.signal)
  waitThenShow()
  return all(
    () => gone.abort(),
    () => clearTimeout(timer),
    room.on("player", report => { const news = report.state !== seen.player.state; seen.player = report; news ? waitThenShow() : show() }),
    room.on("connection", connection => { seen.connection = connection; show() }),
    ...CHANGES.map(type => room.on(type, show)),
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
  const onPicture = (/** @type {Event} */ event) => event.target instanceof Element && Boolean(event.target.closest("[data-media], [data-sound-cover]"))
  picture.addEventListener("click", event => {
    if (!onPicture(event)) return
    room.player.unlock()
    if (/** @type {PointerEvent} */ (event).pointerType === "mouse") commandsOf(room).toggle()
  }, { signal })
  picture.addEventListener("dblclick", event => { if (onPicture(event)) toggleFullscreen(stage) }, { signal })
}

/**
 * What to say instead of a picture; null where there is one.
 * @param {Room} room
 * @param {{player: {state: string, message?: string}, connection: {status: string, closeCode?: number}, patient: boolean}} seen
 * @returns {Scene | null}
 */
function sceneOf(room, { player, connection, patient }) {
  if (connection.status === "closed") return farewell(connection.closeCode)
  if (!room.state?.room) return patient ? null : { title: gettext("Finding your seat"), text: "", spin: true }
  if (!room.state.timeline?.media) return nothingYet(room)
  if (player.state === "error") {
    return {
      title: gettext("This will not play here"),
      text: gettext("The file may be gone, or your browser does not know its format. Others may see it."),
      mayChange: mayControl(room.state),
    }
  }
  const waits = player.state === "loading" || player.state === "buffering"
  return waits && !patient ? { title: "", text: "", spin: true } : null
}

/** @param {Room} room @returns {Scene} */
function nothingYet(room) {
  if (mayControl(room.state)) return { title: gettext("The screen is yours"), text: gettext("Paste a link, or pick a sample to try it out."), mayChange: true }
  const host = room.state?.members.get(room.state.room.host_id ?? "")?.username
  const text = host ? fill(gettext("{name} will pick something in a moment."), { name: host }) : gettext("The host will pick something in a moment.")
  return { title: gettext("Nothing is playing yet"), text }
}

/** @param {number | undefined} code @returns {Scene} */
function farewell(code) {
  if (code === 4503) return { title: gettext("You were removed from this room"), text: gettext("The host decides who may stay.") }
  if (code === 4504) return { title: gettext("This room is closed"), text: gettext("Thank you for watching.") }
  if (code === 4501) return { title: gettext("You are not in this room any more"), text: gettext("Load the page again to join it.") }
  if (code === 4509) return { title: gettext("This room is open in many tabs already"), text: gettext("Close one of them, then load this page again.") }
  return { title: gettext("The connection has ended"), text: gettext("Load the page again to come back.") }
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
