// @ts-check
/**
 * What starting, seeking and placing cost on this device, learned from every start and every landing.
 *
 * A player that starts after a seek is heard some 76 ms late, because its pipeline was flushed; one that was
 * only paused starts at once. Fed forward, the room starts together; uncorrected, everybody is late by a
 * different amount. A paused player that is placed elsewhere needs a while until it could start: the room's
 * lead for a seek has to cover it. Measured on Chromium with its null sink; kept per browser, because it is a
 * property of browser and machine.
 */

import { clamp } from "./error_samples.js"

const SCATTER_MS = 25 // of starts and landings; a first lesson that is further off corrects the guess at once
// scatter is one audio buffer (21 ms): 120 starts missed by 13 ms at p95 with this, by 15 with 0.7
const START_GAIN = 0.4
const SEEK_GAIN = 0.5 // landings scatter more than starts
// who is placed too late starts anew: rather a little more than needed
const PLACE_GAIN = { up: 0.7, down: 0.15 }
const START_LEAST_MS = -50 // WebKitGTK starts 14 to 27 ms ahead of where it was paused
const START_MOST_MS = 250
const SEEK_MOST_MS = 1500
const PLACE_MOST_MS = 1000 // beyond that waiting for one device costs everybody more than it is worth

/**
 * First guesses in ms: start after a seek or load, start after a plain pause, seek in buffered media.
 * Chromium starts from rest at once (+1 ± 8); WebKitGTK 2.50 does so from where it was placed (0.2 ± 0.4),
 * and seeks within 7 to 45.
 */
const GUESSES = {
  chromium: { fresh: 75, rest: 0, seek: 90 },
  firefox: { fresh: 100, rest: 100, seek: 90 },
  webkit: { fresh: 0, rest: -20, seek: 25 },
}
const UNBUFFERED_MS = 400 // a request's round trip and a little decoding, until learned

/** @typedef {"fresh" | "rest"} StartKind after a seek or load; after a plain pause */
/** @typedef {"buffered" | "unbuffered"} SeekKind */

export class LatencyModel {
  /**
   * @param {"chromium" | "firefox" | "webkit"} engine
   * @param {unknown} [remembered] what `remember()` gave before
   */
  constructor(engine, remembered) {
    const { fresh, rest, seek } = GUESSES[engine]
    /** What is no guess any more. @type {Set<string>} */
    this.known = new Set()
    /** @type {Record<StartKind, number>} */
    this.startMs = { fresh, rest }
    /** @type {Record<SeekKind, number>} */
    this.seekMs = { buffered: seek, unbuffered: UNBUFFERED_MS }
    /** @type {Record<SeekKind, number>} */
    this.placeMs = { buffered: seek, unbuffered: UNBUFFERED_MS }
    this.#recall(remembered)
  }

  /** @param {any} remembered */
  #recall(remembered) {
    for (const [kind, least, most] of /** @type {const} */ ([
      ["startMs", START_LEAST_MS, START_MOST_MS],
      ["seekMs", 0, SEEK_MOST_MS],
      ["placeMs", 0, PLACE_MOST_MS],
    ])) {
      /** @type {any} */
      const costs = this[kind]
      for (const key of Object.keys(costs)) {
        const value = remembered?.[kind]?.[key]
        if (!Number.isFinite(value) || value === costs[key]) continue
        costs[key] = clamp(value, least, most)
        this.known.add(`${kind}.${key}`)
      }
    }
  }

  /** The player was `errorMs` behind once it had started. @param {StartKind} kind @param {number} errorMs */
  started(kind, errorMs) {
    this.startMs[kind] = clamp(
      this.startMs[kind] + this.#gain(`startMs.${kind}`, errorMs, START_GAIN) * errorMs,
      START_LEAST_MS,
      START_MOST_MS,
    )
  }

  /**
   * The player was `errorMs` behind after a seek while playing.
   * @param {SeekKind} kind
   * @param {number} errorMs
   */
  landed(kind, errorMs) {
    this.seekMs[kind] = clamp(
      this.seekMs[kind] + this.#gain(`seekMs.${kind}`, errorMs, SEEK_GAIN) * errorMs,
      0,
      SEEK_MOST_MS,
    )
  }

  /**
   * How much of its error a lesson corrects.
   * @param {string} what
   * @param {number} errorMs
   * @param {number} usual
   */
  #gain(what, errorMs, usual) {
    const first = !this.known.has(what)
    this.known.add(what)
    return first && Math.abs(errorMs) > SCATTER_MS ? 1 : usual
  }

  /**
   * The paused player could start `tookMs` after it was placed.
   * @param {SeekKind} kind
   * @param {number} tookMs
   */
  placed(kind, tookMs) {
    const wrongMs = tookMs - this.placeMs[kind]
    this.placeMs[kind] = clamp(
      this.placeMs[kind] + (wrongMs > 0 ? PLACE_GAIN.up : PLACE_GAIN.down) * wrongMs,
      0,
      PLACE_MOST_MS,
    )
  }

  remember() {
    return { startMs: { ...this.startMs }, seekMs: { ...this.seekMs }, placeMs: { ...this.placeMs } }
  }
}
