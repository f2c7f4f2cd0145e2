// @ts-check
/** How much is left to play, and whether hls.js loads more: after an error it may sit still, without another error. */

const LEFT_S = 0.3

/** Where the buffered data around the position ends; browsers play across small gaps. @param {HTMLMediaElement} element */
export function dataEndS({ buffered, currentTime }) {
  let endS = currentTime
  for (let i = 0; i < buffered.length; i++)
    if (buffered.start(i) <= endS + LEFT_S && buffered.end(i) > endS) endS = buffered.end(i)
  return endS
}

/** Whether nothing is left to play. @param {HTMLMediaElement} element */
export function isOut(element) {
  return dataEndS(element) - element.currentTime <= LEFT_S
}

export class LoadActivity {
  /** Since when no part is being loaded; Infinity while one is. */
  #idleSinceMs

  /**
   * @param {any} hls
   * @param {any} Events of hls.js
   * @param {() => number} now
   */
  constructor(hls, { FRAG_LOADING, FRAG_LOADED, ERROR }, now = () => performance.now()) {
    this.now = now
    this.#idleSinceMs = now()
    hls.on(FRAG_LOADING, () => (this.#idleSinceMs = Infinity))
    for (const end of [FRAG_LOADED, ERROR]) hls.on(end, () => this.restarted())
  }

  get idleMs() {
    return this.now() - this.#idleSinceMs
  }

  restarted() {
    this.#idleSinceMs = this.now()
  }
}
