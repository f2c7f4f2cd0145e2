// @ts-check
/**
 * The tab that sounds says where it is: every second while it plays, after every change of place, when it is
 * hidden and when it is left. The others hear it and move their bars; the server finds it again after the
 * browser was closed.
 */

import { isProvisional } from "../../core/player/optimistic.js"
import { Command } from "../../core/protocol.js"
import { all } from "../lib/dom.js"
import { lastWithin } from "../lib/throttle.js"
import { every } from "../lib/timers.js"
import { tokenNow } from "../lib/csrf.js"

const EVERY_MS = 1000
const GAP_MS = 600 // the server takes two a second

/** @typedef {import("../player/session.js").Mine} Mine */

/** @param {Mine} mine */
export function mount(mine) {
  const gone = new AbortController()
  const { signal } = gone
  const tell = () => {
    const here = hereOf(mine)
    if (here) say(mine, here)
  }
  const soon = lastWithin(GAP_MS, tell)
  document.addEventListener("visibilitychange", () => document.hidden && tell(), { signal })
  addEventListener("pagehide", () => leave(mine), { signal })
  return all(
    () => gone.abort(),
    every(EVERY_MS, tell),
    mine.on("placed", () => soon(undefined)),
  )
}

/** @param {Mine} mine */
function hereOf(mine) {
  const { current, is_playing: isPlaying } = mine.state
  const { positionS, durationS } = mine.voice
  if (!mine.sound.here || !isPlaying || positionS === null || current === null || isProvisional(current))
    return null
  const length = durationS === null ? {} : { duration: durationS }
  return {
    entry_id: current,
    position: positionS,
    tab: mine.tab,
    revision: mine.store.state.revision,
    ...length,
  }
}

/**
 * @param {Mine} mine
 * @param {{entry_id: string, position: number, tab: string, revision: number, duration?: number}} here
 */
function say(mine, here) {
  mine.heardAt(here.entry_id, here.position)
  mine.say(Command.Position, here).catch(() => {}) // no line: the next one counts
  mine.voice.prepare(mine.comes)
}

/** The socket may be gone before its last word is out; this is not. @param {Mine} mine */
function leave(mine) {
  for (const command of mine.pending.persistent) mine.kept.keep(command)
  const here = hereOf(mine)
  mine.voice.drop()
  if (!here) return
  const headers = { "Content-Type": "application/json", "X-CSRFToken": tokenNow() ?? "" }
  fetch(mine.boot.position_url, {
    method: "POST",
    keepalive: true,
    credentials: "same-origin",
    headers,
    body: JSON.stringify({ ...here, leaving: true }),
  }).catch(() => {})
}
