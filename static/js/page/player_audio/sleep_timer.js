// @ts-check
/**
 * The sleep timer: in a while, or when this track is over, it pauses. Set in any tab, kept by the one that
 * sounds.
 */

import { all, piece } from "../lib/dom.js"
import { recall, remember } from "../lib/storage.js"
import { every } from "../lib/timers.js"

const NAME = "player-sleep"
const TRACK = "track"
const LOOK_MS = 1000
const MINUTE_MS = 60_000

/** @typedef {{untilMs?: number, track?: boolean} | null} Sleep */

export class SleepTimer {
  /**
   * @param {import("../player/session.js").Mine} mine
   * @param {import("../player/commands.js").Commands} commands
   */
  constructor(mine, commands) {
    this.mine = mine
    this.commands = commands
  }

  /** @returns {Sleep} */
  get set() {
    const sleep = recall(NAME, null)
    // nobody was there to keep it
    return sleep?.untilMs && sleep.untilMs < Date.now() - MINUTE_MS ? null : sleep
  }

  /** A track is over: whether that was to be the last one. */
  endsWith() {
    if (!this.set?.track) return false
    this.#wake()
    return true
  }

  /** @param {string} choice minutes, `track`, or nothing */
  choose(choice) {
    const minutes = Number(choice)
    remember(
      NAME,
      choice === TRACK ? { track: true } : minutes ? { untilMs: Date.now() + minutes * MINUTE_MS } : null,
    )
  }

  look() {
    const untilMs = this.set?.untilMs
    if (!untilMs || untilMs > Date.now() || !this.mine.sound.here) return
    this.#wake()
    this.commands.pause()
  }

  #wake() {
    remember(NAME, null)
    this.mine.emit("sleep")
  }
}

/** @param {HTMLElement} bar @param {import("../player/session.js").Mine} mine @param {SleepTimer} timer */
export function mount(bar, mine, timer) {
  const gone = new AbortController()
  const { signal } = gone
  const select = /** @type {HTMLSelectElement} */ (piece(bar, "sleep"))
  const show = () => showSleep(select, timer.set)
  select.addEventListener(
    "change",
    () => {
      timer.choose(select.value)
      show()
    },
    { signal },
  )
  addEventListener("storage", ({ key }) => key?.endsWith(NAME) && show(), { signal })
  show()
  return all(
    () => gone.abort(),
    mine.on("sleep", show),
    every(LOOK_MS, () => {
      timer.look()
      show()
    }),
  )
}

/** What is left, in the words of the choice itself. @param {HTMLSelectElement} select @param {Sleep} sleep */
function showSleep(select, sleep) {
  const left = /** @type {HTMLOptionElement} */ (piece(select, "left"))
  const minutes = sleep?.untilMs ? Math.max(1, Math.ceil((sleep.untilMs - Date.now()) / MINUTE_MS)) : 0
  left.hidden = left.disabled = !minutes
  if (minutes) left.textContent = (left.dataset.word ?? "").replace("{minutes}", String(minutes))
  if (document.activeElement !== select || !minutes)
    select.value = minutes ? left.value : sleep?.track ? TRACK : ""
  select.toggleAttribute("data-on", sleep !== null)
}
