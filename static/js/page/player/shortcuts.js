// @ts-check
/** The keys that players have everywhere, where nothing else has a use for them. */

import { openDialog } from "../ui/dialogs.js"
import { changeVolume, toggleMute } from "../ui/volume.js"

const ARROW_S = 5
const LETTER_S = 10
const VOLUME_STEP = 0.1

/** @typedef {import("./commands.js").Commands} Commands */

/**
 * @param {HTMLElement} body
 * @param {Commands} commands
 * @param {import("../player_audio/volume_state.js").VolumeState} loudness
 */
export function mount(body, commands, loudness) {
  const gone = new AbortController()
  const { signal } = gone
  const keys = keysFor(commands, loudness)
  // has the focus because a hand pressed it: Space is not meant for it
  let pressed = /** @type {Element | null} */ (null)
  body.addEventListener(
    "pointerdown",
    ({ target }) => {
      pressed = target instanceof Element ? target.closest("button, a, summary") : null
    },
    { signal, capture: true },
  )
  body.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Tab") pressed = null
      const deed =
        revert(event, commands) ?? keys[event.key.length === 1 ? event.key.toLowerCase() : event.key]
      if (!deed || event.defaultPrevented || event.altKey || isTaken(event, pressed)) return
      event.preventDefault()
      deed()
    },
    { signal },
  )
  body.addEventListener(
    "keyup",
    (event) => {
      if (event.key === " " && pressed && event.target === pressed) event.preventDefault()
    },
    { signal },
  )
  return () => gone.abort()
}

/**
 * @param {Commands} commands
 * @param {import("../player_audio/volume_state.js").VolumeState} loudness
 * @returns {Record<string, () => void>}
 */
function keysFor(commands, loudness) {
  const player = /** @type {any} */ (loudness)
  return {
    " ": () => commands.toggle(),
    k: () => commands.toggle(),
    ArrowLeft: () => commands.seekBy(-ARROW_S),
    ArrowRight: () => commands.seekBy(ARROW_S),
    j: () => commands.seekBy(-LETTER_S),
    l: () => commands.seekBy(LETTER_S),
    n: () => commands.next(),
    p: () => commands.previous(),
    m: () => toggleMute(player),
    "+": () => changeVolume(player, VOLUME_STEP),
    "-": () => changeVolume(player, -VOLUME_STEP),
    "/": () => /** @type {HTMLElement | null} */ (document.querySelector("[data-search]"))?.focus(),
    "?": () => openDialog("keys"),
  }
}

/** @param {KeyboardEvent} event @param {Commands} commands @returns {(() => void) | null | undefined} */
function revert({ key, ctrlKey, metaKey, shiftKey }, commands) {
  if (!ctrlKey && !metaKey) return undefined
  if (key.toLowerCase() === "z") return () => (shiftKey ? commands.redo() : commands.undo())
  return key.toLowerCase() === "y" ? () => commands.redo() : null
}

/**
 * Somebody types, or the element in focus has its own use for this key.
 * @param {KeyboardEvent} event
 * @param {Element | null} pressed
 */
function isTaken(event, pressed) {
  const at = event.target instanceof HTMLElement ? event.target : document.body
  if (document.querySelector("dialog[open]") || at.isContentEditable) return true
  if (at.matches("textarea, select, input:not([type=range])")) return true
  if (at.matches("button, a, summary")) return event.key === " " && at !== pressed
  return event.key.startsWith("Arrow") && at.matches("input[type=range]")
}
