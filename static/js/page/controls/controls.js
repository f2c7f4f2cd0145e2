// @ts-check
/**
 * The control bar under the picture, the same for every source, with fullscreen, picture-in-picture, keyboard
 * shortcuts and media keys. All of them send the same commands. Members without control see the position and can ask
 * for control; their media keys do nothing, because their player follows the room.
 */

import { disposeAll, find, openDialog, setText, showVariant } from "../lib/dom.js"
import { MEMBER_CHANGES, othersMayPlay } from "../room/members.js"
import {
  changeVolume,
  keyName,
  LARGE_STEP_S,
  mountMediaSession,
  mountSeekSlider,
  mountShortcuts,
  mountVolume,
  seekActions,
  setMetadata,
  showPlayButton,
  showPosition,
  showRate,
  SMALL_STEP_S,
  toggleMute,
  VOLUME_STEP,
} from "../ui/playback_controls.js"
import { mountMediaDialog } from "./media_dialog.js"
import { askForControl, commandsOf, showWhoControls } from "./playback_commands.js"

const TICK_MS = 250
const HIDE_CONTROLS_MS = 2600
const PICTURE_IN_PICTURE_EVENTS = ["enterpictureinpicture", "leavepictureinpicture"]

/** Events after which the bar may look different. */
const CHANGES = [...["play", "pause", "seek", "set_rate", "load", "timeline", "player"], ...MEMBER_CHANGES]

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @param {HTMLElement} bar @param {Room} room */
export function mount(bar, room) {
  const controller = new AbortController()
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
  listen(bar, room, controller.signal)
  const ticking = setInterval(() => showRoomPosition(bar, room), TICK_MS)
  show()
  return disposeAll(
    () => controller.abort(),
    () => clearInterval(ticking),
    volume.unmount,
    room.on("player", updatePlayerState),
    room.on("state", volume.show),
    commandsOf(room).watch(show),
    mountTracks(bar, room),
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
  const { allowed } = commandsOf(room)
  for (const name of ["play", "seek", "speed"]) find(bar, name).hidden = !allowed
  find(bar, "progress").hidden = allowed
  find(bar, "view-only").hidden = allowed
}

/**
 * The menus of media that offer a choice; they are loaded with the first of these.
 * @param {HTMLElement} bar @param {Room} room
 */
function mountTracks(bar, room) {
  /** @type {Promise<(source: import("../media/media_element.js").Source | null) => void> | null} */
  let menus = null
  let shownUrl = /** @type {string | null} */ (null)
  return room.on("tracks", (source) => {
    const { url } = room.player
    if (!source && url && url === shownUrl) return // opened again at once: the menu keeps the focus
    shownUrl = url
    if (source && offersChoice(source))
      menus ??= import("./track_menus.js").then(({ mountTrackMenus }) => mountTrackMenus(bar))
    menus?.then((show) => show(room.player.sources.source)).catch(console.error)
  })
}

/** @param {import("../media/media_element.js").Source} source */
function offersChoice({ audioTracks, qualities, soundOnly }) {
  return audioTracks.length > 1 || qualities.length > 1 || typeof soundOnly === "boolean"
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

/**
 * Fullscreen of the whole stage, over which the chat is shown. Where browsers have none, the stage fills the window.
 * @param {HTMLElement} bar @param {Room} room
 */
function mountFullscreen(bar, room) {
  const controller = new AbortController()
  const { signal } = controller
  const stage = /** @type {HTMLElement} */ (bar.closest("[data-stage]"))
  const button = find(bar, "fullscreen")
  const show = () => {
    const isFull = document.fullscreenEnabled ? document.fullscreenElement === stage : "full" in stage.dataset
    stage.toggleAttribute("data-full", isFull)
    find(bar, "write").hidden = !isFull
    showVariant(button, isFull ? "full" : "window")
    button.setAttribute("aria-pressed", String(isFull))
    room.emit("fullscreen", { isFull })
  }
  const leaveWindow = (/** @type {KeyboardEvent} */ { key, defaultPrevented }) => {
    if (key === "Escape" && !defaultPrevented && !document.fullscreenEnabled) fillWindow(stage, false)
  }
  button.addEventListener("click", () => toggleFullscreen(stage), { signal })
  document.addEventListener("fullscreenchange", show, { signal })
  document.addEventListener("keydown", leaveWindow, { signal })
  return disposeAll(() => controller.abort(), hideWhenIdle(stage, room, signal))
}

/** @param {HTMLElement} stage */
export function toggleFullscreen(stage) {
  if (!document.fullscreenEnabled) return fillWindow(stage, !("full" in stage.dataset))
  const toggling = document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen()
  toggling.catch(() => {}) // the browser refused; nothing changes
}

/** On an iPhone only a video can be in fullscreen, without the chat. @param {HTMLElement} stage @param {boolean} on */
function fillWindow(stage, on) {
  if (on === "full" in stage.dataset) return
  stage.toggleAttribute("data-full", on)
  stage.dispatchEvent(new Event("fullscreenchange", { bubbles: true }))
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

/** Video in picture-in-picture stays in sync while the tab is hidden. @param {HTMLElement} bar @param {Room} room */
function mountPictureInPicture(bar, room) {
  const controller = new AbortController()
  const { signal } = controller
  const button = find(bar, "pip")
  const video = /** @type {HTMLVideoElement} */ (document.querySelector("[data-stage] [data-media]"))
  const show = () => {
    button.hidden = !supportsPictureInPicture(video) || room.state?.timeline?.media?.kind !== "video"
    const isOn = document.pictureInPictureElement === video || video.ownerDocument !== document
    button.setAttribute("aria-pressed", String(isOn))
  }
  button.addEventListener("click", () => togglePictureInPicture(video), { signal })
  for (const type of PICTURE_IN_PICTURE_EVENTS) video.addEventListener(type, show, { signal })
  show()
  return disposeAll(
    () => controller.abort(),
    ...["state", "load", "timeline"].map((type) => room.on(type, show)),
  )
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
  toggling.catch(() => {}) // browsers refuse before there is a picture
}

const MEDIA_SESSION_CHANGES = ["state", "load", "timeline", "room_changed", "player", "play", "pause"]

/** @param {HTMLElement} body @param {Room} room */
export function mountControlShortcuts(body, room) {
  const actions = shortcutActions(room)
  const actionFor = (/** @type {KeyboardEvent} */ event) =>
    event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[keyName(event)]
  const isOff = () => body.dataset.socket === "closed"
  const mediaSession = mountMediaSession(mediaActions(room), (session) => describe(session, room))
  mediaSession.update()
  return disposeAll(
    mountShortcuts(body, actionFor, isOff),
    mediaSession.unmount,
    ...MEDIA_SESSION_CHANGES.map((type) => room.on(type, mediaSession.update)),
  )
}

/** @param {Room} room @returns {Record<string, () => void>} */
function shortcutActions(room) {
  const commands = commandsOf(room)
  const { player } = room
  const ifAllowed = (/** @type {() => void} */ action) => () =>
    commands.allowed ? action() : showWhoControls(room)
  const seekToShare = (/** @type {number} */ share) =>
    ifAllowed(() => {
      if (commands.durationS) commands.seekTo(commands.durationS * share)
    })
  const digits = Array.from({ length: 10 }, (_, tenth) => [String(tenth), seekToShare(tenth / 10)])
  return {
    ...Object.fromEntries(digits),
    Home: seekToShare(0),
    End: seekToShare(1),
    " ": ifAllowed(() => commands.toggle()),
    k: ifAllowed(() => commands.toggle()),
    ArrowLeft: ifAllowed(() => commands.seekBy(-SMALL_STEP_S)),
    ArrowRight: ifAllowed(() => commands.seekBy(SMALL_STEP_S)),
    j: ifAllowed(() => commands.seekBy(-LARGE_STEP_S)),
    l: ifAllowed(() => commands.seekBy(LARGE_STEP_S)),
    c: () => room.emit("toggle_captions"),
    t: () => {
      find(document, 'tab="chat"').click()
      find(document, "draft").focus()
    },
    ArrowUp: () => changeVolume(player, VOLUME_STEP),
    ArrowDown: () => changeVolume(player, -VOLUME_STEP),
    m: () => toggleMute(player),
    f: () => toggleFullscreen(/** @type {HTMLElement} */ (document.querySelector("[data-stage]"))),
    "?": () => openDialog("keys"),
  }
}

/** @param {Room} room @returns {[MediaSessionAction, MediaSessionActionHandler][]} */
function mediaActions(room) {
  const commands = commandsOf(room)
  const play = () => {
    room.player.unlock()
    if (!commands.playing) commands.toggle()
  }
  const pause = () => {
    if (commands.playing) commands.toggle()
  }
  return [["play", play], ["pause", pause], ...seekActions(commands)]
}

/** @param {MediaSession} session @param {Room} room */
function describe(session, room) {
  const { room: settings, timeline } = room.state ?? {}
  const media = timeline?.media
  session.playbackState = !media ? "none" : commandsOf(room).playing ? "playing" : "paused"
  if (media) setMetadata(session, { title: media.title ?? "", artist: settings?.title ?? "" })
  else session.metadata = null
}
