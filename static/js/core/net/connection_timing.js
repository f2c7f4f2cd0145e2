// @ts-check
/**
 * Timing of a connection: when to reconnect, when to ping, when it counts as dead, and how long a command may
 * wait for it.
 */

export const COMMAND_EXPIRES_MS = 5000 // a pause of a minute ago is unwanted

const FIRST_LATER_MS = 1000
const LONGEST_MS = 10000
const LIMITED_AFTER = 5 // failures in a row, then the page polls over HTTP as well
// of a page that was just served: the server is up, so its sockets do not get through
const LIMITED_AT_FIRST = 2

/**
 * How long to wait before the next attempt to connect. The first wait spreads a whole room over the time the
 * server asked for, so that a restart is not followed by a stampede. Later waits grow, with full jitter, and
 * are spread as far; otherwise all clients that tried too early would come at once, on top of those that try
 * for the first time.
 */
export class Backoff {
  /** @param {() => number} random uniform in [0, 1) */
  constructor(random) {
    this.random = random
    this.failures = 0
    this.everConnected = false
    this.spreadMs = 1000
  }

  /** @param {number} spreadMs from `welcome.limits.reconnect_spread_ms` */
  connected(spreadMs) {
    this.failures = 0
    this.everConnected = true
    this.spreadMs = spreadMs
  }

  /**
   * An attempt failed, or the connection was lost: the wait before the next attempt, in ms.
   * @param {boolean} [unanswered] a handshake that took ten seconds counts twice
   */
  next(unanswered = false) {
    this.failures += unanswered ? 2 : 1
    return this.random() * this.ceilingMs
  }

  /** 0 to spread first, then up to 1, 2, 4, 8, 10, 10 ... seconds or the spread, whichever is longer. */
  get ceilingMs() {
    if (this.failures <= 1) return this.spreadMs
    return Math.max(this.spreadMs, Math.min(FIRST_LATER_MS * 2 ** (this.failures - 2), LONGEST_MS))
  }

  get limited() {
    return this.failures >= (this.everConnected ? LIMITED_AFTER : LIMITED_AT_FIRST)
  }
}

const FIRST_BURST = 10 // pings; the estimate is usable after five
const LATER_BURST = 6 // after a reconnect, a wake-up, a change of network
const BURST_GAP_MS = 80 // far enough apart not to queue behind one another
const WARM_UP = 20 // pings at the interval below: on an unsteady network only many samples make a good clock
const WARM_UP_MS = 500
const PLAYING_MS = 4000 // 30 ppm of drift are 0.1 ms in between
const PAUSED_MS = 15000
const HIDDEN_MS = 30000
const SILENCE_MS = 4000 // beyond two intervals without a pong the connection is dead
const WOKEN_SILENCE_MS = 2500 // a connection from before a sleep is often dead already

/** When the next ping is due: bursts while the clock is unknown, then just enough to follow its drift. */
export class PingSchedule {
  burstLeft = FIRST_BURST
  warmUpLeft = WARM_UP
  nextMs = -Infinity
  /** @type {number | null} */
  unansweredSinceMs = null
  intervalMs = PLAYING_MS
  woken = false

  /** A new connection was opened. @param {boolean} clockKnown the clock has samples already */
  start(clockKnown = false) {
    this.burstLeft = clockKnown ? LATER_BURST : FIRST_BURST
    this.warmUpLeft = clockKnown ? 0 : WARM_UP
    this.nextMs = -Infinity
    this.unansweredSinceMs = null
    this.intervalMs = PLAYING_MS
    this.woken = false
  }

  /** Ping quickly from now on. Earlier pings may never be answered. @param {number} nowMs */
  burst(nowMs) {
    this.unansweredSinceMs = null
    this.woken = true
    this.burstLeft = Math.max(this.burstLeft, LATER_BURST)
    this.nextMs = Math.min(this.nextMs, nowMs)
  }

  /** @param {number} nowMs */
  due(nowMs) {
    return nowMs >= this.nextMs
  }

  /** @param {number} nowMs @param {{playing: boolean, hidden: boolean}} page */
  pingSent(nowMs, page) {
    this.unansweredSinceMs ??= nowMs
    this.intervalMs = this.#interval(page)
    this.nextMs = nowMs + this.intervalMs
  }

  /** @param {{playing: boolean, hidden: boolean}} page */
  #interval({ playing, hidden }) {
    if (this.burstLeft > 1) {
      this.burstLeft -= 1
      return BURST_GAP_MS
    }
    this.burstLeft = 0
    if (this.warmUpLeft > 0) {
      this.warmUpLeft -= 1
      return WARM_UP_MS
    }
    if (hidden) return HIDDEN_MS
    return playing ? PLAYING_MS : PAUSED_MS
  }

  pongReceived() {
    this.unansweredSinceMs = null
    this.woken = false
  }

  /** Whether pings have gone unanswered for so long that the connection is dead. @param {number} nowMs */
  silent(nowMs) {
    if (this.unansweredSinceMs === null) return false
    const waitedMs = nowMs - this.unansweredSinceMs
    return waitedMs > (this.woken ? WOKEN_SILENCE_MS : 2 * Math.max(this.intervalMs, 1000) + SILENCE_MS)
  }
}
