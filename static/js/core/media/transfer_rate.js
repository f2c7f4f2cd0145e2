// @ts-check
/** How fast a transfer is and how long the rest takes, from its progress over the last seconds. */

const WINDOW_MS = 10_000
const LEAST_MS = 1000 // before that there is no estimate

export class TransferRate {
  /** @type {{atMs: number, bytes: number}[]} */
  #samples = []

  /** @param {number} bytes so far @param {number} nowMs */
  add(bytes, nowMs) {
    this.#samples.push({ atMs: nowMs, bytes })
    while (this.#samples.length > 2 && nowMs - this.#samples[0].atMs > WINDOW_MS) this.#samples.shift()
  }

  /** After a pause, or a piece that was lost. */
  restart() {
    this.#samples = []
  }

  /** Null while it is not known. */
  get bytesPerS() {
    const first = this.#samples[0]
    const last = this.#samples[this.#samples.length - 1]
    if (!first || last.atMs - first.atMs < LEAST_MS || last.bytes <= first.bytes) return null
    return ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000
  }

  /** Null while it is not known. @param {number} bytesLeft */
  secondsLeft(bytesLeft) {
    const { bytesPerS } = this
    return bytesPerS === null ? null : bytesLeft / bytesPerS
  }
}
