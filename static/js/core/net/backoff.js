// @ts-check
/**
 * How long to wait before the next attempt to connect. The first wait spreads a whole room over the time the
 * server asked for, so that a restart is not followed by a stampede; later ones grow, with full jitter, and
 * are spread as far: all who tried too early would otherwise come at once, on top of those who try for the
 * first time.
 */

export const FIRST_LATER_MS = 1000
export const LONGEST_MS = 10000
export const LIMITED_AFTER = 5 // failures in a row, then we poll over HTTP as well
// of a page that was just served: the server is there, and its sockets do not get through
export const LIMITED_AT_FIRST = 2

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
   * One more attempt failed, or the connection was lost: the wait before the next, in ms.
   * @param {boolean} [unanswered] a handshake that took ten seconds counts twice
   */
  next(unanswered = false) {
    this.failures += unanswered ? 2 : 1
    return this.random() * this.ceilingMs
  }

  /** 0..spread first, then up to 1, 2, 4, 8, 10, 10 ... seconds or the spread, whichever is longer. */
  get ceilingMs() {
    if (this.failures <= 1) return this.spreadMs
    return Math.max(this.spreadMs, Math.min(FIRST_LATER_MS * 2 ** (this.failures - 2), LONGEST_MS))
  }

  get limited() {
    return this.failures >= (this.everConnected ? LIMITED_AFTER : LIMITED_AT_FIRST)
  }
}
