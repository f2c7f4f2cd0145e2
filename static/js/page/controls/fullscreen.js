// @ts-check
/**
 * Fullscreen of the whole stage, so that the talk stays readable; and the bar that leaves when nobody moves.
 */

import { all, piece, showWhen } from "../lib/dom.js"
import { commandsOf } from "./playback_commands.js"

const IDLE_MS = 2600

/**
 * @param {HTMLElement} bar
 * @param {import("../room/types.js").Room} room
 */
export function mount(bar, room) {
  const gone = new AbortController()
  const { signal } = gone
  const stage = stageOf(bar)
  const button = piece(bar, "fullscreen")
  button.hidden = !document.fullscreenEnabled
  button.addEventListener("click", () => toggleFullscreen(stage), { signal })
  document.addEventListener(
    "fullscreenchange",
    () => {
      const full = document.fullscreenElement === stage
      showWhen(button, full ? "full" : "window")
      button.setAttribute("aria-pressed", String(full))
    },
    { signal },
  )
  return all(() => gone.abort(), watchIdle(stage, room, signal))
}

/** @param {HTMLElement} stage */
export function toggleFullscreen(stage) {
  const going = document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen()
  going.catch(() => {}) // the browser's own rules; it stays as it was
}

/** @param {Element} inside */
function stageOf(inside) {
  return /** @type {HTMLElement} */ (inside.closest("[data-stage]"))
}

/**
 * @param {HTMLElement} stage
 * @param {import("../room/types.js").Room} room
 * @param {AbortSignal} signal
 */
function watchIdle(stage, room, signal) {
  let timer = 0
  const sleep = () => {
    if (commandsOf(room).playing) stage.dataset.idle = ""
  }
  const wake = () => {
    delete stage.dataset.idle
    clearTimeout(timer)
    timer = setTimeout(sleep, IDLE_MS)
  }
  for (const type of ["pointermove", "pointerdown", "keydown", "focusin"])
    stage.addEventListener(type, wake, { signal, passive: true })
  stage.addEventListener(
    "pointerleave",
    () => {
      clearTimeout(timer)
      timer = setTimeout(sleep, IDLE_MS / 4)
    },
    { signal },
  )
  const offs = ["play", "pause", "timeline", "state"].map((type) => room.on(type, wake))
  return all(() => clearTimeout(timer), ...offs)
}
