// @ts-check
/**
 * The media element: the only module that touches it. `core/following.js` decides, this looks and acts.
 *
 * The element's events are only watched. No event of it ever becomes a command: a pause that nobody pressed (a hidden
 * tab, a headset unplugged, an empty buffer) is this player's trouble, not the room's.
 */

import { Capability } from "../core/capability.js"
import { Costs } from "../core/costs.js"
import { Following } from "../core/following.js"
import { Ledger } from "../core/ledger.js"
import { Steering } from "../core/steering.js"
import { aheadOf, engine, version } from "./browser.js"
import { causeOf } from "./report.js"
import { recall, remember } from "./store.js"
import { after, precisely } from "./timer.js"

const WATCHED = ["loadedmetadata", "canplay", "canplaythrough", "playing", "waiting", "stalled", "seeked", "ended", "progress", "durationchange"]
const OURS_OR_NOT = /** @type {const} */ (["play", "pause", "seeked", "ratechange"])
const DRIFT_EVERY_MS = 250
const FINE_TUNE_MS = 500 // most, either way
const RATE_SAME = 1e-7
const RETRY_MS = 2000 // a medium that broke off is fetched again
const RETRIES = 3

/**
 * @typedef {object} Tells
 * @property {(type: string, payload: object) => void} report buffer_start, buffer_end
 * @property {(change: {state: string, message: string}) => void} changed
 * @property {(drift: {driftMs: number, latencyMs: number | null, zone: string, cause: string | null}) => void} drift
 */

export class Player {
  /** @param {HTMLMediaElement} element @param {import("../core/clock.js").Clock} clock @param {Tells} tells */
  constructor(element, clock, tells) {
    this.element = element
    this.clock = clock
    this.tells = tells
    this.ledger = new Ledger()
    this.costs = new Costs(engine(), recall(`costs-${version()}`, null))
    const capability = new Capability(engine(), recall(`rates-${version()}`, null))
    this.machine = new Following({ costs: this.costs, steering: new Steering({ engine: engine(), capability }) })
    this.fineTuneMs = recall("fine-tune", 0)
    this.driftToldMs = -Infinity
    this.retries = 0
    this.allowed = true
    this.stopped = false
    this.told = ""
    this.cancel = () => {}
    this.url = /** @type {string | null} */ (null)
    element.volume = recall("volume", 1)
    element.muted = recall("muted", false)
    this.#watch()
  }

  // ---------------------------------------------------------------- what the room tells us

  /** The room is now here. @param {import("../core/timeline.js").TimelineState | null} timeline */
  show(timeline) {
    this.#load(timeline?.media ?? null)
    this.machine.follow(timeline, this.#serverMs(performance.now()))
    this.tick()
  }

  /** @param {import("../core/wire.js").Media | null} media */
  #load(media) {
    if ((media?.url ?? null) === this.url) return
    this.url = media?.url ?? null
    this.retries = 0
    this.machine.steering.audioOnly = media?.kind === "audio"
    this.#fetch()
  }

  #fetch() {
    this.ledger.clear()
    this.machine.newSource()
    if (this.url) this.element.src = this.url
    else this.element.removeAttribute("src")
    this.element.load()
  }

  // ---------------------------------------------------------------- looking and acting

  /** Look, act, and say when to look again. Safe to call at any time. */
  tick() {
    this.cancel()
    const { effects, askInMs, precise } = this.machine.tick(this.seen())
    for (const effect of effects) this.#do(effect)
    this.cancel = precise ? precisely(askInMs, () => this.tick()) : after(askInMs, () => this.tick())
    this.#tell()
  }

  /** Everything in one task: between two tasks both clocks move. @returns {import("../core/course.js").Seen} */
  seen() {
    const { element, clock } = this
    const nowMs = performance.now()
    const currentTimeS = element.currentTime
    return {
      nowMs, currentTimeS, serverMs: this.#serverMs(nowMs), locked: clock.locked, clockSteps: clock.steps,
      movementMs: clock.movementMs, paused: element.paused, seeking: element.seeking, ended: element.ended,
      muted: element.muted, hidden: document.hidden && !document.pictureInPictureElement,
      readyState: element.readyState, durationS: element.duration,
      bufferedAheadS: aheadOf(element.buffered, currentTimeS), buffered: (positionS) => aheadOf(element.buffered, positionS) > 0,
    }
  }

  /** @param {number} nowMs */
  #serverMs(nowMs) {
    return this.clock.serverNow(nowMs) - this.fineTuneMs
  }

  /** @param {import("../core/following.js").Effect} effect */
  #do(effect) {
    const { element, ledger } = this
    if (effect.do === "play") this.#play()
    else if (effect.do === "pause") {
      if (element.paused) return
      ledger.expect("pause")
      element.pause()
    } else if (effect.do === "seek") {
      ledger.expect("seeked", effect.toS)
      element.currentTime = effect.toS
    } else if (effect.do === "rate") this.#rate(effect.rate, effect.preservesPitch)
    else if (effect.do === "report") {
      this.tells.report(effect.type, { current_time: element.currentTime, ...(effect.waitedMs ? { waited_ms: effect.waitedMs } : {}) })
    } else if (effect.do === "learned") this.#remember()
  }

  #play() {
    if (this.element.paused) this.ledger.expect("play")
    this.element.play().catch((error) => this.#refused(error))
  }

  /** @param {DOMException} error */
  #refused(error) {
    this.machine.refused(error.name, this.seen())
    if (this.machine.mutedByUs && !this.machine.blocked) this.element.muted = true // a silent start keeps the step
    this.tick()
  }

  /** @param {number} rate @param {boolean} preservesPitch */
  #rate(rate, preservesPitch) {
    const element = /** @type {HTMLMediaElement & {webkitPreservesPitch?: boolean}} */ (this.element)
    if (element.preservesPitch !== preservesPitch) element.preservesPitch = preservesPitch
    if ("webkitPreservesPitch" in element) element.webkitPreservesPitch = preservesPitch
    if (Math.abs(element.playbackRate - rate) < RATE_SAME) return
    this.ledger.expect("ratechange", rate)
    element.playbackRate = rate
  }

  #remember() {
    remember(`costs-${version()}`, this.costs.remember())
    remember(`rates-${version()}`, this.machine.steering.capability.remember())
  }

  // ---------------------------------------------------------------- watching

  #watch() {
    for (const type of WATCHED) this.element.addEventListener(type, () => this.tick())
    for (const type of OURS_OR_NOT) this.element.addEventListener(type, () => this.#happened(type))
    this.element.addEventListener("error", () => this.#broke())
    document.addEventListener("visibilitychange", () => this.tick())
    document.addEventListener("pointerdown", () => this.machine.blocked && this.unlock())
  }

  /** @param {(typeof OURS_OR_NOT)[number]} type */
  #happened(type) {
    const { element, machine } = this
    if (type === "seeked" && !element.paused) return
    if (this.ledger.claim(type, type === "ratechange" ? element.playbackRate : element.currentTime)) return
    if (type === "ratechange") machine.steering.capability.stranger()
    else if (type === "play" && machine.blocked) machine.resync()
    else machine.intruded(type, this.seen())
    this.tick()
  }

  #broke() {
    const error = this.element.error
    if (!error || !this.url) return
    if (error.code === MediaError.MEDIA_ERR_NETWORK && this.retries++ < RETRIES) return void after(RETRY_MS, () => this.#fetch())
    this.machine.failure = error.code === MediaError.MEDIA_ERR_NETWORK ? "The medium broke off." : "This cannot be played here."
    this.tick()
  }

  // ---------------------------------------------------------------- what others want to know

  #tell() {
    const { machine } = this
    const state = shown(machine.state)
    const message = machine.failure ?? (machine.mutedByUs && state === "playing" ? "muted" : "")
    if (`${state} ${message}` !== this.told) {
      this.told = `${state} ${message}`
      this.tells.changed({ state, message })
    }
    const nowMs = performance.now()
    const errorMs = machine.helm.decision?.errorMs
    if (errorMs === null || errorMs === undefined || nowMs - this.driftToldMs < DRIFT_EVERY_MS) return
    this.driftToldMs = nowMs
    const zone = /** @type {import("../core/steering.js").Decision} */ (machine.helm.decision).zone
    this.tells.drift({ driftMs: -errorMs, latencyMs: this.clock.delayMs, zone, cause: causeOf(this) })
  }

  // ---------------------------------------------------------------- what the viewer wants

  get volume() {
    return this.element.volume
  }

  /** Whether the viewer wants to be kept in step. */
  get following() {
    return !this.stopped
  }

  get muted() {
    return this.element.muted
  }

  /** @param {number} volume */
  setVolume(volume) {
    this.element.volume = Math.min(Math.max(volume, 0), 1)
    remember("volume", this.element.volume)
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.machine.mutedByUs = false
    this.element.muted = muted
    remember("muted", muted)
    this.tick()
  }

  /** Inside a gesture: sound, and play if that was refused. */
  unlock() {
    if (this.machine.mutedByUs) this.setMuted(false)
    if (this.machine.blocked) this.resync()
  }

  resync() {
    if (this.machine.failure && this.url) this.#fetch()
    this.machine.resync()
    this.tick()
  }

  duration() {
    return Number.isFinite(this.element.duration) ? this.element.duration : null
  }

  /** @param {number} ms positive: this device plays later */
  setFineTune(ms) {
    this.fineTuneMs = Math.min(Math.max(Math.round(ms), -FINE_TUNE_MS), FINE_TUNE_MS)
    remember("fine-tune", this.fineTuneMs)
    this.machine.steering.acquire(performance.now(), 0)
    this.tick()
  }

  /** Whether the room wants its players kept in step at all. @param {boolean} enabled */
  allow(enabled) {
    this.allowed = enabled
    this.machine.off = !enabled || this.stopped
  }

  stopFollowing() {
    this.stopped = true
    this.allow(this.allowed)
    this.tick()
  }

  follow() {
    this.stopped = false
    this.allow(this.allowed)
    this.resync()
  }
}

/** @param {string} state of the machine; people need not know all of them */
function shown(state) {
  return state === "suspended" || state === "off" ? "paused" : state
}
