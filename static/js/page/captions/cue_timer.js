// @ts-check
/**
 * Draws the right cues at the right time: it computes when the next cue begins or ends at the present rate, sets one
 * timer for that, and looks again at every event of the player, so that pauses, seeks and other rates need no polling.
 */

import { CueIndex } from "../../core/captions/cue_index.js"
import { ForwardPosition, FrameClock } from "../../core/captions/frame_clock.js"
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
  "canplay",
]
const MAX_WAIT_MS = 500 // the player's rate changes slightly to stay in step, without an event each time
const ADVANCES_IN_STEPS = browserEngine() === "firefox"
const IN_STEP_S = 0.15
const SETTLES_MS = 500 // after a change of the rate, until a player moves at the new one
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
    this.element = player.element
    this.frames = new FrameClock()
    this.forward = new ForwardPosition()
    this.rate = 1
    this.before = { rate: 0, untilMs: 0 }
    /** Whose frames are watched. @type {HTMLMediaElement | null} */
    this.watched = null
    this.controller = new AbortController()
    this.#listen()
  }

  #listen() {
    this.controller.abort()
    this.controller = new AbortController()
    this.element = this.player.element
    const { signal } = this.controller
    for (const type of EVENTS) this.element.addEventListener(type, () => this.update(), { signal })
    document.addEventListener("visibilitychange", () => this.update(), { signal })
  }

  /** @param {Cue[]} cues sorted by start; none: captions are off */
  setCues(cues) {
    this.index = new CueIndex(cues)
    this.update()
  }

  /** The position in the caption file now, in seconds. */
  get positionS() {
    const { player, forward } = this
    const playerS = this.#playerS()
    if (player.paused || player.element.seeking) forward.forget()
    return (player.paused ? playerS : forward.at(playerS, player.rate || 1)) - this.delayMs() / 1000
  }

  /**
   * Firefox's element advances in steps of 40 ms, and of 80 on a busy machine. Its frames are closer to the truth; without
   * frames it is the room's position, while the player is in step.
   */
  #playerS() {
    const { player } = this
    const elementS = player.position
    if (player.element.seeking) this.frames.forget()
    if (!ADVANCES_IN_STEPS || player.paused || player.element.seeking) return elementS
    const framesS = this.frames.positionS(performance.now(), elementS)
    if (framesS !== null) return framesS
    const { target } = player.controller
    if (player.alone || !target?.timeline.is_playing) return elementS
    const roomS = target.positionAt(player.seen().serverMs)
    return Math.abs(roomS - elementS) < IN_STEP_S * player.rate ? roomS : elementS
  }

  /** @param {HTMLMediaElement | null} element null: none is needed */
  #watchFrames(element) {
    if (element === this.watched) return
    this.watched = element
    this.frames.forget()
    if (!(element instanceof HTMLVideoElement)) return
    const next = () => {
      element.requestVideoFrameCallback?.((_nowMs, { mediaTime, expectedDisplayTime }) => {
        if (element !== this.watched) return
        if (this.frames.shown(mediaTime, expectedDisplayTime, element.playbackRate)) this.update()
        next()
      })
    }
    next()
  }

  /** Look again; another player may play now, such as one of another site. */
  update() {
    if (this.player.element !== this.element) this.#listen()
    if (ADVANCES_IN_STEPS) this.#watchFrames(this.index.cues.length ? this.element : null)
    this.cancel()
    this.cancel = () => {}
    const { positionS, player, index } = this
    this.show(index.activeAt(positionS))
    const { ownerDocument = document } = player.element // the picture may be in a window of its own
    if (player.paused || ownerDocument.hidden || !index.cues.length) return
    const untilMs = ((index.nextChangeAfter(positionS) - positionS) * 1000) / this.#fastestRate()
    this.cancel = soonest(Math.min(untilMs + LATER_MS, MAX_WAIT_MS), () => this.update())
  }

  /** A player goes on at its former rate for a while, with data that is already decoded (Chromium: 0.1 s and more). */
  #fastestRate() {
    const nowMs = performance.now()
    const { rate: lastRate, before } = this
    this.rate = this.player.rate || 1
    const beforeRate = nowMs < before.untilMs ? before.rate : 0
    if (this.rate === lastRate) return Math.max(this.rate, beforeRate)
    this.before = { rate: Math.max(lastRate, beforeRate), untilMs: nowMs + SETTLES_MS }
    return Math.max(this.rate, this.before.rate)
  }

  stop() {
    this.cancel()
    this.watched = null
    this.controller.abort()
  }
}

/**
 * By two timers, of which the first counts: on a busy machine that of the worker comes late, as a message of another
 * thread; the page's own stands still while the page is hidden, but its picture may be in another window.
 * @param {number} ms
 * @param {() => void} fn
 * @returns {() => void} cancels it
 */
function soonest(ms, fn) {
  const fire = () => {
    cancel()
    fn()
  }
  const own = setTimeout(fire, ms)
  const cancelOther = after(ms, fire)
  const cancel = () => {
    clearTimeout(own)
    cancelOther()
  }
  return cancel
}
