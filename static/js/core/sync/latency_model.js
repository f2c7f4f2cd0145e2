// @ts-check
/**
 * The latencies of starting, seeking and placing on this device, learned from every start and every seek.
 *
 * A player that starts after a seek becomes audible some 76 ms late, because its pipeline was flushed; one that was
 * only paused starts at once. With the latency fed forward the room starts together; without it, each player
 * is late by a different amount. A paused player that is placed elsewhere needs some time until it could
 * start, and the room's lead time for a seek has to cover it. Measured on Chromium with its null sink; stored
 * per browser, because it is a property of browser and machine.
 */

import { clamp } from "./error_samples.js"

const SCATTER_MS = 25 // of starts and landings; a first error beyond it corrects the guess completely
// scatter is one audio buffer (21 ms): 120 starts missed by 13 ms at p95 with this, by 15 with 0.7
const START_GAIN = 0.4
const SEEK_GAIN = 0.5 // landings scatter more than starts
// a player that is placed too late has to start again, so rather overestimate
const PLACE_GAIN = { up: 0.7, down: 0.15 }
const START_LEAST_MS = -50 // WebKitGTK starts 14 to 27 ms ahead of where it was paused
const START_MOST_MS = 250
const SEEK_MOST_MS = 1500
const PLACE_MOST_MS = 1000 // beyond that waiting for one device costs all members more than it is worth

const UNBUFFERED_MS = 400 // a request's round trip and a little decoding, until learned

/** @typedef {"chromium" | "firefox" | "webkit"} Engine */
/**
 * What the control of a player has to know about it.
 *
 * `rates`: the ones it plays at; `none` if every change interrupts the sound. `clock`: `exact`; `stairs`, in
 * steps of up to 40 ms; `stamped`, in reports that say when they were true; `coarse`, in reports that do not.
 * `startCostMs` and `seekCostMs` are first guesses: the start after a seek or load, the start after a plain
 * pause, the seek in buffered media; `mostCostMs` limits what is learned. `pitch`: whether it can resample, so
 * that short changes of the rate are exact.
 * @typedef {object} PlayerTraits
 * @property {"any" | "none" | readonly number[]} rates
 * @property {"exact" | "stairs" | "stamped" | "coarse"} clock
 * @property {{fresh: number, rest: number}} startCostMs
 * @property {number} seekCostMs
 * @property {{start: number, seek: number}} [mostCostMs]
 * @property {number} [seekBeyondMs] for players whose rate cannot correct them
 * @property {boolean} pitch
 */
/** @typedef {Engine | PlayerTraits} PlayerKind */

/**
 * The browser's own elements. Chromium starts from rest at once (+1 ± 8); WebKitGTK 2.50 does so from where it
 * was placed (0.2 ± 0.4), and seeks within 7 to 45.
 * @type {Record<Engine, PlayerTraits>}
 */
const ENGINES = {
  chromium: {
    rates: "any",
    clock: "exact",
    startCostMs: { fresh: 75, rest: 0 },
    seekCostMs: 90,
    pitch: true,
  },
  firefox: {
    rates: "any",
    clock: "stairs",
    startCostMs: { fresh: 100, rest: 100 },
    seekCostMs: 90,
    pitch: true,
  },
  webkit: {
    rates: "none",
    clock: "stairs",
    startCostMs: { fresh: 0, rest: -20 },
    seekCostMs: 25,
    pitch: true,
  },
}

/** @param {PlayerKind} player */
export function traitsOf(player) {
  return typeof player === "string" ? ENGINES[player] : player
}

/** @typedef {"fresh" | "rest"} StartKind after a seek or load; after a plain pause */
/** @typedef {"buffered" | "unbuffered"} SeekKind */

export class LatencyModel {
  /**
   * @param {PlayerKind} player
   * @param {unknown} [stored] an earlier `snapshot()`
   */
  constructor(player, stored) {
    const { startCostMs, seekCostMs: seek, mostCostMs } = traitsOf(player)
    const { fresh, rest } = startCostMs
    this.mostMs = mostCostMs ?? { start: START_MOST_MS, seek: SEEK_MOST_MS }
    /** Names of the latencies that are no longer guesses. @type {Set<string>} */
    this.learned = new Set()
    /** @type {Record<StartKind, number>} */
    this.startMs = { fresh, rest }
    /** @type {Record<SeekKind, number>} */
    this.seekMs = { buffered: seek, unbuffered: UNBUFFERED_MS }
    /** @type {Record<SeekKind, number>} */
    this.placeMs = { buffered: seek, unbuffered: UNBUFFERED_MS }
    this.#restore(stored)
  }

  /** @param {any} stored */
  #restore(stored) {
    for (const [name, least, most] of /** @type {const} */ ([
      ["startMs", START_LEAST_MS, this.mostMs.start],
      ["seekMs", 0, this.mostMs.seek],
      ["placeMs", 0, PLACE_MOST_MS],
    ])) {
      /** @type {any} */
      const latencies = this[name]
      for (const kind of Object.keys(latencies)) {
        const value = stored?.[name]?.[kind]
        if (!Number.isFinite(value) || value === latencies[kind]) continue
        latencies[kind] = clamp(value, least, most)
        this.learned.add(`${name}.${kind}`)
      }
    }
  }

  /** The player was `errorMs` behind after a start. @param {StartKind} kind @param {number} errorMs */
  recordStart(kind, errorMs) {
    const startMs = this.startMs[kind] + this.#gain(`startMs.${kind}`, errorMs, START_GAIN) * errorMs
    this.startMs[kind] = clamp(startMs, START_LEAST_MS, this.mostMs.start)
  }

  /**
   * The player was `errorMs` behind after a seek while playing.
   * @param {SeekKind} kind
   * @param {number} errorMs
   */
  recordSeek(kind, errorMs) {
    const seekMs = this.seekMs[kind] + this.#gain(`seekMs.${kind}`, errorMs, SEEK_GAIN) * errorMs
    this.seekMs[kind] = clamp(seekMs, 0, this.mostMs.seek)
  }

  /**
   * How much of an error is corrected.
   * @param {string} latency
   * @param {number} errorMs
   * @param {number} usual
   */
  #gain(latency, errorMs, usual) {
    const first = !this.learned.has(latency)
    this.learned.add(latency)
    return first && Math.abs(errorMs) > SCATTER_MS ? 1 : usual
  }

  /**
   * The paused player could start `tookMs` after it was placed.
   * @param {SeekKind} kind
   * @param {number} tookMs
   */
  recordPlacing(kind, tookMs) {
    const errorMs = tookMs - this.placeMs[kind]
    const gain = errorMs > 0 ? PLACE_GAIN.up : PLACE_GAIN.down
    this.placeMs[kind] = clamp(this.placeMs[kind] + gain * errorMs, 0, PLACE_MOST_MS)
  }

  snapshot() {
    return { startMs: { ...this.startMs }, seekMs: { ...this.seekMs }, placeMs: { ...this.placeMs } }
  }
}
