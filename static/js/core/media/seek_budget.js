// @ts-check
/**
 * Where the media element can seek to, and how often it is asked to.
 *
 * On a server without range requests, in a live stream, in a file that begins late or is truncated, a seek
 * lands elsewhere or never. A player that simply tries again never stops: 320 seeks a second were measured.
 * So the player seeks only where the element claims that it can and where no seek in this media failed, and
 * for whatever reason only a few times without success. `seekable` alone is not enough: Chromium returns [0,
 * Infinity] for a live stream and for an MP4 that claims 200 hours, and only the second can be sought.
 */

const ATTEMPTS = 3 // without success; each further one waits
const WAIT_MS = 10_000 // before the fourth, and twice as long before each after that
const WAIT_MOST_MS = 300_000
const SETTLED_MS = 30_000 // after this long in step earlier failures no longer count
const ELSEWHERE_S = 0.25 // browsers land on the requested frame
const MISSES = 2 // landings before the requested position, until the room moves
const HANGS_MS = 2500 // a seek in media without a duration: a live stream never gets there

/** @typedef {import("../sync/timeline.js").ElementState} ElementState */
/** @typedef {"stream" | "not_seekable" | "begins_later" | "exhausted"} Refusal */
/** @typedef {{fromS: number, toS: number, sinceMs: number}} PendingSeek */

export class SeekBudget {
  /** A stream without a common position: the player plays the data as it arrives. */
  stream = false
  /** Live, with data at a known range of positions: a seek that takes long is not the sign of a stream. */
  live = false
  /** Positions without data: a seek there landed behind them. @type {{fromS: number, toS: number} | null} */
  gap = null
  /** @type {PendingSeek | null} */
  pending = null
  /** Times of the latest seeks in ms. @type {number[]} */
  latestMs = []
  attempts = 0
  attemptedMs = -Infinity
  misses = 0
  interruptions = 0
  settledMs = Infinity

  /** Other media was loaded, or the viewer retries. */
  reset() {
    this.stream = false
    this.live = false
    this.gap = null
    this.pending = null
    this.renew()
  }

  /** The same media are opened again: seeks of before have failed nowhere. What is known of their data stays true. */
  reopened() {
    this.pending = null
    this.renew()
  }

  /** The room moved. */
  renew() {
    this.latestMs = []
    this.interruptions = 0
    this.roomWaited()
  }

  /**
   * The room waits or resumes. The latest seeks still count, so that a player whose stalls cause it seeks no
   * more often.
   */
  roomWaited() {
    this.attempts = 0
    this.attemptedMs = -Infinity
    this.misses = 0
    this.settledMs = Infinity
  }

  /**
   * Why the player cannot seek to a position now; null if it can.
   * @param {ElementState} element
   * @param {number} toS
   * @returns {Refusal | null}
   */
  refusal(element, toS) {
    if (this.stream) return "stream"
    if (this.gap && toS >= this.gap.fromS && toS < this.gap.toS) return "begins_later"
    if (element.seekable && !element.seekable(toS)) return "not_seekable"
    return this.#isExhausted(element.nowMs) ? "exhausted" : null
  }

  /** @param {number} nowMs */
  #isExhausted(nowMs) {
    if (this.misses >= MISSES || nowMs - this.attemptedMs < this.#waitMs()) return true
    return this.latestMs.length >= ATTEMPTS && nowMs - this.latestMs[0] < WAIT_MS
  }

  #waitMs() {
    return this.attempts < ATTEMPTS ? 0 : Math.min(WAIT_MS * 2 ** (this.attempts - ATTEMPTS), WAIT_MOST_MS)
  }

  /** A seek is requested now. @param {ElementState} element @param {number} toS */
  seekRequested(element, toS) {
    this.pending = { fromS: this.pending?.fromS ?? element.currentTimeS, toS, sinceMs: element.nowMs }
    this.attempts += 1
    this.attemptedMs = element.nowMs
    this.latestMs = [...this.latestMs, element.nowMs].slice(-ATTEMPTS)
    this.settledMs = Infinity
  }

  /** The player is in step. @param {number} nowMs */
  inStep(nowMs) {
    this.settledMs = Math.min(this.settledMs, nowMs)
    if (nowMs - this.settledMs > SETTLED_MS && this.attempts) this.renew()
  }

  /**
   * The result of the pending seek. `astray`: it landed elsewhere, or its data were taken away. `hangs`: it never
   * lands.
   * @param {ElementState} element
   * @returns {"landed" | "astray" | "hangs" | null}
   */
  update(element) {
    const { pending } = this
    if (!pending) return null
    if (element.readyState < 1) return this.#interrupted()
    if (element.seeking) return this.#hangs(element, pending)
    this.pending = null
    if (element.currentTimeS < pending.toS - ELSEWHERE_S) {
      this.misses += 1
      return "astray"
    }
    return this.#landed(element, pending)
  }

  /** Its data were taken away, so that it failed nowhere. A source that does so at every seek is no reason for more. */
  #interrupted() {
    this.pending = null
    this.interruptions += 1
    if (this.interruptions <= ATTEMPTS) {
      this.attempts = Math.max(0, this.attempts - 1)
      this.latestMs = this.latestMs.slice(0, -1)
      this.attemptedMs = this.latestMs.at(-1) ?? -Infinity
    }
    return /** @type {const} */ ("astray")
  }

  /** @param {ElementState} element @param {PendingSeek} pending @returns {"hangs" | null} */
  #hangs(element, { sinceMs }) {
    if (Number.isFinite(element.durationS) || this.stream || this.live || element.nowMs - sinceMs < HANGS_MS)
      return null
    this.stream = true
    return "hangs"
  }

  /** @param {ElementState} element @param {PendingSeek} pending @returns {"landed" | "astray"} */
  #landed(element, { toS }) {
    if (!element.paused || element.ended || element.currentTimeS <= toS + ELSEWHERE_S) return "landed"
    this.gap = { fromS: Math.min(toS, this.gap?.fromS ?? toS), toS: element.currentTimeS }
    return "astray"
  }
}
