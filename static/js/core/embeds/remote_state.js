// @ts-check
/**
 * The state of a player in a frame of another origin: what was commanded, and what reports say became of it.
 *
 * A report may have been sent before a command reached the player, so that one that contradicts the last
 * command counts only when the command had time to take effect. An advertisement is a video that was started
 * and has not begun: its position is never the video's.
 *
 * Times are in milliseconds of the page's clock; `now` reads it, `wallNow` the one of the reports' stamps.
 */

import { ReportClock } from "./report_clock.js"

const EFFECT_MS = 1500 // reports from before a command arrive for this long
const SEEK_MOST_MS = 4000 // a seek without a visible effect is over
const LANDED_S = 1.5 // a position this close to where a seek goes is from after it
const SNAP_S = 0.05 // a paused player stands where it was sent: reports are rounded
const STAMP_MOST_MS = 1000 // an older stamp is of another clock
const SLOW_MS = 4000 // a start that takes longer is explained: an advertisement, or a tap is needed

/** @typedef {"loading" | "unstarted" | "cued" | "playing" | "paused" | "buffering" | "ended"} PlayerState */
/**
 * `no_referrer`: the frame did not learn which page it is in. `silent`: the frame does not send what it should.
 * @typedef {"bad_address" | "player_failed" | "not_found" | "not_embeddable" | "no_referrer" | "silent"}
 *   FailureReason
 */
/**
 * What one message of the frame reports.
 * @typedef {object} Report
 * @property {boolean} [ready] it takes commands
 * @property {boolean} [delivered] it described itself: its messages are those that are known
 * @property {PlayerState} [state]
 * @property {number} [positionS]
 * @property {number} [stampS] when the position was read, wall clock
 * @property {number} [durationS]
 * @property {number} [rate]
 * @property {number} [loadedShare] of the whole video
 * @property {boolean} [live]
 * @property {boolean} [stalled] it has no data, whatever its state
 * @property {boolean} [fixedRate] it refuses other rates
 * @property {FailureReason} [failure]
 * @property {boolean} [blocked] the browser did not let it play
 */
/**
 * @typedef {{do: "play"} | {do: "pause"} | {do: "seek", toS: number} | {do: "rate", rate: number} |
 *   {do: "volume", volume: number} | {do: "muted", muted: boolean}} RemoteCommand
 */
/** `later` runs a callback after the present task. @typedef {{now: () => number, wallNow: () => number, later: (callback: () => void) => void}} Clocks */

export class RemoteState extends EventTarget {
  /** @type {PlayerState} */
  state = "loading"
  /** Whether it should stand, by the last command or by what others did to it. */
  paused = true
  /** @type {{toS: number, sinceMs: number} | null} */
  seek = null
  /** Where it starts: a seek would start a player that has not played yet. @type {number | null} */
  startS = null
  /** @type {{code: number, reason: FailureReason} | null} */
  error = null
  clock = new ReportClock()
  live = false
  /** The rate that the player reports. */
  playedRate = 1
  commandedMs = -Infinity
  durationS = NaN
  loadedShare = 0
  /** @type {{resolve: () => void, reject: (error: Error) => void} | null} */
  pendingPlay = null

  /** @param {Clocks} clocks */
  constructor({ now, wallNow, later }) {
    super()
    this.now = now
    this.wallNow = wallNow
    this.later = later
  }

  /** It is or was playing; before that, seeks start it. */
  get hasStarted() {
    return ["playing", "paused", "buffering", "ended"].includes(this.state)
  }

  /** A start takes so long that an advertisement plays, or that the player waits for a tap on it. */
  get isSlow() {
    return this.state === "unstarted" && !this.paused && this.now() - this.commandedMs > SLOW_MS
  }

  // ---------------------------------------------------------------- reports

  /** @param {Report} report */
  receive(report) {
    if (this.error) return
    const nowMs = this.now()
    if (report.failure) return this.fail(report.failure)
    if (report.ready) this.#ready()
    if (this.state === "loading") return
    if (report.live !== undefined) this.live = report.live
    if (report.loadedShare !== undefined) this.loadedShare = Math.min(1, report.loadedShare)
    if (report.durationS) this.#durationReported(report.durationS)
    if (report.rate !== undefined) this.#rateReported(report.rate, nowMs)
    if (report.state && report.state !== this.state) this.#stateReported(report.state, nowMs)
    if (report.stalled !== undefined) this.#stalledReported(report.stalled, nowMs)
    if (report.positionS !== undefined) this.#positionReported(report.positionS, this.#readMs(report))
    if (report.blocked) this.#refused()
    this.check()
  }

  /** To be called a few times a second: some things show only after a time. */
  check() {
    const nowMs = this.now()
    if (this.seek && nowMs - this.seek.sinceMs > SEEK_MOST_MS) this.#landed()
    if (this.seek || nowMs - this.commandedMs <= EFFECT_MS) return
    // others use the player's own buttons, or media keys
    if (this.state === "playing" && this.paused) this.setPaused(false)
    else if (this.state === "paused" && !this.paused) this.setPaused(true)
  }

  /** @param {FailureReason} reason */
  fail(reason) {
    this.error = { code: 4, reason } // MEDIA_ERR_SRC_NOT_SUPPORTED: the page does not load it again by itself
    this.settlePlay(new DOMException(reason, "AbortError"))
    this.fire("error")
  }

  #ready() {
    if (this.state !== "loading") return
    this.state = "unstarted"
    this.fire("loadedmetadata")
  }

  /** @param {number} durationS */
  #durationReported(durationS) {
    if (durationS === this.durationS) return
    this.durationS = durationS
    this.fire("durationchange")
  }

  /** @param {number} rate @param {number} nowMs */
  #rateReported(rate, nowMs) {
    this.playedRate = rate
    this.clock.change(nowMs, { rate })
  }

  /** @param {PlayerState} state @param {number} nowMs */
  #stateReported(state, nowMs) {
    this.state = state
    this.clock.change(nowMs, { moving: state === "playing" && !this.paused })
    if (state === "playing" || state === "buffering") {
      this.startS = null
      this.settlePlay(null)
    }
    if (state === "ended") this.#ended(nowMs)
    const names = /** @type {Record<string, string>} */ ({
      playing: "playing",
      paused: "canplay",
      buffering: "waiting",
    })
    if (names[state]) this.fire(names[state])
  }

  /** @param {boolean} stalled @param {number} nowMs */
  #stalledReported(stalled, nowMs) {
    if (stalled && this.state === "playing") this.#stateReported("buffering", nowMs)
    else if (!stalled && this.state === "buffering")
      this.#stateReported(this.paused ? "paused" : "playing", nowMs)
  }

  /** @param {number} nowMs */
  #ended(nowMs) {
    this.seek = null
    if (Number.isFinite(this.durationS)) this.clock.report(this.durationS, nowMs)
    this.setPaused(true)
    this.fire("ended")
  }

  /** When a position was read. @param {Report} report */
  #readMs({ stampS }) {
    const nowMs = this.now()
    const ageMs = stampS === undefined ? 0 : this.wallNow() - 1000 * stampS
    return ageMs >= 0 && ageMs <= STAMP_MOST_MS ? nowMs - ageMs : nowMs
  }

  /** @param {number} positionS @param {number} readMs */
  #positionReported(positionS, readMs) {
    if (!this.hasStarted || this.state === "ended") return
    const { seek } = this
    if (!seek) return this.clock.report(positionS, readMs)
    const travelledS = (this.playedRate * (this.now() - seek.sinceMs)) / 1000
    const isFar = positionS < seek.toS - LANDED_S || positionS > seek.toS + travelledS + LANDED_S
    if (isFar || readMs < seek.sinceMs || this.state === "buffering") return
    const isPlace = this.paused && Math.abs(positionS - seek.toS) <= SNAP_S
    this.clock.report(isPlace ? seek.toS : positionS, readMs)
    this.#landed()
  }

  #landed() {
    this.seek = null
    this.fire("canplay")
  }

  /** The browser did not let it play: a media element fires no event then. */
  #refused() {
    if (this.paused) return
    this.startS = this.seek?.toS ?? this.startS ?? this.clock.positionAt(this.now())
    this.seek = null
    this.paused = true
    this.clock.change(this.now(), { moving: false })
    this.settlePlay(new DOMException("the browser did not allow it", "NotAllowedError"))
  }

  // ---------------------------------------------------------------- for the player

  /** It plays or stops, at our command or by others. @param {boolean} paused */
  setPaused(paused) {
    if (paused !== this.paused) this.fire(paused ? "pause" : "play")
    this.paused = paused
    this.clock.change(this.now(), { moving: this.state === "playing" && !paused })
  }

  /** @param {Error | null} error */
  settlePlay(error) {
    const pending = this.pendingPlay
    this.pendingPlay = null
    if (error) pending?.reject(error)
    else pending?.resolve()
  }

  /** @param {string} event */
  fire(event) {
    this.later(() => void this.dispatchEvent(new Event(event)))
  }
}
