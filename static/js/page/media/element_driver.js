// @ts-check
/**
 * What is done to the media element. Each deed is entered in the expectedEvents before it is done, so that its event
 * is known for ours.
 */

const RATE_SAME = 1e-7

/** @typedef {HTMLMediaElement & {webkitPreservesPitch?: boolean}} Element */

export class ElementDriver {
  /**
   * @param {HTMLMediaElement} element
   * @param {import("../../core/sync/expected_events.js").ExpectedEvents} expectedEvents
   * @param {(error: DOMException) => void} refused
   */
  constructor(element, expectedEvents, refused) {
    this.element = /** @type {Element} */ (element)
    this.expectedEvents = expectedEvents
    this.refused = refused
  }

  /**
   * A fragment such as `#t=1,2` would stop the element where it ends; no server ever sees it.
   * @param {string | null} url
   */
  fetch(url) {
    this.expectedEvents.clear()
    if (url) this.element.src = url.split("#", 1)[0]
    else this.element.removeAttribute("src")
    this.element.load()
  }

  play() {
    if (this.element.paused) this.expectedEvents.expect("play")
    this.element.play().catch(this.refused)
  }

  pause() {
    if (this.element.paused) return
    this.expectedEvents.expect("pause")
    this.element.pause()
  }

  /** @param {number} toS */
  seek(toS) {
    this.expectedEvents.expect("seeked", toS)
    this.element.currentTime = toS
  }

  /** @param {number} rate @param {boolean} preservesPitch */
  rate(rate, preservesPitch) {
    const { element } = this
    if (element.preservesPitch !== preservesPitch) element.preservesPitch = preservesPitch
    if ("webkitPreservesPitch" in element) element.webkitPreservesPitch = preservesPitch
    if (Math.abs(element.playbackRate - rate) < RATE_SAME) return
    this.expectedEvents.expect("ratechange", rate)
    element.playbackRate = rate
  }
}
