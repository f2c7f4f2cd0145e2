/**
 * A media element in virtual time, with the behaviour measured on Chromium: starting after a seek takes 76 ms
 * give or take an audio buffer, a seek while playing loses 81 ± 4 ms, time stretching loses 18.5 ms an
 * excursion and ignores tiny rates. `staircase` moves its clock in 40 ms steps, `rateIgnored` plays at 1
 * whatever the set rate. `webkit` is WebKitGTK: after a seek its `readyState` stays at 2, a start from a place
 * is exact, one from rest 20 ms early, every change of the rate takes 15 to 50 ms, and `freezes` of them stop
 * it until it is sought. Every change adds an event to `events`, whatever its cause.
 *
 * `ranges: false` is a server without range requests, where every seek lands at the start. Before `beginsS`
 * and from `dataEndS` on there is no data. `live` is an endless stream: it has `burstS` at once, then one
 * second a second.
 */

const QUANTUM_MS = 1024 / 48 // one audio buffer
const STRETCH_LOSS_S = 0.0185
const STRETCH_IGNORES = 0.00104 // stretching ignores rates this close to 1

export class SimulatedPlayer {
  durationS
  startMs
  seekMs
  readyMs
  freezes
  /** Name of the DOMException. @type {string | null} */
  refuses = null
  /** @type {import("../../../static/js/core/sync/expected_events.js").MediaEvent[]} */
  events = []

  /** @param {any} random @param {any} [behaviour] */
  constructor(random, behaviour = {}) {
    const {
      model = "chromium",
      ppm = 0,
      durationS = 7200,
      startMs = 65,
      seekMs = 81,
      readyMs = 20,
      freezes = 0,
    } = behaviour
    const { ranges = true, beginsS = 0, dataEndS = Infinity, live = false, burstS = 4 } = behaviour
    this.random = random
    this.model = model
    this.ppm = ppm
    this.durationS = live ? Infinity : durationS
    this.startMs = model === "webkit" ? 0 : startMs
    this.seekMs = model === "webkit" ? 26 : seekMs
    this.readyMs = readyMs
    this.freezes = freezes
    this.ranges = ranges
    this.beginsS = beginsS
    this.dataEndS = dataEndS
    this.live = live
    this.burstS = burstS
    this.nowMs = 0
    this.positionS = beginsS
    this.brokeOff = false
    this.allSeeks = [] // times in ms
    this.paused = true
    this.standsUntilMs = 0
    this.seekingUntilMs = 0
    this.starvedUntilMs = -1
    this.emptyUntilMs = -1
    this.aheadS = 30 // buffered
    this.fresh = true
    this.everSought = false
    this.frozen = false
    this.rate = 1
    this.preservesPitch = true
    this.sought = false
    this.seeks = 0
    this.excursions = 0
    this.fastest = 0
  }

  get #speed() {
    if (this.model === "rateIgnored") return 1
    const ignored = this.preservesPitch && Math.abs(this.rate - 1) < STRETCH_IGNORES
    return (ignored ? 1 : this.rate) * (1 + this.ppm * 1e-6)
  }

  advance(toMs) {
    if (this.frozen) this.standsUntilMs = toMs
    const from = Math.max(this.nowMs, Math.min(toMs, Math.max(this.standsUntilMs, this.starvedUntilMs)))
    if (!this.paused && !this.seeking)
      this.positionS = Math.min(this.#dataS, this.positionS + ((toMs - from) / 1000) * this.#speed)
    this.nowMs = toMs
    if (!this.seeking && !this.live && this.positionS >= this.dataEndS) this.#breakOff()
    if (!this.paused && this.ended) this.pause()
    if (this.sought && !this.seeking) {
      this.sought = false
      this.events.push("seeked")
    }
  }

  get #dataS() {
    return Math.min(this.durationS, this.dataEndS, this.live ? this.burstS + this.nowMs / 1000 : Infinity)
  }

  /** Like Chromium: it ends, and sets its position to its duration. */
  #breakOff() {
    this.brokeOff = true
    this.positionS = this.durationS
  }

  play() {
    if (!this.paused) return
    if (this.brokeOff) this.seek(0)
    this.paused = false
    this.events.push("play")
    const begins = this.nowMs + (this.fresh ? this.startMs : 0)
    const webkit = this.model === "webkit"
    const buffer = this.fresh ? this.random.between(0, webkit ? 1 : QUANTUM_MS) : this.random.between(0, 8)
    this.standsUntilMs = begins + buffer
    if (webkit && !this.fresh) this.positionS += 0.02
    this.fresh = false
  }

  pause() {
    if (!this.paused) this.events.push("pause")
    this.paused = true
  }

  seek(toS) {
    this.seeks += 1
    this.allSeeks.push(this.nowMs)
    this.sought = true
    this.everSought = true
    this.frozen = false
    this.brokeOff = false
    this.positionS = this.ranges ? Math.max(toS, this.beginsS) : 0
    this.seekingUntilMs = this.nowMs + this.random.between(0.5, 1) * this.readyMs
    if (this.paused) this.fresh = true
    else
      this.standsUntilMs =
        this.nowMs + this.seekMs + (this.model === "webkit" ? 19 : 4) * (this.random.next() * 2 - 1)
  }

  /** Its data are taken away, and others are there after a while, at `startS`. No event of a seek comes. */
  empty(forMs, startS = 0) {
    Object.assign(this, { positionS: startS, paused: true, fresh: true, sought: false, seekingUntilMs: 0 })
    this.emptyUntilMs = this.nowMs + forMs
  }

  setRate(rate, preservesPitch) {
    const stretched = (r) => this.preservesPitch && Math.abs(r - 1) >= STRETCH_IGNORES
    if (this.model === "chromium" && stretched(this.rate) && !stretched(rate))
      this.positionS -= STRETCH_LOSS_S
    if (Math.abs(this.rate - 1) < 0.002 && Math.abs(rate - 1) >= 0.002) this.excursions += 1
    this.fastest = Math.max(this.fastest, Math.abs(rate - 1))
    if (this.rate !== rate) this.events.push("ratechange")
    if (this.rate !== rate && this.model === "webkit" && !this.paused) this.#interrupt()
    this.rate = rate
    this.preservesPitch = preservesPitch
  }

  #interrupt() {
    this.standsUntilMs = Math.max(this.standsUntilMs, this.nowMs + this.random.between(15, 50))
    this.frozen = this.freezes-- > 0
  }

  get currentTimeS() {
    if (this.model === "staircase" && !this.paused) return Math.floor(this.positionS / 0.04) * 0.04
    return Math.max(0, this.positionS + (this.paused ? 0 : 1e-4 * (this.random.next() * 2 - 1)))
  }

  get seeking() {
    return this.nowMs < this.seekingUntilMs || (this.live && this.positionS > this.#dataS)
  }

  seekable(toS) {
    return this.ranges ? toS <= this.durationS : toS === 0
  }

  get readyState() {
    if (this.nowMs < this.emptyUntilMs) return 0
    if (this.seeking || this.nowMs < this.starvedUntilMs) return 1
    return this.model === "webkit" && this.everSought ? 2 : 4
  }

  get ended() {
    return this.positionS >= this.durationS
  }
}
