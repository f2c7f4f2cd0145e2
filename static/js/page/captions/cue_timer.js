// @ts-check
/**
 * Draws the right cues at the right time: it computes when the next cue begins or ends at the present rate, sets one
 * timer for that, and looks again at every event of the player, so that pauses, seeks and other rates need no polling.
 */

import { CueIndex } from "../../core/captions/cue_index.js"
import { after } from "../lib/timers.js"
import { browserEngine } from "../media/media_element.js"

const EVENTS = [
  "seeking",
  "seeked",
  "play",
  "playing",
  "pause",
  "waiting",
  "ratechange",
  "timeupdate",
  "emptied",
]
const MAX_WAIT_MS = 500 // the player's rate changes slightly to stay in step, without an event each time
const ADVANCES_IN_STEPS = browserEngine() === "firefox"
const IN_STEP_S = 0.1
const LATER_MS = 2 // a timer that fires before the instant would be set again

/** @typedef {import("../../core/captions/cues.js").Cue} Cue */

export class CueTimer {
  /**
   * @param {import("../media/room_player.js").Player} player
   * @param {() => number} delayMs how much later than the file says captions are shown
   * @param {(cues: Cue[]) => void} show
   */
  constructor(player, delayMs, show) {
    this.player = player
    this.delayMs = delayMs
    this.show = show
    this.index = new CueIndex([])
    this.cancel = () => {}
    const { element } = player
    this.controller = new AbortController()
    const { signal } = this.controller
    for (const type of EVENTS) element.addEventListener(type, () => this.update(), { signal })
    document.addEventListener("visibilitychange", () => this.update(), { signal })
  }

  /** @param {Cue[]} cues sorted by start; none: captions are off */
  setCues(cues) {
    this.index = new CueIndex(cues)
    this.update()
  }

  /** The position in the caption file now, in seconds. */
  get positionS() {
    return this.#playerS() - this.delayMs() / 1000
  }

  /** Firefox's element advances in steps of 40 ms; while it is in step, the room's position is closer to the truth. */
  #playerS() {
    const { player } = this
    const elementS = player.position
    const { target } = player.controller
    if (!ADVANCES_IN_STEPS || player.paused || player.alone || !target?.timeline.is_playing) return elementS
    const roomS = target.positionAt(player.seen().serverMs)
    return Math.abs(roomS - elementS) < IN_STEP_S ? roomS : elementS
  }

  update() {
    this.cancel()
    this.cancel = () => {}
    const { positionS, player, index } = this
    this.show(index.activeAt(positionS))
    if (player.paused || document.hidden || !index.cues.length) return
    const untilMs = ((index.nextChangeAfter(positionS) - positionS) * 1000) / (player.rate || 1)
    this.cancel = after(Math.min(untilMs + LATER_MS, MAX_WAIT_MS), () => this.update())
  }

  stop() {
    this.cancel()
    this.controller.abort()
  }
}
