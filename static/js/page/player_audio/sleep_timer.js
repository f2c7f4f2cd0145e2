// @ts-check
/**
 * The sleep timer pauses the player after some minutes or at the end of the track. It can be set in any tab; the
 * audible tab carries it out.
 */

import { disposeAll, find } from "../lib/dom.js"
import { loadItem, saveItem } from "../lib/storage.js"
import { every } from "../lib/timers.js"

const SLEEP_KEY = "player-sleep"
const AT_TRACK_END = "track"
const CHECK_MS = 1000
const MINUTE_MS = 60_000

/** @typedef {{untilMs?: number, track?: boolean} | null} Sleep */

export class SleepTimer {
  /**
   * @param {import("../player/session.js").PlayerSession} player
   * @param {import("../player/commands.js").Commands} commands
   */
  constructor(player, commands) {
    this.player = player
    this.commands = commands
  }

  /** @returns {Sleep} */
  get setting() {
    const sleep = loadItem(SLEEP_KEY, null)
    // it ran out while no tab was open
    return sleep?.untilMs && sleep.untilMs < Date.now() - MINUTE_MS ? null : sleep
  }

  /** A track ended: whether the timer was set to its end. */
  trackEnded() {
    if (!this.setting?.track) return false
    this.#clear()
    return true
  }

  /** @param {string} choice minutes, `track`, or nothing */
  choose(choice) {
    const minutes = Number(choice)
    saveItem(
      SLEEP_KEY,
      choice === AT_TRACK_END
        ? { track: true }
        : minutes
          ? { untilMs: Date.now() + minutes * MINUTE_MS }
          : null,
    )
  }

  check() {
    const untilMs = this.setting?.untilMs
    if (!untilMs || untilMs > Date.now() || !this.player.sound.here) return
    this.#clear()
    this.commands.pause()
  }

  #clear() {
    saveItem(SLEEP_KEY, null)
    this.player.emit("sleep")
  }
}

/** @param {HTMLElement} bar @param {import("../player/session.js").PlayerSession} player @param {SleepTimer} timer */
export function mountSleepTimer(bar, player, timer) {
  const controller = new AbortController()
  const { signal } = controller
  const select = /** @type {HTMLSelectElement} */ (find(bar, "sleep"))
  const show = () => showSleep(select, timer.setting)
  select.addEventListener(
    "change",
    () => {
      timer.choose(select.value)
      show()
    },
    { signal },
  )
  addEventListener("storage", ({ key }) => key?.endsWith(SLEEP_KEY) && show(), { signal })
  show()
  return disposeAll(
    () => controller.abort(),
    player.on("sleep", show),
    every(CHECK_MS, () => {
      timer.check()
      show()
    }),
  )
}

/** Show the remaining time in the option itself. @param {HTMLSelectElement} select @param {Sleep} sleep */
function showSleep(select, sleep) {
  const left = /** @type {HTMLOptionElement} */ (find(select, "left"))
  const minutes = sleep?.untilMs ? Math.max(1, Math.ceil((sleep.untilMs - Date.now()) / MINUTE_MS)) : 0
  left.hidden = left.disabled = !minutes
  if (minutes) left.textContent = (left.dataset.word ?? "").replace("{minutes}", String(minutes))
  if (document.activeElement !== select || !minutes)
    select.value = minutes ? left.value : sleep?.track ? AT_TRACK_END : ""
  select.toggleAttribute("data-on", sleep !== null)
}
