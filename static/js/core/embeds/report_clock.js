// @ts-check
/**
 * The position of a player in a frame, from reports that arrive a few times a second.
 *
 * A report that carries when it was read is as good as the clock itself; one that does not is taken to have
 * been read when it arrived, some 10 ms before. Between reports the position is extrapolated, for a second at
 * most: a player that is silent for longer does not move, as far as its reports show.
 *
 * Times are in milliseconds of the page's clock.
 */

const MOST_MS = 1000

export class ReportClock {
  positionS = 0
  readMs = 0
  rate = 1
  moving = false

  /** @param {number} nowMs */
  positionAt(nowMs) {
    if (!this.moving) return this.positionS
    const sinceMs = Math.min(Math.max(0, nowMs - this.readMs), MOST_MS)
    return this.positionS + (this.rate * sinceMs) / 1000
  }

  /** @param {number} positionS @param {number} readMs */
  report(positionS, readMs) {
    this.positionS = positionS
    this.readMs = readMs
  }

  /** The player changed its rate, started or stopped: what moves from now on is what was reached. */
  change(/** @type {number} */ nowMs, { rate = this.rate, moving = this.moving }) {
    if (rate === this.rate && moving === this.moving) return
    this.report(this.positionAt(nowMs), nowMs)
    this.rate = rate
    this.moving = moving
  }
}
