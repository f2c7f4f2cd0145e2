// @ts-check
/**
 * How loud it is: kept in the browser, and the same in all its tabs, so that a remote can turn down what
 * another plays.
 */

import { recall, remember } from "../lib/storage.js"

const NAME = "player-loudness"

export class VolumeState {
  /** @param {import("./output.js").AudioOutput} voice */
  constructor(voice) {
    this.voice = voice
    this.level = { volume: 1, muted: false, ...recall(NAME, {}) }
    addEventListener(
      "storage",
      ({ key }) => key?.endsWith(NAME) && this.#set({ ...this.level, ...recall(NAME, {}) }),
    )
    voice.setLoudness(this.level)
  }

  get volume() {
    return this.level.volume
  }

  get muted() {
    return this.level.muted
  }

  /** @param {number} volume 0 to 1 */
  setVolume(volume) {
    this.#change({ ...this.level, volume })
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.#change({ ...this.level, muted })
  }

  unlock() {} // of the room's player; nothing is locked here that a press would open

  /** @param {{volume: number, muted: boolean}} level */
  #change(level) {
    remember(NAME, level)
    this.#set(level)
  }

  /** @param {{volume: number, muted: boolean}} level */
  #set(level) {
    this.level = level
    this.voice.setLoudness(level)
    document.dispatchEvent(new Event("watchium:sound"))
  }
}
