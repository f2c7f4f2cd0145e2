// @ts-check
/**
 * The room's keyboard shortcuts and media keys. They send the same commands as the buttons; media keys of members
 * without control do nothing, because their player follows the room.
 */

import { disposeAll, openDialog } from "../lib/dom.js"
import {
  changeVolume,
  keyName,
  LARGE_STEP_S,
  mountMediaSession,
  mountShortcuts,
  seekActions,
  setMetadata,
  SMALL_STEP_S,
  toggleMute,
  VOLUME_STEP,
} from "../ui/playback_controls.js"
import { toggleFullscreen } from "./controls.js"
import { commandsOf, showWhoControls } from "./playback_commands.js"

const MEDIA_SESSION_CHANGES = ["state", "load", "timeline", "room_changed", "player", "play", "pause"]

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @param {HTMLElement} body @param {Room} room */
export function mount(body, room) {
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
    c: () => /** @type {HTMLElement | null} */ (document.querySelector("[data-draft]"))?.focus(),
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
  const { room: facts, timeline } = room.state ?? {}
  const media = timeline?.media
  session.playbackState = !media ? "none" : commandsOf(room).playing ? "playing" : "paused"
  if (media) setMetadata(session, { title: media.title ?? "", artist: facts?.title ?? "" })
  else session.metadata = null
}
