// @ts-check
/**
 * Where the media element can be taken, and how often it is asked to go there.
 *
 * On a server without range requests, in a live stream, in a file that begins late or is cut short, a seek
 * lands elsewhere or never. A player that tries again tries for ever: 320 seeks a second were measured. So a
 * seek is only asked for where the element says it can go and where no seek of this medium failed, and
 * whatever the reason is, only a few times without success. `seekable` alone does not tell: Chromium gives
 * [0, Infinity] for a live stream and for an MP4 that claims 200 hours, and only the second one can be
 * sought.
 */

const ATTEMPTS = 3 // without success; each further one waits
const WAIT_MS = 10_000 // before the fourth, and twice as long before each after that
const WAIT_MOST_MS = 300_000
const SETTLED_MS = 30_000 // in step for so long: earlier failures say nothing any more
const ELSEWHERE_S = 0.25 // browsers land on the frame that was asked for
const MISSES = 2 // landings before the place that was asked for, until the room moves
const HANGS_MS = 2500 // a seek in a medium without a length: a live stream never gets there

/** @typedef {import("../sync/target.js").Seen} Seen */
/** @typedef {"stream" | "not_seekable" | "begins_later" | "exhausted"} Refusal */

export class SeekBudget {
  constructor() {
    this.newMedium()
  }

  newMedium() {
    /** Without a common position: what arrives is played. */
    this.stream = false
    /**
     * @type {{fromS: number, toS: number} | null} places that have no data: a seek to one landed behind them
     */
    this.gap = null
    /** @type {{fromS: number, toS: number, sinceMs: number} | null} under way */
    this.pending = null
    this.renew()
  }

  /** The room moved, or the viewer asks for another attempt. */
  renew() {
    /** The latest seeks, in ms. @type {number[]} */
    this.latestMs = []
    this.roomWaited()
  }

  /**
   * The room waits for its players, or goes on: also a player whose stalls cause that seeks no more often.
   */
  roomWaited() {
    this.asked = 0
    this.askedMs = -Infinity
    this.misses = 0
    this.settledMs = Infinity
  }

  /**
   * Why this place cannot be asked for now; null where it can.
   * @param {Seen} seen
   * @param {number} toS
   * @returns {Refusal | null}
   */
  refusal(seen, toS) {
    if (this.stream) return "stream"
    if (this.gap && toS >= this.gap.fromS && toS < this.gap.toS) return "begins_later"
    if (seen.seekable && !seen.seekable(toS)) return "not_seekable"
    if (this.misses >= MISSES || seen.nowMs - this.askedMs < this.#waitMs() || this.#isTooSoon(seen.nowMs))
      return "exhausted"
    return null
  }

  /** @param {number} nowMs */
  #isTooSoon(nowMs) {
    return this.latestMs.length >= ATTEMPTS && nowMs - this.latestMs[0] < WAIT_MS
  }

  #waitMs() {
    return this.asked < ATTEMPTS ? 0 : Math.min(WAIT_MS * 2 ** (this.asked - ATTEMPTS), WAIT_MOST_MS)
  }

  /** A seek is asked for now. @param {Seen} seen @param {number} toS */
  ask(seen, toS) {
    this.pending = { fromS: this.pending?.fromS ?? seen.currentTimeS, toS, sinceMs: seen.nowMs }
    this.asked += 1
    this.askedMs = seen.nowMs
    this.latestMs = [...this.latestMs, seen.nowMs].slice(-ATTEMPTS)
    this.settledMs = Infinity
  }

  /** The player is in step, once more. @param {number} nowMs */
  inStep(nowMs) {
    this.settledMs = Math.min(this.settledMs, nowMs)
    if (nowMs - this.settledMs > SETTLED_MS && this.asked) this.renew()
  }

  /**
   * What became of the seek that is under way. `astray`: it landed elsewhere. `hangs`: it never lands.
   * @param {Seen} seen @returns {"landed" | "astray" | "hangs" | null}
   */
  look(seen) {
    const { pending } = this
    if (!pending) return null
    if (seen.seeking) return this.#hangs(seen, pending)
    this.pending = null
    if (seen.currentTimeS < pending.toS - ELSEWHERE_S) return this.#fellShort()
    return this.#overshot(seen, pending)
  }

  /** @param {Seen} seen @param {{sinceMs: number}} pending */
  #hangs(seen, pending) {
    if (Number.isFinite(seen.durationS) || this.stream || seen.nowMs - pending.sinceMs < HANGS_MS) return null
    this.stream = true
    return /** @type {const} */ ("hangs")
  }

  #fellShort() {
    this.misses += 1
    return /** @type {const} */ ("astray")
  }

  /** @param {Seen} seen @param {{toS: number}} pending */
  #overshot(seen, { toS }) {
    if (!seen.paused || seen.ended || seen.currentTimeS <= toS + ELSEWHERE_S)
      return /** @type {const} */ ("landed")
    this.gap = { fromS: Math.min(toS, this.gap?.fromS ?? toS), toS: seen.currentTimeS }
    return /** @type {const} */ ("astray")
  }
}
