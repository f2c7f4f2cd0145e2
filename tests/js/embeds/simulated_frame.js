/**
 * A player in a frame, in virtual time, as YouTube's is understood to be: commands take effect 10 to 60 ms
 * after they were sent; while it plays it reports its position every `everyMs`, and each change of its state;
 * reports arrive 2 to 15 ms after they were made. Stretching the sound loses `lossMs` for each burst, half of it
 * at either end. `fine`: it takes any rate, not only quarters. `rateIgnored`: it
 * takes none. `hiccups`: it loses 20 to 150 ms now and then.
 * `advertMs`: an advertisement of this length precedes the video.
 */

const QUARTERS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]

export class SimulatedFrame {
  /** @param {any} random @param {any} [behaviour] */
  constructor(random, behaviour = {}) {
    const { ppm = 0, durationS = 7200, everyMs = 250, stamped = true, lossMs = 18.5 } = behaviour
    const { startMs = 120, seekMs = 550, fine = false, hiccups = false, advertMs = 0 } = behaviour
    Object.assign(this, { random, ppm, durationS, everyMs, stamped, lossMs, startMs, seekMs, fine, advertMs })
    this.rateIgnored = behaviour.rateIgnored ?? false
    this.nowMs = 0
    this.wallMs = 1e12
    this.positionS = 0
    this.rate = 1
    this.state = "unstarted"
    this.standsUntilMs = 0
    this.movingWhenReady = false
    this.reportMs = 0
    this.hiccupMs = hiccups ? 60_000 + 60_000 * random.next() : Infinity
    this.hiccupEach = hiccups ? () => this.random.between(60_000, 180_000) : () => Infinity
    /** @type {{atMs: number, command: any}[]} */
    this.arriving = []
    /** @type {{atMs: number, report: any}[]} */
    this.reports = []
    this.seeks = 0
    this.bursts = 0
    this.advertUntilMs = Infinity
  }

  /** @param {any} command */
  send(command) {
    this.arriving.push({ atMs: this.nowMs + this.random.between(10, 60), command })
    // messages to one frame keep their order
    for (let i = 1; i < this.arriving.length; i++)
      this.arriving[i].atMs = Math.max(this.arriving[i].atMs, this.arriving[i - 1].atMs)
  }

  /** @param {any} report */
  #report(report) {
    const atMs = this.nowMs + this.random.between(2, 15)
    this.reports.push({ atMs: Math.max(atMs, this.reports.at(-1)?.atMs ?? 0), report })
  }

  /** @param {string} state */
  #become(state) {
    if (state === this.state) return
    this.state = state
    this.#report({ state })
    if (state === "paused") this.#reportTime()
  }

  #reportTime() {
    const stampS = this.stamped ? { stampS: Math.floor(this.wallMs + this.nowMs) / 1000 } : {}
    const positionS = this.positionS + 5e-4 * (this.random.next() * 2 - 1)
    this.#report({ positionS: Math.max(0, positionS), loadedShare: 1, durationS: this.durationS, ...stampS })
  }

  /** @param {number} toMs */
  advance(toMs) {
    while (this.nowMs < toMs) this.#step(Math.min(1, toMs - this.nowMs))
  }

  /** @param {number} ms */
  #step(ms) {
    this.nowMs += ms
    if (this.state === "playing")
      this.positionS += ((this.rateIgnored ? 1 : this.rate) * ms * (1 + this.ppm * 1e-6)) / 1000
    if (this.nowMs >= this.hiccupMs) this.#hiccup()
    while (this.arriving.length && this.arriving[0].atMs <= this.nowMs)
      this.#do(this.arriving.shift().command)
    if (this.advertUntilMs <= this.nowMs) this.#advertEnds()
    if (this.state === "buffering" && this.nowMs >= this.standsUntilMs)
      this.#become(this.movingWhenReady ? "playing" : "paused")
    if (this.positionS >= this.durationS && this.state === "playing") this.#become("ended")
    if (this.state === "playing" && this.nowMs >= this.reportMs) {
      this.#reportTime()
      this.reportMs = this.nowMs + this.everyMs * this.random.between(0.8, 1.2)
    }
  }

  #hiccup() {
    if (this.state === "playing") this.positionS -= this.random.between(0.02, 0.15)
    this.hiccupMs = this.nowMs + this.hiccupEach()
  }

  #advertEnds() {
    this.advertUntilMs = Infinity
    this.advertMs = 0
    this.#buffer(this.startMs)
  }

  /** @param {number} forMs */
  #buffer(forMs) {
    this.standsUntilMs = this.nowMs + forMs * this.random.between(0.9, 1.1)
    this.#become("buffering")
  }

  /** @param {any} command */
  #do(command) {
    if (command.do === "play") this.#play()
    else if (command.do === "pause") this.#pause()
    else if (command.do === "seek") this.#seek(command.toS)
    else if (command.do === "rate") this.#setRate(command.rate)
  }

  #play() {
    this.movingWhenReady = true
    if (this.state === "paused") this.#become("playing")
    else if (this.state === "unstarted" && this.advertMs && this.advertUntilMs === Infinity)
      this.advertUntilMs = this.nowMs + this.advertMs
    else if (this.state === "unstarted" && !this.advertMs) this.#buffer(this.startMs)
  }

  #pause() {
    this.movingWhenReady = false
    if (this.state === "playing") this.#become("paused")
  }

  /** @param {number} toS */
  #seek(toS) {
    this.seeks += 1
    this.positionS = toS
    if (this.state === "unstarted") return this.#play()
    if (this.state === "ended") this.movingWhenReady = true
    this.#buffer(this.seekMs)
  }

  /** @param {number} rate */
  #setRate(rate) {
    const takes = this.fine || QUARTERS.includes(rate) ? rate : 1
    if ((takes === 1) !== (this.rate === 1)) {
      this.positionS -= (this.lossMs + this.random.between(-3, 3)) / 2000
      if (takes !== 1) this.bursts += 1
    }
    if (takes !== this.rate) this.#report({ rate: takes })
    this.rate = takes
  }
}
