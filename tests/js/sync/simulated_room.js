/**
 * The real sync controller around a simulated player, in virtual time. The server's clock is this one plus an
 * offset.
 */

import { RateSupport } from "../../../static/js/core/sync/rate_support.js"
import { MediaState } from "../../../static/js/core/media/media_state.js"
import { LatencyModel } from "../../../static/js/core/sync/latency_model.js"
import { SyncController } from "../../../static/js/core/sync/sync_controller.js"
import { ExpectedEvents } from "../../../static/js/core/sync/expected_events.js"
import { RateControl } from "../../../static/js/core/sync/rate_control.js"
import { positionAt } from "../../../static/js/core/sync/timeline.js"
import { SimulatedPlayer } from "./simulated_player.js"

const ENGINES = { chromium: "chromium", staircase: "firefox", rateIgnored: "chromium", webkit: "webkit" }
export const MEDIA = { url: "film", kind: "video", title: "Film" }

export class Viewer {
  /** @param {any} random @param {any} [behaviour] of the player, and of the clock */
  constructor(random, { clockErrorMs = () => 0, audioOnly = false, ...behaviour } = {}) {
    this.random = random
    this.player = new SimulatedPlayer(random, behaviour)
    const engine = ENGINES[behaviour.model ?? "chromium"]
    this.latencyModel = new LatencyModel(engine)
    this.controller = new SyncController({
      latencyModel: this.latencyModel,
      rateControl: new RateControl({ engine, audioOnly, rateSupport: new RateSupport(engine) }),
      media: new MediaState(),
    })
    this.clockErrorMs = clockErrorMs
    this.nowMs = 0
    this.dueMs = 0
    this.hidden = false
    this.locked = true
    this.clockSteps = 0
    this.expectedEvents = new ExpectedEvents()
    this.foreignEvents = [] // events that the page did not cause
    this.effects = new Set() // kinds of all effects so far
    this.pausedByBrowser = false
    this.fetching = true
    this.lateMs = 4
    this.reports = []
    this.fetches = 0
    this.timeline = null
    this.trace = []
    this.attached = true
  }

  seen() {
    const { player } = this
    return {
      nowMs: this.nowMs,
      serverMs: this.nowMs + this.clockErrorMs(this.nowMs),
      locked: this.locked,
      clockSteps: this.clockSteps,
      movementMs: 0,
      currentTimeS: player.currentTimeS,
      paused: player.paused,
      seeking: player.seeking,
      ended: player.ended,
      muted: false,
      hidden: this.hidden,
      readyState: player.readyState,
      rate: player.rate,
      idle: !this.fetching,
      durationS: player.durationS,
      bufferedAheadS: Math.min(player.aheadS, player.durationS - player.positionS),
      buffered: () => true,
      seekable: (positionS) => player.seekable(positionS),
    }
  }

  follow(change) {
    const duration = Number.isFinite(this.player.durationS) ? this.player.durationS : null
    this.timeline = {
      revision: 1,
      phase: "paused",
      rate: 1,
      is_playing: false,
      duration,
      media: MEDIA,
      ...change,
    }
    this.controller.follow(this.timeline, this.nowMs)
    this.tick()
  }

  tick() {
    const { effects, askInMs, precise } = this.controller.tick(this.seen())
    for (const effect of effects) this.#do(effect)
    // timers are late, spin-waiting hardly
    const lateMs = precise ? this.random.between(0, 0.3) : this.random.between(0, this.lateMs)
    this.dueMs = this.nowMs + (precise && askInMs > 12 ? Math.min(askInMs - 8, 100) : askInMs) + lateMs
  }

  #do(effect) {
    const { player, expectedEvents } = this
    this.effects.add(effect.do)
    if (effect.do === "play") this.#play()
    else if (effect.do === "pause") {
      if (!player.paused) expectedEvents.expect("pause")
      player.pause()
    } else if (effect.do === "seek") {
      expectedEvents.expect("seeked", effect.toS)
      player.seek(effect.toS)
    } else if (effect.do === "rate" && Math.abs(player.rate - effect.rate) > 1e-7) {
      expectedEvents.expect("ratechange", effect.rate)
      player.setRate(effect.rate, effect.preservesPitch)
    } else if (effect.do === "fetch") {
      this.fetches += 1
      this.controller.newSource({ again: true })
    } else if (effect.do === "report") this.reports.push(effect.type)
  }

  #play() {
    if (!this.player.refuses) {
      if (this.player.paused) this.expectedEvents.expect("play")
      return this.player.play()
    }
    this.controller.playRefused(this.player.refuses, this.seen())
  }

  /** Deliver one event of the element, in a later task. */
  #deliverEvent() {
    const { player, controller } = this
    const [type] = player.events.splice(0, 1)
    if (type === "seeked" && !player.paused) return
    if (this.expectedEvents.claim(type, type === "ratechange" ? player.rate : player.currentTimeS)) return
    this.foreignEvents.push(type)
    if (type === "ratechange") controller.rateControl.rateSupport.foreignRate(this.nowMs)
    else if (type === "play" && controller.interference.blocked) controller.resync()
    else controller.intruded(type, this.seen())
    this.tick()
  }

  /** The tab is hidden. A browser pauses media without sound; its event comes later. */
  hide({ audible = false } = {}) {
    this.hidden = true
    this.pausedByBrowser = !audible && !this.player.paused
    if (this.pausedByBrowser) this.player.pause()
    this.wake()
  }

  /** The tab is shown. The browser resumes the media it paused, at whatever position. */
  show() {
    this.hidden = false
    this.wake()
    if (this.pausedByBrowser) this.player.play()
    this.pausedByBrowser = false
  }

  /** No task runs for a while; the media is paused as well, and its event is delivered afterwards. */
  freeze(forMs) {
    this.player.pause()
    this.nowMs += forMs
    this.player.advance(this.nowMs)
    this.wake()
  }

  wake() {
    if (this.controller.wokeUp(this.seen())) this.expectedEvents.expect("pause")
    this.tick()
  }

  /** The element has just fired `emptied` or `loadedmetadata`. */
  #hasOtherData() {
    const was = this.attached
    this.attached = !(this.player.emptyUntilMs > this.nowMs)
    return this.attached !== was
  }

  get errorMs() {
    return (positionAt(this.timeline, this.nowMs) - this.player.positionS) * 1000
  }

  /** Let time pass and record the true error every 10 ms. */
  run(forMs) {
    const untilMs = this.nowMs + forMs
    while (this.nowMs < untilMs) {
      this.nowMs = Math.min(Math.max(this.dueMs, this.nowMs + 0.05), this.nowMs + 10, untilMs)
      this.player.advance(this.nowMs)
      if (this.player.events.length && this.random.chance(0.5)) this.#deliverEvent()
      if (this.nowMs >= this.dueMs || this.#hasOtherData()) this.tick()
      if (this.timeline && this.nowMs - (this.trace.at(-1)?.atMs ?? -Infinity) >= 10)
        this.trace.push({ atMs: this.nowMs, errorMs: this.errorMs })
    }
    return this
  }

  /** The largest true error within a span of virtual time. */
  worstMs(fromMs, toMs = Infinity) {
    return Math.max(
      ...this.trace
        .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
        .map(({ errorMs }) => Math.abs(errorMs)),
    )
  }

  forgetTrace() {
    this.trace = []
    Object.assign(this.player, { seeks: 0, excursions: 0, fastest: 0 })
  }
}

export const playing = (atMs, positionS = 0, rate = 1) => ({
  phase: "playing",
  is_playing: true,
  timestamp: atMs,
  current_time: positionS,
  rate,
})
export const standing = (atMs, positionS = 0, rate = 1) => ({
  phase: "paused",
  is_playing: false,
  timestamp: atMs,
  current_time: positionS,
  rate,
})
