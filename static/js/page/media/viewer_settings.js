// @ts-check
/**
 * The viewer's settings on this device: volume, fine tuning, following. They are stored on the device and not sent to
 * the server.
 */

import { MediaState } from "../../core/media/media_state.js"
import { ExpectedEvents } from "../../core/sync/expected_events.js"
import { LatencyModel } from "../../core/sync/latency_model.js"
import { RateControl } from "../../core/sync/rate_control.js"
import { RateSupport } from "../../core/sync/rate_support.js"
import { SyncController } from "../../core/sync/sync_controller.js"
import { loadItem, saveItem } from "../lib/storage.js"
import { browserEngine, browserVersion, ElementDriver } from "./media_element.js"

const MAX_FINE_TUNE_MS = 500 // in either direction

/**
 * A player with what controls it. `measuredAs` is the key under which its measurements are stored.
 * @typedef {object} Driven
 * @property {HTMLMediaElement} element
 * @property {string} measuredAs
 * @property {LatencyModel} latencyModel
 * @property {SyncController} controller
 */

export class ViewerSettings {
  /** @param {HTMLMediaElement} element */
  constructor(element) {
    this.element = element
    this.measuredAs = browserVersion()
    this.expectedEvents = new ExpectedEvents()
    this.driver = new ElementDriver(element, this.expectedEvents, (error) => this.refused(error))
    this.latencyModel = new LatencyModel(browserEngine(), loadItem(`costs-${browserVersion()}`, null))
    const rateSupport = new RateSupport(browserEngine(), loadRateSupport(), performance.now())
    this.controller = new SyncController({
      latencyModel: this.latencyModel,
      rateControl: new RateControl({ engine: browserEngine(), rateSupport }),
      media: new MediaState(),
    })
    /** The page's own element. @type {Driven} */
    this.own = {
      element,
      measuredAs: this.measuredAs,
      latencyModel: this.latencyModel,
      controller: this.controller,
    }
    this.fineTuneMs = loadItem("fine-tune", 0)
    /** How the viewer's own file compares with the room's media, or that it is missing. @type {string | null} */
    this.copy = null
    /** By how much a different file is longer than the room's media. @type {number | null} */
    this.copyLongerS = null
    /** How much later that file shows the same scene. */
    this.copyShiftS = 0
    this.allowed = true
    this.stopped = false
    /** The viewer watches from the start, faster than the room. */
    this.catchingUp = false
    /** Another tab of this browser is audible instead. */
    this.silenced = false
    this.mutedByHand = loadItem("muted", false)
    element.volume = loadItem("volume", 1)
    element.muted = this.mutedByHand
  }

  /** Read the element and act on it. */
  tick() {}

  /** `play()` was refused. @param {DOMException} error */
  refused(error) {
    console.warn(error)
  }

  /** Measurements of this browser are stored between visits. */
  saveMeasurements() {
    saveItem(`costs-${this.measuredAs}`, this.latencyModel.snapshot())
    if (this.element === this.own.element) saveRateSupport(this.controller.rateControl.rateSupport.snapshot())
  }

  /**
   * Drive another player from now on: one in a frame, or again the page's own element.
   * @param {Driven} driven
   * @param {number} serverMs
   */
  drive(driven, serverMs) {
    const { element, controller } = this
    const { volume, muted } = element
    Object.assign(this, driven)
    this.driver = new ElementDriver(this.element, this.expectedEvents, (error) => this.refused(error))
    this.expectedEvents.clear()
    Object.assign(this.element, { volume, muted })
    this.controller.interference = controller.interference
    this.controller.newSource()
    this.controller.follow(controller.timeline, serverMs)
    this.allow(this.allowed)
  }

  // ---------------------------------------------------------------- sound

  get volume() {
    return this.element.volume
  }

  get muted() {
    return this.element.muted
  }

  /** @param {number} volume */
  setVolume(volume) {
    this.element.volume = Math.min(Math.max(volume, 0), 1)
    saveItem("volume", this.element.volume)
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.controller.interference.mutedByUs = false
    this.mutedByHand = muted
    saveItem("muted", muted)
    if (this.silenced && !muted) return this.requestSound()
    this.element.muted = muted
    this.tick()
  }

  /** The viewer requests sound in this tab while another one is audible. */
  requestSound() {}

  /** @param {boolean} silenced another tab of this browser is audible instead */
  silence(silenced) {
    if (silenced === this.silenced) return
    this.silenced = silenced
    if (silenced) this.element.muted = true
    else if (!this.mutedByHand) this.#unmute()
    document.dispatchEvent(new Event("watchium:sound"))
    this.tick()
  }

  /**
   * A browser that requires a gesture in this tab pauses instead. Then the player continues muted, and the page asks
   * for a tap.
   */
  #unmute() {
    const { element, controller, expectedEvents, driver } = this
    const playing = !element.paused
    element.muted = false
    if (!playing || !element.paused) return
    expectedEvents.expect("pause")
    element.muted = true
    controller.interference.mutedByUs = true
    driver.play()
  }

  /** Unmute, and play if that was refused. To be called within a gesture. */
  unlock() {
    const { interference } = this.controller
    if (interference.mutedByUs) this.setMuted(false)
    if (interference.blocked || interference.suspended) this.resync()
  }

  // ---------------------------------------------------------------- following the room

  resync() {
    this.controller.resync()
    this.tick()
  }

  /** @param {number} ms positive: this device plays later */
  setFineTune(ms) {
    this.fineTuneMs = Math.min(Math.max(Math.round(ms), -MAX_FINE_TUNE_MS), MAX_FINE_TUNE_MS)
    saveItem("fine-tune", this.fineTuneMs)
    this.controller.rateControl.acquire(performance.now(), 0)
    this.tick()
  }

  /** Whether the viewer wants to stay in sync. */
  get following() {
    return !this.stopped
  }

  /** Whether the viewer controls this player alone, by their own choice or by the room's setting. */
  get alone() {
    return this.controller.off
  }

  /** Set whether the room keeps its players in sync. @param {boolean} enabled */
  allow(enabled) {
    this.allowed = enabled
    this.controller.leaveAlone(!enabled || this.stopped)
  }

  stopFollowing() {
    this.stopped = true
    this.allow(this.allowed)
    this.tick()
  }

  /** Follow the room from now on: the player is where the room is. */
  join() {
    this.stopped = this.catchingUp = false
    this.allow(this.allowed)
    this.tick()
  }

  follow() {
    this.stopped = this.catchingUp = false
    this.allow(this.allowed)
    this.resync()
  }

  // ---------------------------------------------------------------- watching alone

  get paused() {
    return this.element.paused
  }

  get rate() {
    return this.element.playbackRate
  }

  get position() {
    return this.element.currentTime
  }

  /** @param {boolean} playing */
  playHere(playing) {
    if (!this.alone) return
    if (playing) this.driver.play()
    else this.driver.pause()
    this.tick()
  }

  /** @param {number} positionS */
  seekHere(positionS) {
    if (!this.alone) return
    this.driver.seek(positionS)
    this.tick()
  }

  /** @param {number} rate */
  rateHere(rate) {
    if (!this.alone) return
    this.driver.rate(rate, true)
    this.tick()
  }
}

/** Times are stored in wall time, because the page's clock starts with the page. */
function loadRateSupport() {
  const stored = loadItem(`rates-${browserVersion()}`, null)
  return stored && { ...stored, notBeforeMs: stored.notBeforeMs - performance.timeOrigin }
}

/** @param {ReturnType<RateSupport["snapshot"]>} snapshot */
function saveRateSupport(snapshot) {
  saveItem(`rates-${browserVersion()}`, {
    ...snapshot,
    notBeforeMs: snapshot.notBeforeMs + performance.timeOrigin,
  })
}
