// @ts-check
/** What a room's page does on phones and tablets. Loaded where there is a touch screen, once the room is open. */

import { WakeLock } from "../../core/touch/wake_lock.js"
import { commandsOf } from "../controls/playback_commands.js"
import { loadStyle } from "../lib/dom.js"
import { mountDoubleTap } from "./double_tap.js"
import { mountKeyboard } from "./keyboard.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

const PLAYBACK_CHANGES = ["state", "play", "pause", "load", "timeline", "player"]

/** @param {HTMLElement} stage @param {Room} room */
export function mount(stage, room) {
  loadStyle(stage.dataset.touchStyle)
  mountDoubleTap(stage, room)
  mountKeyboard(document.body)
  if (navigator.wakeLock) mountWakeLock(room)
}

/** The screen stays on while a film plays. @param {Room} room */
function mountWakeLock(room) {
  const lock = new WakeLock(() => navigator.wakeLock.request("screen"))
  const update = () => {
    const plays = commandsOf(room).playing && room.state.timeline?.media?.kind === "video"
    void lock.want(plays && document.visibilityState === "visible")
  }
  document.addEventListener("visibilitychange", update)
  for (const type of PLAYBACK_CHANGES) room.on(type, update)
  commandsOf(room).watch(update)
  update()
}
