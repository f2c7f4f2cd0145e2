// @ts-check
/**
 * The room's player: `core/sync/sync_controller.js` decides, `media_element.js` reads and drives the element.
 * No other module touches the media element.
 *
 * Events of the element are only observed and never become commands: a pause that no user made (a hidden tab,
 * unplugged headphones, an empty buffer) concerns this player, not the room.
 */

import { missingTrack } from "../../core/media/media_state.js"
import { NaturalEnd } from "../../core/media/end_of_data.js"
import { stallReason } from "../../core/sync/stall_detector.js"
import { readElement } from "./media_element.js"
import { mediaProblem, outOfSyncReason, urgentState } from "./status_report.js"
import { after, precisely } from "../lib/timers.js"
import { ViewerSettings } from "./viewer_settings.js"

const WATCHED = [
  "loadedmetadata",
  "canplay",
  "canplaythrough",
  "playing",
  "waiting",
  "stalled",
  "suspend",
  "seeked",
  "ended",
  "progress",
  "durationchange",
]
const OURS_OR_NOT = /** @type {const} */ (["play", "pause", "seeked", "ratechange"])
const DRIFT_EVERY_MS = 250
const RETRY_MS = 1500 // a medium whose connection broke is fetched again
// then the viewer sees the error; a position that fails twice has no data
const RETRIES = { moving: 2, placed: 1 }

/**
 * @typedef {object} PlayerCallbacks
 * @property {(type: string, payload: object) => void} report buffer_start, buffer_end
 * @property {() => void} urgent what the player says of itself should not wait for the next heartbeat
 * @property {(change: {state: string, message: string, cause: string | null, trouble:
 *   import("./status_report.js").MediaProblem | null}) => void} changed
 * @property {(track: "sound" | "picture") => void} lacks the medium plays without it
 * @property {(drift: {driftMs: number, latencyMs: number | null, zone: string, cause: string | null}) =>
 *   void} drift
 */

export class Player extends ViewerSettings {
  /**
   * @param {HTMLMediaElement} element
   * @param {import("../../core/clock/clock.js").Clock} clock
   * @param {PlayerCallbacks} callbacks
   */
  constructor(element, clock, callbacks) {
    super(element)
    this.clock = clock
    this.callbacks = callbacks
    this.naturalEnd = new NaturalEnd()
    this.stallReason = "network"
    this.driftToldMs = -Infinity
    this.retries = 0
    this.told = ""
    /** @type {string | null} */
    this.news = null
    this.cancel = () => {}
    this.url = /** @type {string | null} */ (null)
    /** @type {number | null} where this medium was first seen to move */
    this.firstS = null
    this.#watch()
  }

  // ---------------------------------------------------------------- the room's timeline

  /** The room is now here. @param {import("../../core/sync/timeline.js").TimelineState | null} timeline */
  show(timeline) {
    this.#load(timeline?.media ?? null)
    this.machine.follow(timeline, this.seen().serverMs)
    this.tick()
  }

  /** The room loaded a medium: also the same address is another attempt. */
  loaded() {
    this.url = null
  }

  /** @param {import("../../core/protocol.js").Media | null} media */
  #load(media) {
    if ((media?.url ?? null) === this.url) return
    this.url = media?.url ?? null
    this.retries = 0
    this.firstS = null
    this.machine.rateControl.audioOnly = media?.kind === "audio"
    this.#fetch()
  }

  #fetch({ again = false } = {}) {
    this.machine.newSource({ again })
    this.driver.load(this.url)
  }

  /** The viewer asks for another attempt at a medium that failed or broke off. */
  retry() {
    if (!this.url) return
    this.retries = 0
    this.#fetch()
    super.resync()
  }

  duration() {
    return Number.isFinite(this.element.duration) ? this.element.duration : null
  }

  // ---------------------------------------------------------------- looking and acting

  /** Look, act, and say when to look again. Safe to call at any time. */
  tick() {
    this.cancel()
    const seen = this.seen()
    const { target, media } = this.machine
    const { effects, askInMs, precise } = this.machine.tick(seen)
    if (this.naturalEnd.update(seen, target, media.endOfData)) this.callbacks.urgent()
    for (const effect of effects) this.#do(effect)
    this.cancel = precise ? precisely(askInMs, () => this.tick()) : after(askInMs, () => this.tick())
    this.#tell()
  }

  seen() {
    return readElement(this.element, this.clock, this.fineTuneMs)
  }

  /** @param {import("../../core/sync/sync_controller.js").Effect} effect */
  #do(effect) {
    const { driver } = this
    if (effect.do === "play") driver.play()
    else if (effect.do === "pause") driver.pause()
    else if (effect.do === "seek") driver.seek(effect.toS)
    else if (effect.do === "rate") driver.rate(effect.rate, effect.preservesPitch)
    else if (effect.do === "fetch") this.#fetch({ again: true })
    else if (effect.do === "learned") this.rememberLearned()
    else if (effect.do === "report") this.callbacks.report(effect.type, this.#stallReport(effect))
  }

  /** @param {{type: string, waitedMs: number}} report */
  #stallReport({ type, waitedMs }) {
    const { delayMs } = this.clock
    if (type === "buffer_start") this.stallReason = stallReason(this.seen())
    return {
      current_time: this.element.currentTime,
      reason: this.stallReason,
      ...(waitedMs ? { waited_ms: waitedMs } : {}),
      ...(delayMs === null ? {} : { latency_ms: delayMs }),
    }
  }

  /** @param {DOMException} error */
  refused(error) {
    const { interference } = this.machine
    if (error.name === "NotAllowedError") this.expectedEvents.withdraw("play") // the element has not begun
    this.machine.playRefused(error.name, this.seen())
    if (interference.mutedByUs && !interference.blocked) this.element.muted = true // a silent start keeps the step
    this.tick()
  }

  resync() {
    if (this.machine.media.failure) this.retry()
    else super.resync()
  }

  // ---------------------------------------------------------------- watching

  #watch() {
    for (const type of WATCHED) this.element.addEventListener(type, () => this.tick())
    for (const type of OURS_OR_NOT) this.element.addEventListener(type, () => this.#happened(type))
    for (const type of ["enterpictureinpicture", "leavepictureinpicture"])
      this.element.addEventListener(type, () => this.tick())
    this.element.addEventListener("error", () => this.#broke())
    document.addEventListener("pointerdown", () => this.machine.interference.blocked && this.unlock())
  }

  /** The page became visible, or time passed while it was suspended. */
  woke() {
    if (this.machine.wokeUp(this.seen())) this.expectedEvents.expect("pause")
    this.tick()
  }

  /** @param {(typeof OURS_OR_NOT)[number]} type */
  #happened(type) {
    const { element, machine } = this
    if (type === "seeked" && !element.paused) return
    if (this.expectedEvents.claim(type, type === "ratechange" ? element.playbackRate : element.currentTime))
      return
    if (type === "ratechange") machine.off || machine.rateControl.rateSupport.foreignRate(performance.now())
    else if (type === "play" && machine.interference.blocked) machine.resync()
    else machine.intruded(type, this.seen())
    this.tick()
  }

  #broke() {
    const { element, url } = this
    if (!element.error || !url) return
    const retries = RETRIES[this.machine.media.endOfData.moved ? "moving" : "placed"]
    const retrying = element.error.code === MediaError.MEDIA_ERR_NETWORK && this.retries++ < retries
    this.machine.failed(this.seen(), retrying)
    if (retrying)
      after(RETRY_MS, () => this.url === url && this.machine.media.failure && this.#fetch({ again: true }))
    this.tick()
  }

  // ---------------------------------------------------------------- what others want to know

  #tell() {
    const { machine } = this
    const seen = this.seen()
    const state = shown(machine.state, seen.paused)
    const message = machine.interference.mutedByUs ? "muted" : ""
    const cause = outOfSyncReason(this, seen)
    const trouble = mediaProblem(machine, seen)
    const told = [state, message, cause, this.alone, this.muted, trouble?.kind, trouble?.atS].join()
    if (told !== this.told) {
      this.told = told
      this.callbacks.changed({ state, message, cause, trouble })
    }
    this.#tellNews()
    this.#tellMissing(seen)
    this.#tellDrift(seen, cause)
  }

  #tellNews() {
    const news = urgentState(this.machine)
    if (news !== null && news !== this.news) this.callbacks.urgent()
    this.news = news
  }

  /** Once for each medium. @param {import("../../core/sync/timeline.js").ElementState} seen */
  #tellMissing(seen) {
    if (this.firstS === Infinity || seen.paused || seen.seeking || seen.readyState < 3) return
    this.firstS ??= seen.currentTimeS
    const element = /** @type {any} */ (this.element)
    const missing = missingTrack({
      isFilm: !this.machine.rateControl.audioOnly,
      playedS: seen.currentTimeS - this.firstS,
      audioBytes: element.webkitAudioDecodedByteCount,
      hasAudio: element.mozHasAudio,
      pictureWidth: element.videoWidth,
    })
    if (!missing) return
    this.firstS = Infinity
    this.callbacks.lacks(missing)
  }

  /**
   * While it is in the room's motion: filtered where there is a filter, else as it looks.
   * @param {import("../../core/sync/timeline.js").ElementState} seen
   * @param {string | null} cause
   */
  #tellDrift(seen, cause) {
    const { machine } = this
    if (
      seen.nowMs - this.driftToldMs < DRIFT_EVERY_MS ||
      (machine.state !== "playing" && machine.state !== "buffering")
    )
      return
    const driftMs =
      machine.filteredDriftMs() ?? (machine.driftControl.decision ? null : machine.driftMs(seen))
    if (driftMs === null) return
    this.driftToldMs = seen.nowMs
    this.callbacks.drift({
      driftMs,
      latencyMs: this.clock.delayMs,
      zone: machine.driftControl.decision?.zone ?? "settling",
      cause,
    })
  }
}

/** @param {string} state of the machine; people need not know all of them @param {boolean} paused */
function shown(state, paused) {
  if (state === "off") return paused ? "paused" : "playing"
  return state === "suspended" ? "paused" : state
}
