// @ts-check
/**
 * A slow network on demand: `watchium.delay(300)` in the console holds every frame that long, each way, in
 * order.
 */

import { after } from "../lib/timers.js"

export class Latency {
  constructor() {
    this.upMs = 0
    this.downMs = 0
    this.lines = { up: Promise.resolve(), down: Promise.resolve() }
    this.held = 0
  }

  /** @param {number} upMs @param {number} [downMs] */
  set(upMs, downMs = upMs) {
    this.upMs = upMs
    this.downMs = downMs
  }

  /** @param {"up" | "down"} way @param {() => void} pass */
  through(way, pass) {
    const ms = way === "up" ? this.upMs : this.downMs
    if (ms === 0 && this.held === 0) return pass()
    this.held += 1
    const passed = new Promise((resolve) => after(ms, () => resolve(undefined)))
    this.lines[way] = this.lines[way]
      .then(() => passed)
      .then(() => {
        this.held -= 1
        pass()
      })
  }
}
