// @ts-check
/**
 * The room's player: `core/sync/sync_controller.js` decides, `media_element.js` reads and drives the element.
 * No other module touches the media element.
 *
 * Events of the element are only observed and never become commands: a pause that no user made (a hidden tab,
 * unplugged headphones, an empty buffer) concerns this player, not the room.
 */

import { NaturalEnd } from "../../core/media/end_of_data.js"
import { stallReason, Standstill } from "../../core/sync/stall_detector.js"
import { shifted, untilSwitchMs } from "../../core/sync/timeline.js"
import { readDecoded, readElement, SourceOpener, sourceCallbacks } from "./media_element.js"
import { mediaProblem, outOfSyncReason, standsStill, urgentReport } from "./status_report.js"
import { after, precisely } from "../lib/timers.js"
import { ViewerSettings } from "./viewer_settings.js"

const WATCHED = [
  "emptied",
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
const PICTURE_IN_PICTURE = ["enterpictureinpicture", "leavepictureinpicture"]
const POSSIBLY_EXPECTED = /** @type {const} */ (["play", "pause", "seeked", "ratechange"])
const DRIFT_INTERVAL_MS = 250
const RETRY_MS = 1500 // media are loaded again after a network error
// then the viewer sees the error; a position that fails twice has no data
const RETRIES = { moving: 2, placed: 1 }

/**
 * @typedef {object} PlayerCallbacks
 * @property {(type: string, payload: object) => void} report buffer_start, buffer_end
 * @property {() => void} urgent the status report should not wait for the next heartbeat
 * @property {(change: {state: string, message: string, cause: string | null, problem:
 *   import("./status_report.js").MediaProblem | null}) => void} changed
 * @property {(track: "sound" | "picture") => void} lacks the media plays without it
 * @property {(source: import("./media_element.js").Source | null) => void} source what there is to choose from
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
    this.standstill = new Standstill()
    this.stallReason = "network"
    this.driftReportedMs = -Infinity
    this.retries = 0
    this.reported = ""
    this.urgentState = ""
    this.cancel = () => {}
    this.cancelSwitch = () => {}
    this.opensAgain = false
    this.url = /** @type {string | null} */ (null)
    this.media = /** @type {import("../../core/protocol.js").Media | null} */ (null)
    /** What the server of a file answered. @type {import("../../core/media/media_state.js").Message | null} */
    this.cause = null
    /** The media will break off soon. @type {import("../../core/media/media_state.js").Message | null} */
    this.warning = null
    this.sources = new SourceOpener(element, sourceCallbacks(this))
    /** What this player does not play. @type {import("../../core/protocol.js").MissingTrack | null} */
    this.lacking = null
    this.#watch(element)
    document.addEventListener("pointerdown", () => this.controller.interference.blocked && this.unlock())
  }

  // ---------------------------------------------------------------- the room's timeline

  /**
   * Follow the room's timeline; but other media that start soon are not opened while the present ones play.
   * @param {import("../../core/sync/timeline.js").TimelineState | null} timeline
   */
  show(timeline) {
    this.cancelSwitch()
    const waitMs = untilSwitchMs(this.controller.timeline, timeline, this.seen().serverMs)
    if (waitMs > 0 && !this.element.ended && this.#isOther(timeline?.media ?? null)) {
      const { opensAgain } = this
      this.opensAgain = false // the media that play may come back until then
      this.cancelSwitch = after(waitMs, () => {
        this.opensAgain = opensAgain
        this.show(timeline)
      })
      return
    }
    this.#load(timeline?.media ?? null)
    this.controller.follow(timeline && shifted(timeline, this.copyShiftS), this.seen().serverMs)
    this.tick()
  }

  /** The room loaded media: the same URL again is another attempt. */
  loaded() {
    this.opensAgain = true
  }

  /** @param {import("../../core/protocol.js").Media | null} media */
  #isOther(media) {
    return this.opensAgain || (media?.url ?? null) !== this.url
  }

  /** @param {import("../../core/protocol.js").Media | null} media */
  #load(media) {
    if (!this.#isOther(media)) return
    this.opensAgain = false
    this.url = media?.url ?? null
    this.media = media
    this.retries = 0
    this.lacking = null
    this.copy = null
    this.copyShiftS = 0
    this.cause = null
    this.standstill = new Standstill()
    this.#fetch()
  }

  #fetch({ again = false } = {}) {
    this.controller.newSource({ again })
    this.warning = null
    this.sources.close()
    this.controller.rateControl.audioOnly = this.media?.kind === "audio"
    const opens = this.sources.open(this.media)
    const { closing } = this.sources
    this.driver.load(opens || closing ? null : this.url)
    if (!opens) void closing?.then(() => this.sources.opens || this.driver.load(this.url))
  }

  /** Go on with what broke off, where the room is. */
  reload() {
    this.#fetch({ again: true })
    this.tick()
  }

  /** Retry media that failed or broke off, at the viewer's request. */
  retry() {
    if (!this.url) return
    this.retries = 0
    this.cause = null
    this.#fetch()
    super.resync()
  }

  /** @param {import("./viewer_settings.js").Driven} driven */
  drive(driven) {
    if (driven.element === this.element) return
    super.drive(driven, this.seen().serverMs)
    if (driven !== this.own) this.#watch(driven.element)
    this.tick()
  }

  duration() {
    return Number.isFinite(this.element.duration) ? this.element.duration : null
  }

  // ---------------------------------------------------------------- reading and acting

  /** Read the element, act on it, and schedule the next tick. Safe to call at any time. */
  tick() {
    this.cancel()
    const seen = this.seen()
    const { target, media } = this.controller
    const { effects, askInMs, precise } = this.controller.tick(seen)
    this.#watchStandstill(seen)
    if (this.naturalEnd.update(seen, target, media.endOfData)) this.callbacks.urgent()
    for (const effect of effects) this.#perform(effect)
    const waitMs = Math.min(askInMs, this.standstill.leftMs(seen.nowMs))
    this.cancel = precise ? precisely(waitMs, () => this.tick()) : after(waitMs, () => this.tick())
    this.#reportChanges()
  }

  /** @param {import("../../core/sync/timeline.js").ElementState} seen */
  #watchStandstill({ nowMs, hidden }) {
    const { standstill, controller } = this
    const { stalled, beganMs } = controller.driftControl.stalls
    const wasLate = standstill.late
    standstill.update(standsStill(controller, hidden), nowMs, stalled ? beganMs : nowMs)
    if (standstill.late && !wasLate) this.#findCause()
  }

  /** Browsers do not say why a file does not arrive. */
  #findCause() {
    if (this.sources.opens) return // it knows
    import("../sources/file_fault.js").then(({ findCause }) => findCause(this), console.error)
  }

  seen() {
    const seen = readElement(this.element, this.clock, this.fineTuneMs)
    return this.sources.source?.starting ? { ...seen, readyState: 0 } : seen
  }

  /** @param {import("../../core/sync/sync_controller.js").Effect} effect */
  #perform(effect) {
    const { driver } = this
    if (effect.do === "play") driver.play()
    else if (effect.do === "pause") driver.pause()
    else if (effect.do === "seek") driver.seek(effect.toS)
    else if (effect.do === "rate") driver.rate(effect.rate, effect.preservesPitch)
    else if (effect.do === "fetch") this.#fetch({ again: true })
    else if (effect.do === "learned") this.saveMeasurements()
    else if (effect.do === "report") this.callbacks.report(effect.type, this.#stallReport(effect))
  }

  /** @param {{type: string, waitedMs: number}} report */
  #stallReport({ type, waitedMs }) {
    const { delayMs } = this.clock
    if (type === "buffer_start") this.stallReason = stallReason(this.seen())
    return {
      current_time: Math.max(0, this.element.currentTime - this.copyShiftS),
      reason: this.stallReason,
      ...(waitedMs ? { waited_ms: waitedMs } : {}),
      ...(delayMs === null ? {} : { latency_ms: delayMs }),
    }
  }

  /** @param {DOMException} error */
  refused(error) {
    const { interference } = this.controller
    if (error.name === "NotAllowedError") this.expectedEvents.withdraw("play") // no event follows
    this.controller.playRefused(error.name, this.seen())
    if (interference.mutedByUs && !interference.blocked) this.element.muted = true // playing muted keeps it in sync
    this.tick()
  }

  resync() {
    if (this.controller.media.failure) this.retry()
    else super.resync()
  }

  // ---------------------------------------------------------------- element events

  /** Events of an element that rests while another player plays are ignored. @param {HTMLMediaElement} element */
  #watch(element) {
    const on = (/** @type {string} */ type, /** @type {() => void} */ act) =>
      element.addEventListener(type, () => this.element === element && act())
    for (const type of [...WATCHED, ...PICTURE_IN_PICTURE]) on(type, () => this.tick())
    for (const type of POSSIBLY_EXPECTED) on(type, () => this.#onElementEvent(type))
    on("error", () => this.#onError())
    on("stalled", () => this.#findCause())
  }

  /** The page became visible, or time passed while it was suspended. */
  woke() {
    if (this.controller.wokeUp(this.seen())) this.expectedEvents.expect("pause")
    this.tick()
  }

  /** @param {(typeof POSSIBLY_EXPECTED)[number]} type */
  #onElementEvent(type) {
    const { element, controller } = this
    if (type === "seeked" && !element.paused) return
    if (this.expectedEvents.claim(type, type === "ratechange" ? element.playbackRate : element.currentTime))
      return
    if (type === "ratechange")
      controller.off || controller.rateControl.rateSupport.foreignRate(performance.now())
    else if (type === "play" && controller.interference.blocked) controller.resync()
    else controller.intruded(type, this.seen())
    this.tick()
  }

  #onError() {
    const { element, url } = this
    if (!element.error || !url || element !== this.own.element) return // a source reports its own failures
    const retries = RETRIES[this.controller.media.endOfData.moved ? "moving" : "placed"]
    const retrying = element.error.code === MediaError.MEDIA_ERR_NETWORK && this.retries++ < retries
    this.controller.failed(this.seen(), retrying, this.cause)
    this.#findCause()
    if (retrying)
      after(RETRY_MS, () => this.url === url && this.controller.media.failure && this.#fetch({ again: true }))
    this.tick()
  }

  // ---------------------------------------------------------------- reports

  #reportChanges() {
    const { controller } = this
    const seen = this.seen()
    const state = shownState(controller.state, seen.paused)
    const message = controller.interference.mutedByUs ? "muted" : ""
    const cause = outOfSyncReason(this, seen)
    const problem = mediaProblem(controller, seen, this.warning, this.standstill.late)
    const about = [problem?.kind, problem?.atS, problem?.message?.title]
    const report = [state, message, cause, this.alone, this.muted, ...about].join()
    if (report !== this.reported) {
      this.reported = report
      this.callbacks.changed({ state, message, cause, problem })
    }
    this.#reportUrgent()
    this.#checkTracks(seen)
    this.#reportDrift(seen, cause)
  }

  #reportUrgent() {
    const state = urgentReport(this)
    if (state && state !== this.urgentState) this.callbacks.urgent()
    this.urgentState = state
  }

  /** @param {import("../../core/sync/timeline.js").ElementState} seen */
  #checkTracks(seen) {
    const { media, rateControl } = this.controller
    const expected = this.sources.source?.tracks ?? { sound: null, picture: null }
    const decoded = readDecoded(this.element, seen.hidden)
    const track = media.tracks.update(seen, { ...decoded, expected, isFilm: !rateControl.audioOnly })
    if (track) void this.#describeMissing(track)
  }

  /** The library or the stream knows its format, and whether there is such a track. @param {"sound" | "picture"} track */
  async #describeMissing(track) {
    const { media, sources } = this
    const { describeMissingTrack } = await import("../sources/missing_tracks.js")
    const lacking = await describeMissingTrack(track, media, sources.source)
    if (!lacking || media !== this.media) return
    this.lacking = lacking
    this.callbacks.lacks(track)
    this.callbacks.urgent()
  }

  /**
   * Report the drift while the room plays: the filtered value, or the measured one until the filter has begun.
   * @param {import("../../core/sync/timeline.js").ElementState} seen
   * @param {string | null} cause
   */
  #reportDrift(seen, cause) {
    const { controller } = this
    if (
      seen.nowMs - this.driftReportedMs < DRIFT_INTERVAL_MS ||
      (controller.state !== "playing" && controller.state !== "buffering")
    )
      return
    const driftMs =
      controller.filteredDriftMs() ?? (controller.driftControl.decision ? null : controller.driftMs(seen))
    if (driftMs === null) return
    this.driftReportedMs = seen.nowMs
    this.callbacks.drift({
      driftMs,
      latencyMs: this.clock.delayMs,
      zone: controller.driftControl.decision?.zone ?? "settling",
      cause,
    })
  }
}

/** The state that modules of the page distinguish. @param {string} state of the controller @param {boolean} paused */
function shownState(state, paused) {
  if (state === "off") return paused ? "paused" : "playing"
  return state === "suspended" ? "paused" : state
}
