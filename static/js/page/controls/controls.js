// @ts-check
/**
 * The control bar under the picture, the same for every source, with fullscreen and picture-in-picture. Members
 * without control see the position and can ask for control.
 */

import { disposeAll, find, setText, showVariant } from "../lib/dom.js"
import { othersMayPlay } from "../room/members.js"
import {
  mountSeekSlider,
  mountVolume,
  showPlayButton,
  showPosition,
  showRate,
} from "../ui/playback_controls.js"
import { mountMediaDialog } from "./media_dialog.js"
import { askForControl, commandsOf } from "./playback_commands.js"

const TICK_MS = 250
const HIDE_CONTROLS_MS = 2600
const PICTURE_IN_PICTURE_EVENTS = ["enterpictureinpicture", "leavepictureinpicture"]

/** Events after which the bar may look different. */
const CHANGES = [
  ...["state", "play", "pause", "seek", "set_rate", "load", "timeline", "new_host", "role_changed"],
  ...["room_changed", "player", "presence"],
]

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @param {HTMLElement} bar @param {Room} room */
export function mount(bar, room) {
  const gone = new AbortController()
  const volume = mountVolume(bar, room.player)
  let playerState = ""
  const show = () => {
    showRole(bar, room)
    showPlayback(bar, room, playerState)
  }
  const updatePlayerState = (/** @type {{state: string}} */ { state }) => {
    playerState = state
    volume.show()
  }
  listen(bar, room, gone.signal)
  const ticking = setInterval(() => showRoomPosition(bar, room), TICK_MS)
  show()
  return disposeAll(
    () => gone.abort(),
    () => clearInterval(ticking),
    volume.unmount,
    room.on("player", updatePlayerState),
    room.on("state", volume.show),
    commandsOf(room).watch(show),
    ...CHANGES.map((type) => room.on(type, show)),
    mountFullscreen(bar, room),
    mountPictureInPicture(bar, room),
    mountMediaDialog(find(document, "change"), room),
  )
}

/** @param {HTMLElement} bar @param {Room} room @param {AbortSignal} signal */
function listen(bar, room, signal) {
  const commands = commandsOf(room)
  const rate = /** @type {HTMLSelectElement} */ (find(bar, "rate"))
  find(bar, "play").addEventListener("click", () => commands.toggle(), { signal })
  find(bar, "ask").addEventListener("click", () => askForControl(room), { signal })
  rate.addEventListener("change", () => commands.setRate(Number(rate.value)), { signal })
  const seek = {
    durationS: () => commands.durationS,
    seekTo: (/** @type {number} */ positionS) => commands.seekTo(positionS),
    seekBy: (/** @type {number} */ seconds) => commands.seekBy(seconds),
  }
  mountSeekSlider(bar, seek, signal)
}

/** @param {HTMLElement} bar @param {Room} room */
function showRole(bar, room) {
  if (!room.state?.room) return
  const { allowed, governs } = commandsOf(room)
  for (const name of ["play", "seek", "speed"]) find(bar, name).hidden = !allowed
  for (const element of bar.querySelectorAll("[data-may-control]"))
    /** @type {HTMLElement} */ (element).hidden = !governs
  find(bar, "progress").hidden = allowed
  find(bar, "view-only").hidden = allowed
}

/** @param {HTMLElement} bar @param {Room} room @param {string} playerState of this page's player */
function showPlayback(bar, room, playerState) {
  const { playing, hasMedia, rate } = commandsOf(room)
  const isUnplayable = playerState === "error" && !othersMayPlay(room)
  showPlayButton(bar, playing, !hasMedia || (isUnplayable && !playing))
  showRate(bar, rate)
  showRoomRate(find(bar, "room-rate"), room)
  showRoomPosition(bar, room)
}

/** Members who cannot choose the speed see it if it is not 1. @param {HTMLElement} slot @param {Room} room */
function showRoomRate(slot, room) {
  const { allowed, rate } = commandsOf(room)
  slot.hidden = allowed || rate === 1
  setText(slot, `${rate}×`)
}

/** @param {HTMLElement} bar @param {Room} room */
function showRoomPosition(bar, room) {
  const { shownS, durationS, hasMedia } = commandsOf(room)
  showPosition(bar, hasMedia ? shownS : 0, durationS)
}

// ---------------------------------------------------------------- fullscreen

/** Fullscreen of the whole stage, which keeps the chat readable. @param {HTMLElement} bar @param {Room} room */
function mountFullscreen(bar, room) {
  const gone = new AbortController()
  const { signal } = gone
  const stage = /** @type {HTMLElement} */ (bar.closest("[data-stage]"))
  const button = find(bar, "fullscreen")
  const show = () => {
    const isFull = document.fullscreenElement === stage
    showVariant(button, isFull ? "full" : "window")
    button.setAttribute("aria-pressed", String(isFull))
  }
  button.hidden = !document.fullscreenEnabled
  button.addEventListener("click", () => toggleFullscreen(stage), { signal })
  document.addEventListener("fullscreenchange", show, { signal })
  return disposeAll(() => gone.abort(), hideWhenIdle(stage, room, signal))
}

/** @param {HTMLElement} stage */
export function toggleFullscreen(stage) {
  const toggling = document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen()
  toggling.catch(() => {}) // refused by the browser's own rules; nothing changes
}

/**
 * Hide the bar while it plays and the pointer rests.
 * @param {HTMLElement} stage @param {Room} room @param {AbortSignal} signal
 */
function hideWhenIdle(stage, room, signal) {
  let timer = 0
  const hide = () => {
    if (commandsOf(room).playing) stage.dataset.idle = ""
  }
  const hideAfter = (/** @type {number} */ ms) => {
    clearTimeout(timer)
    timer = setTimeout(hide, ms)
  }
  const show = () => {
    delete stage.dataset.idle
    hideAfter(HIDE_CONTROLS_MS)
  }
  for (const type of ["pointermove", "pointerdown", "keydown", "focusin"])
    stage.addEventListener(type, show, { signal, passive: true })
  stage.addEventListener("pointerleave", () => hideAfter(HIDE_CONTROLS_MS / 4), { signal })
  const unsubscribe = ["play", "pause", "timeline", "state"].map((type) => room.on(type, show))
  return disposeAll(() => clearTimeout(timer), ...unsubscribe)
}

// ---------------------------------------------------------------- picture-in-picture

/** The picture in its own window stays in sync while the tab is hidden. @param {HTMLElement} bar @param {Room} room */
function mountPictureInPicture(bar, room) {
  const gone = new AbortController()
  const { signal } = gone
  const button = find(bar, "pip")
  const video = /** @type {HTMLVideoElement} */ (document.querySelector("[data-stage] [data-media]"))
  const show = () => {
    button.hidden = !supportsPictureInPicture(video) || room.state?.timeline?.media?.kind !== "video"
    button.setAttribute("aria-pressed", String(document.pictureInPictureElement === video))
  }
  button.addEventListener("click", () => togglePictureInPicture(video), { signal })
  for (const type of PICTURE_IN_PICTURE_EVENTS) video.addEventListener(type, show, { signal })
  show()
  return disposeAll(() => gone.abort(), ...["state", "load", "timeline"].map((type) => room.on(type, show)))
}

/** @param {HTMLVideoElement} video */
function supportsPictureInPicture(video) {
  return (
    Boolean(document.pictureInPictureEnabled) &&
    !video.disablePictureInPicture &&
    "requestPictureInPicture" in video
  )
}

/** @param {HTMLVideoElement} video */
function togglePictureInPicture(video) {
  const isOn = document.pictureInPictureElement === video
  const toggling = isOn ? document.exitPictureInPicture() : video.requestPictureInPicture()
  toggling.catch(() => {}) // refused before there is a picture
}
