// @ts-check
/**
 * The keys on keyboards, headsets and lock screens that browsers pass on. They go the way of the buttons: a
 * command from whoever controls, and nothing at all from anyone else, whose player follows.
 */

import { commandsOf } from "./playback_commands.js"
import { all } from "../lib/dom.js"

const STEP_S = 10 // where the key does not say how far
const CHANGES = ["state", "load", "timeline", "room_changed", "player", "play", "pause"]

/** @typedef {import("../room/types.js").Room} Room */

/** @param {Room} room */
export function mountMediaKeys(room) {
  const session = navigator.mediaSession
  if (!session) return () => {}
  const deeds = deedsFor(room)
  for (const [action, deed] of deeds) set(session, action, deed)
  const show = () => describe(session, room)
  show()
  return all(...CHANGES.map((type) => room.on(type, show)), () =>
    deeds.forEach(([action]) => set(session, action, null)),
  )
}

/** @param {Room} room @returns {[MediaSessionAction, MediaSessionActionHandler][]} */
function deedsFor(room) {
  const commands = commandsOf(room)
  return [
    [
      "play",
      () => {
        room.player.unlock()
        if (!commands.playing) commands.toggle()
      },
    ],
    [
      "pause",
      () => {
        if (commands.playing) commands.toggle()
      },
    ],
    [
      "seekto",
      ({ seekTime }) => {
        if (seekTime !== undefined && seekTime !== null) commands.seekTo(seekTime)
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

/** What lock screens and headsets show. @param {MediaSession} session @param {Room} room */
function describe(session, room) {
  const { room: facts, timeline } = room.state ?? {}
  const media = timeline?.media
  session.playbackState = !media ? "none" : commandsOf(room).playing ? "playing" : "paused"
  const title = media?.title ?? ""
  const artist = facts?.title ?? ""
  if (!media) session.metadata = null
  else if (session.metadata?.title !== title || session.metadata.artist !== artist)
    session.metadata = new MediaMetadata({ title, artist })
}
