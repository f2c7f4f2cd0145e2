// @ts-check
/**
 * Asks once more by itself for what did not come: when the network is back, when the page is shown, or after
 * a while that grows.
 */

import { Backoff } from "../../core/net/connection_timing.js"
import { after } from "./timers.js"

export class Retry {
  /** @param {AbortSignal} signal when nobody wants it any more */
  constructor(signal) {
    this.backoff = new Backoff(Math.random)
    /** @type {(() => void) | null} */
    this.deed = null
    this.cancel = () => {}
    window.addEventListener("online", () => this.#now(), { signal })
    document.addEventListener("visibilitychange", () => this.#now(), { signal })
    signal.addEventListener("abort", () => this.forget())
    this.signal = signal
  }

  /** One more attempt failed. @param {() => void} deed */
  later(deed) {
    this.forget()
    if (this.signal.aborted) return
    this.deed = deed
    this.cancel = after(this.backoff.next(), () => this.#now())
  }

  /** Somebody asks for it, or for something else. */
  forget() {
    this.cancel()
    this.deed = null
  }

  worked() {
    this.forget()
    this.backoff.connected(this.backoff.spreadMs)
  }

  /** A hidden page asks for nothing. */
  #now() {
    const { deed } = this
    if (document.hidden || !deed) return
    this.forget()
    deed()
  }
}
