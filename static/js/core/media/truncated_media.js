// @ts-check
/**
 * Whether a file's data end well before the length that the file claims: a transfer that broke off, a wrong
 * header.
 *
 * Chromium keeps the header's length as the element's duration at such an end, and the room learns the true
 * one. For an MP3 without a header the element's duration is a guess; the library counts frames, so its
 * length is preferred.
 */

const SHORT_S = 2
const SHORT_SHARE = 0.02
const ENDED = "ended" // where the room's length comes from: players came to the end of the data there
const TAGS = "tags" // the library read it from the file

/** @typedef {{endS: number, saidS: number}} Cut */

/** @param {number} endS @param {number | null} saidS the length that was claimed */
export function endsEarly(endS, saidS) {
  if (saidS === null || !Number.isFinite(saidS)) return false
  return saidS - endS > Math.max(SHORT_S, SHORT_SHARE * saidS)
}

export class CutShort {
  constructor() {
    /** @type {string | null} */
    this.url = null
    /** @type {number | null} */
    this.librarySaidS = null
  }

  /**
   * @param {Pick<import("../sync/timeline.js").TimelineState, "media" | "duration" | "duration_source"> |
   *   null} timeline
   * @param {number | null} durationS of the element; NaN or null while unknown
   * @returns {Cut | null}
   */
  look(timeline, durationS) {
    const url = timeline?.media?.url ?? null
    if (url !== this.url) this.librarySaidS = null
    this.url = url
    if (!timeline || url === null) return null
    const { duration, duration_source } = timeline
    if (duration_source === TAGS) this.librarySaidS = duration
    const saidS = this.librarySaidS ?? durationS
    if (duration_source !== ENDED || duration === null || saidS === null) return null
    return endsEarly(duration, saidS) ? { endS: duration, saidS } : null
  }
}
