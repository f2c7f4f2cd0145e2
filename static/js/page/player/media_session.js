// @ts-check
/**
 * The keys of keyboards, headsets and lock screens, and what those show: of the tab that sounds, cover and
 * all.
 */

import { all } from "../lib/dom.js"

const STEP_S = 10 // where the key does not say how far
const COVER_SIZES = "512x512"

/** @typedef {import("./session.js").Mine} Mine */
/** @typedef {import("./commands.js").Commands} Commands */

/** @param {Mine} mine @param {Commands} commands */
export function mount(mine, commands) {
  const session = navigator.mediaSession
  if (!session) return () => {}
  const deeds = deedsFor(commands)
  for (const [action, deed] of deeds) set(session, action, deed)
  const show = () => describe(session, mine)
  return all(...["state", "sound", "moved"].map((type) => mine.on(type, show)), () =>
    deeds.forEach(([action]) => set(session, action, null)),
  )
}

/** @param {Commands} commands @returns {[MediaSessionAction, MediaSessionActionHandler][]} */
function deedsFor(commands) {
  return [
    [
      "play",
      () => {
        if (!commands.playing) commands.resume()
      },
    ],
    [
      "pause",
      () => {
        if (commands.playing) commands.pause()
      },
    ],
    [
      "stop",
      () => {
        if (commands.playing) commands.pause()
      },
    ],
    ["nexttrack", () => commands.next()],
    ["previoustrack", () => commands.previous()],
    [
      "seekto",
      ({ seekTime }) => {
        if (typeof seekTime === "number") commands.seekTo(seekTime)
      },
    ],
    ["seekbackward", ({ seekOffset }) => commands.seekBy(-(seekOffset ?? STEP_S))],
    ["seekforward", ({ seekOffset }) => commands.seekBy(seekOffset ?? STEP_S)],
  ]
}

/**
 * @param {MediaSession} session
 * @param {MediaSessionAction} action
 * @param {MediaSessionActionHandler | null} deed
 */
function set(session, action, deed) {
  try {
    session.setActionHandler(action, deed)
  } catch {
    // This browser has no such key.
  }
}

/** @param {MediaSession} session @param {Mine} mine */
function describe(session, mine) {
  const { item } = mine
  if (!mine.sound.here || !item) {
    session.metadata = null
    session.playbackState = "none"
    return
  }
  session.playbackState = mine.state.is_playing ? "playing" : "paused"
  if (session.metadata?.title !== item.title || session.metadata.artist !== item.artist)
    session.metadata = new MediaMetadata(about(item))
  place(session, mine)
}

/** @param {import("../../core/protocol.js").Item} item @returns {MediaMetadataInit} */
function about({ title, artist, album, cover }) {
  return {
    title,
    artist,
    album,
    artwork: cover ? [{ src: new URL(cover, location.href).href, sizes: COVER_SIZES }] : [],
  }
}

/** @param {MediaSession} session @param {Mine} mine */
function place(session, mine) {
  const duration = mine.durationS
  if (!duration || !session.setPositionState) return
  session.setPositionState({
    duration,
    position: Math.min(mine.positionS(), duration),
    playbackRate: mine.state.rate,
  })
}
