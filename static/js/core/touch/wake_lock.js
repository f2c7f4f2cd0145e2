// @ts-check
/** Holds the screen's wake lock while it is wanted. The browser takes it back when the page is hidden. */

/** @typedef {{released: boolean, release(): Promise<void>}} Lock */

export class WakeLock {
  /** @param {() => Promise<Lock>} request rejects if the browser refuses, as with a low battery */
  constructor(request) {
    this.request = request
    this.wanted = false
    this.requesting = false
    /** @type {Lock | null} */
    this.lock = null
  }

  get held() {
    return this.lock !== null && !this.lock.released
  }

  /** To be called again whenever something changed: a refused or released lock is requested again. @param {boolean} wanted */
  async want(wanted) {
    this.wanted = wanted
    if (!wanted) return this.#release()
    if (this.held || this.requesting) return
    this.requesting = true
    try {
      this.lock = await this.request()
    } catch {
      // The next change tries again.
    }
    this.requesting = false
    if (!this.wanted) await this.#release() // in the meantime
  }

  async #release() {
    const { lock } = this
    this.lock = null
    await lock?.release().catch(() => {})
  }
}
