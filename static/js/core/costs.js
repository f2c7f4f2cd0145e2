// @ts-check
/**
 * What starting, seeking and placing cost on this device, learned from every start and every landing.
 *
 * A player that starts after a seek is heard some 76 ms late, because its pipeline was flushed; one that was only
 * paused starts at once. Fed forward, the room starts together; uncorrected, everybody is late by a different amount.
 * A paused player that is placed elsewhere needs a while until it could start: the room's lead for a seek has to cover it.
 * Measured on Chromium with its null sink; kept per browser, because it is a property of browser and machine.
 */

import { clamp } from "./samples.js"

const START_GAIN = 0.4 // scatter is one audio buffer (21 ms): 120 starts missed by 13 ms at p95 with this, by 15 with 0.7
const SEEK_GAIN = 0.5 // landings scatter more than starts
const PLACE_GAIN = { up: 0.7, down: 0.15 } // who is placed too late starts anew: rather a little more than needed
const START_MOST_MS = 250
const SEEK_MOST_MS = 1500
const PLACE_MOST_MS = 1000 // beyond that waiting for one device costs everybody more than it is worth
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
    /** @type {Record<SeekKind, number>} */
    this.placeMs = { buffered: seek, unbuffered: UNBUFFERED_MS }
    this.#recall(remembered)
  }

  /** @param {any} remembered */
  #recall(remembered) {
    for (const [kind, most] of [["startMs", START_MOST_MS], ["seekMs", SEEK_MOST_MS], ["placeMs", PLACE_MOST_MS]]) {
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

  /** The paused player could start `tookMs` after it was placed. @param {SeekKind} kind @param {number} tookMs */
  placed(kind, tookMs) {
    const wrongMs = tookMs - this.placeMs[kind]
    this.placeMs[kind] = clamp(this.placeMs[kind] + (wrongMs > 0 ? PLACE_GAIN.up : PLACE_GAIN.down) * wrongMs, 0, PLACE_MOST_MS)
  }

  remember() {
    return { startMs: { ...this.startMs }, seekMs: { ...this.seekMs }, placeMs: { ...this.placeMs } }
  }
}
