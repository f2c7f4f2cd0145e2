// @ts-check
/**
 * What taps on the picture do: two on its left or right side seek, and each further tap that follows soon seeks
 * again; two in the middle toggle fullscreen. A single tap only shows the controls.
 */

const STEP_S = 10
const DOUBLE_MS = 320 // a second tap within this makes a double tap
const FURTHER_MS = 700 // and each further tap within this seeks again
const SIDE = 0.35 // of the picture's width

/** @typedef {{atMs: number, share: number}} Tap `share` of the picture's width, from its left edge */
/** @typedef {{do: "seek", stepS: number, totalS: number} | {do: "fullscreen"} | null} TapEffect */

export class Taps {
  constructor() {
    this.side = 0
    this.count = 0
    this.lastMs = -Infinity
  }

  /** @param {Tap} tap @returns {TapEffect} */
  tap({ atMs, share }) {
    const side = share < SIDE ? -1 : share > 1 - SIDE ? 1 : 0
    const withinMs = side && this.count > 1 ? FURTHER_MS : DOUBLE_MS
    const follows = side === this.side && atMs >= this.lastMs && atMs - this.lastMs <= withinMs
    this.count = follows ? this.count + 1 : 1
    this.side = side
    this.lastMs = atMs
    if (this.count < 2) return null
    if (side) return { do: "seek", stepS: side * STEP_S, totalS: side * STEP_S * (this.count - 1) }
    this.count = 0 // a third tap begins again
    return { do: "fullscreen" }
  }
}
