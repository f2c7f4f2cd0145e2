// @ts-check
/**
 * The player's keyboard shortcuts and media keys. Lock screens show the current track, cover included, of the tab
 * with the audio focus.
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

const COVER_SIZES = "512x512"

/** @typedef {import("./session.js").PlayerSession} PlayerSession */
/** @typedef {import("./commands.js").Commands} Commands */
/** @typedef {import("../ui/playback_controls.js").VolumeControl} VolumeControl */

/**
 * @param {HTMLElement} body @param {PlayerSession} player @param {Commands} commands @param {VolumeControl} volume
 */
export function mount(body, player, commands, volume) {
  const actions = shortcutActions(commands, volume)
  const actionFor = (/** @type {KeyboardEvent} */ event) => {
    if (event.altKey) return undefined
    return event.ctrlKey || event.metaKey ? undoAction(event, commands) : actions[keyName(event)]
  }
  const mediaSession = mountMediaSession(mediaActions(commands), (session) => describe(session, player))
  return disposeAll(
    mountShortcuts(body, actionFor),
    mediaSession.unmount,
    ...["state", "sound", "moved"].map((type) => player.on(type, mediaSession.update)),
  )
}

/** @param {Commands} commands @param {VolumeControl} volume @returns {Record<string, () => void>} */
function shortcutActions(commands, volume) {
  return {
    " ": () => commands.toggle(),
    k: () => commands.toggle(),
    ArrowLeft: () => commands.seekBy(-SMALL_STEP_S),
    ArrowRight: () => commands.seekBy(SMALL_STEP_S),
    j: () => commands.seekBy(-LARGE_STEP_S),
    l: () => commands.seekBy(LARGE_STEP_S),
    n: () => commands.next(),
    p: () => commands.previous(),
    m: () => toggleMute(volume),
    "+": () => changeVolume(volume, VOLUME_STEP),
    "-": () => changeVolume(volume, -VOLUME_STEP),
    "/": () => /** @type {HTMLElement | null} */ (document.querySelector("[data-search]"))?.focus(),
    "?": () => openDialog("keys"),
  }
}

/** @param {KeyboardEvent} event @param {Commands} commands @returns {(() => void) | undefined} */
function undoAction({ key, shiftKey }, commands) {
  if (key.toLowerCase() === "z") return () => (shiftKey ? commands.redo() : commands.undo())
  return key.toLowerCase() === "y" ? () => commands.redo() : undefined
}

/** @param {Commands} commands @returns {[MediaSessionAction, MediaSessionActionHandler][]} */
function mediaActions(commands) {
  const play = () => {
    if (!commands.playing) commands.resume()
  }
  const pause = () => {
    if (commands.playing) commands.pause()
  }
  return [
    ["play", play],
    ["pause", pause],
    ["stop", pause],
    ["nexttrack", () => commands.next()],
    ["previoustrack", () => commands.previous()],
    ...seekActions(commands),
  ]
}

/** @param {MediaSession} session @param {PlayerSession} player */
function describe(session, player) {
  const { item, durationS } = player
  if (!player.sound.here || !item) {
    session.metadata = null
    session.playbackState = "none"
    return
  }
  session.playbackState = player.state.is_playing ? "playing" : "paused"
  setMetadata(session, metadataOf(item))
  if (!durationS || !session.setPositionState) return
  const position = Math.min(player.positionS(), durationS)
  session.setPositionState({ duration: durationS, position, playbackRate: player.state.rate })
}

/** @param {import("../../core/protocol.js").Item} item @returns {MediaMetadataInit} */
function metadataOf({ title, artist, album, cover }) {
  const artwork = cover ? [{ src: new URL(cover, location.href).href, sizes: COVER_SIZES }] : []
  return { title, artist, album, artwork }
}
