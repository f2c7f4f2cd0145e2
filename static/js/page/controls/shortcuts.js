// @ts-check
/** The keys that players have everywhere. */

import { commandsOf } from "./playback_commands.js"
import { openDialog } from "../ui/dialogs.js"
import { mountMediaKeys } from "./media_session.js"
import { all } from "../lib/dom.js"
import { toggleFullscreen } from "./fullscreen.js"
import { changeVolume, toggleMute } from "../ui/volume.js"
import { sayWhoControls } from "./ask_control.js"

const ARROW_S = 5
const LETTER_S = 10
const VOLUME_STEP = 0.1
const MOVES = /^(Arrow|Home$|End$)/ // of sliders, and of the log

/** @typedef {import("../room/types.js").Room} Room */

/**
 * @param {HTMLElement} body
 * @param {Room} room
 */
export function mount(body, room) {
  const gone = new AbortController()
  const keys = keysFor(room)
  const { signal } = gone
  const pressed = pressedByHand(body, signal)
  let spaceIsOurs = false
  body.addEventListener(
    "keydown",
    (event) => {
      const deed = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key]
      if (
        !deed ||
        event.defaultPrevented ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        isTaken(event, pressed())
      )
        return
      event.preventDefault()
      spaceIsOurs = event.key === " "
      deed()
    },
    { signal },
  )
  // A button in focus is pressed when Space comes up again.
  body.addEventListener(
    "keyup",
    (event) => {
      if (event.key === " " && spaceIsOurs) event.preventDefault()
      if (event.key === " ") spaceIsOurs = false
    },
    { signal },
  )
  return all(() => gone.abort(), mountMediaKeys(room))
}

/**
 * The button that has the focus because a mouse or a finger pressed it: nobody who then presses Space means
 * it.
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function pressedByHand(body, signal) {
  /** @type {Element | null} */
  let pressed = null
  body.addEventListener(
    "pointerdown",
    (event) => {
      pressed = event.target instanceof Element ? event.target.closest("button, a, summary") : null
    },
    { signal, capture: true },
  )
  body.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Tab") pressed = null
    },
    { signal, capture: true },
  )
  return () => pressed
}

/** @param {Room} room @returns {Record<string, () => void>} */
function keysFor(room) {
  const commands = commandsOf(room)
  const { player } = room
  const governed = (/** @type {() => void} */ deed) => () =>
    commands.allowed ? deed() : sayWhoControls(room)
  const toShare = (/** @type {number} */ share) =>
    governed(() => {
      if (commands.durationS) commands.seekTo(commands.durationS * share)
    })
  return {
    ...Object.fromEntries(Array.from({ length: 10 }, (_, tenth) => [String(tenth), toShare(tenth / 10)])),
    Home: toShare(0),
    End: toShare(1),
    " ": governed(() => commands.toggle()),
    k: governed(() => commands.toggle()),
    ArrowLeft: governed(() => commands.seekBy(-ARROW_S)),
    ArrowRight: governed(() => commands.seekBy(ARROW_S)),
    j: governed(() => commands.seekBy(-LETTER_S)),
    l: governed(() => commands.seekBy(LETTER_S)),
    c: () => /** @type {HTMLElement | null} */ (document.querySelector("[data-draft]"))?.focus(),
    ArrowUp: () => changeVolume(player, VOLUME_STEP),
    ArrowDown: () => changeVolume(player, -VOLUME_STEP),
    m: () => toggleMute(player),
    f: () => toggleFullscreen(/** @type {HTMLElement} */ (document.querySelector("[data-stage]"))),
    "?": () => openDialog("keys"),
  }
}

/**
 * Somebody types, or the element in focus has its own use for this key.
 * @param {KeyboardEvent} event
 * @param {Element | null} pressed by hand
 */
function isTaken(event, pressed) {
  const at = event.target instanceof HTMLElement ? event.target : document.body
  if (
    document.body.dataset.socket === "closed" ||
    document.querySelector("dialog[open]") ||
    at.isContentEditable
  )
    return true
  if (at.matches("textarea, select, input:not([type=range], [type=checkbox], [type=radio])")) return true
  if (at.matches("button, a, summary")) return event.key === " " && at !== pressed
  return MOVES.test(event.key) && (at.matches("input[type=range]") || Boolean(at.closest("[data-scroll]")))
}
