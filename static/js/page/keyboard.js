// @ts-check
/** The keys that players have everywhere. */

import { commandsOf } from "./commands.js"
import { openDialog } from "./dialogs.js"
import { mountMediaKeys } from "./media_keys.js"
import { all } from "./pieces.js"
import { toggleFullscreen } from "./screen.js"
import { setVolume, toggleMute } from "./sound.js"

const ARROW_S = 5
const LETTER_S = 10
const VOLUME_STEP = 0.1

/** @typedef {import("./room_types.js").Room} Room */

/**
 * @param {HTMLElement} body
 * @param {Room} room
 */
export function mount(body, room) {
  const gone = new AbortController()
  const keys = keysFor(room)
  body.addEventListener("keydown", event => {
    const deed = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!deed || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return
    event.preventDefault()
    deed()
  }, { signal: gone.signal })
  return all(() => gone.abort(), mountMediaKeys(room))
}

/** @param {Room} room @returns {Record<string, () => void>} */
function keysFor(room) {
  const commands = commandsOf(room)
  const { player } = room
  return {
    " ": () => commands.toggle(),
    k: () => commands.toggle(),
    ArrowLeft: () => commands.seekBy(-ARROW_S),
    ArrowRight: () => commands.seekBy(ARROW_S),
    j: () => commands.seekBy(-LETTER_S),
    l: () => commands.seekBy(LETTER_S),
    ArrowUp: () => setVolume(player, player.volume + VOLUME_STEP),
    ArrowDown: () => setVolume(player, player.volume - VOLUME_STEP),
    m: () => toggleMute(player),
    f: () => toggleFullscreen(/** @type {HTMLElement} */ (document.querySelector("[data-stage]"))),
    "?": () => openDialog("keys"),
  }
}

/** Somebody types, or the element in focus has its own use for this key. @param {KeyboardEvent} event */
function isTaken(event) {
  const at = event.target instanceof HTMLElement ? event.target : document.body
  if (document.querySelector("dialog[open]") || at.isContentEditable) return true
  if (at.matches("textarea, select, input:not([type=range], [type=checkbox], [type=radio])")) return true
  if (at.matches("button, a, summary")) return event.key === " "
  return event.key.startsWith("Arrow") && (at.matches("input[type=range]") || Boolean(at.closest("[data-scroll]")))
}
