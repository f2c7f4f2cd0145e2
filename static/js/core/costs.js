// @ts-check
/**
 * What starting and seeking cost on this device, learned from every start and every landing.
 *
 * A player that starts after a seek is heard some 76 ms late, because its pipeline was flushed; one that was only
 * paused starts at once. Fed forward, the room starts together; uncorrected, everybody is late by a different amount.
 * Measured on Chromium with its null sink; kept per browser, because it is a property of browser and machine.
 */

import { clamp } from "./samples.js"

const START_GAIN = 0.7 // scatter is one audio buffer (21 ms): believe most of what was seen, not all
const SEEK_GAIN = 0.5 // landings scatter more than starts
const START_MOST_MS = 250
const SEEK_MOST_MS = 1500
const FROM_REST_MS = 0 // measured +1 ± 8 ms after a plain pause

/** First guesses: [start after a seek or load, seek in buffered media], in ms. */
const GUESSES = { chromium: [75, 90], firefox: [100, 90], webkit: [100, 250] }
const UNBUFFERED_MS = 400 // a request's round trip and a little decoding, until learned

/** @typedef {"fresh" | "rest"} StartKind after a seek or load; after a plain pause */
/** @typedef {"buffered" | "unbuffered"} SeekKind */

export class Costs {
  /** @param {"chromium" | "firefox" | "webkit"} engine @param {unknown} [remembered] what `remember()` gave before */
  constructor(engine, remembered) {
    const [fresh, seek] = GUESSES[engine]
    /** @type {Record<StartKind, number>} */
    this.startMs = { fresh, rest: engine === "chromium" ? FROM_REST_MS : fresh }
    /** @type {Record<SeekKind, number>} */
    this.seekMs = { buffered: seek, unbuffered: UNBUFFERED_MS }
    this.#recall(remembered)
  }

  /** @param {any} remembered */
  #recall(remembered) {
    for (const [kind, most] of [["startMs", START_MOST_MS], ["seekMs", SEEK_MOST_MS]]) {
      for (const key of Object.keys(this[kind])) {
        const value = remembered?.[kind]?.[key]
        if (Number.isFinite(value)) this[kind][key] = clamp(value, 0, /** @type {number} */ (most))
      }
    }
  }

  /** The player was `errorMs` behind once it had started. @param {StartKind} kind @param {number} errorMs */
  started(kind, errorMs) {
    this.startMs[kind] = clamp(this.startMs[kind] + START_GAIN * errorMs, 0, START_MOST_MS)
  }

  /** The player was `errorMs` behind after a seek while playing. @param {SeekKind} kind @param {number} errorMs */
  landed(kind, errorMs) {
    this.seekMs[kind] = clamp(this.seekMs[kind] + SEEK_GAIN * errorMs, 0, SEEK_MOST_MS)
  }

  remember() {
    return { startMs: { ...this.startMs }, seekMs: { ...this.seekMs } }
  }
}
