// @ts-check
/**
 * The media element: the driver that acts on it, a snapshot of its state, and the browser's engine, because the three
 * engines keep time differently.
 */

const GAP_S = 0.05 // browsers play across gaps of this size

/** @returns {"chromium" | "firefox" | "webkit"} */
export function browserEngine() {
  const agent = navigator.userAgent
  if (/Firefox\//.test(agent)) return "firefox"
  return /Chrom(e|ium)\//.test(agent) ? "chromium" : "webkit"
}

/** Part of the storage key for measurements of this browser: another version may behave differently. */
export function browserVersion() {
  const found = /(Firefox|Chrom(?:e|ium)|Version)\/(\d+)/.exec(navigator.userAgent)
  return found ? `${browserEngine()}-${found[2]}` : browserEngine()
}

const EDGE_S = 0.1 // browsers round the ends of ranges

/** Whether one of the ranges contains the position. @param {TimeRanges} ranges @param {number} positionS */
export function contains(ranges, positionS) {
  for (let i = 0; i < ranges.length; i++) {
    if (ranges.start(i) - EDGE_S <= positionS && positionS <= ranges.end(i) + EDGE_S) return true
  }
  return false
}

/** Seconds buffered ahead of the position. @param {TimeRanges} ranges @param {number} positionS */
export function bufferedAhead(ranges, positionS) {
  for (let i = 0; i < ranges.length; i++) {
    if (ranges.start(i) <= positionS + GAP_S && positionS < ranges.end(i)) return ranges.end(i) - positionS
  }
  return 0
}

const SAME_RATE = 1e-7

/** @typedef {HTMLMediaElement & {webkitPreservesPitch?: boolean}} Element */

/**
 * Performs actions on the media element. Each action is registered as an expected event before it is done, so that its
 * event is not taken for one that this page did not cause.
 */
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
   * Load the URL without its fragment: `#t=1,2` would stop playback at 2 s, and servers do not get fragments.
   * @param {string | null} url
   */
  load(url) {
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
    if (Math.abs(element.playbackRate - rate) < SAME_RATE) return
    this.expectedEvents.expect("ratechange", rate)
    element.playbackRate = rate
  }
}

/** Whether the tab is invisible; picture-in-picture counts as visible. */
export function isHidden() {
  return document.hidden && !document.pictureInPictureElement
}

/**
 * Take a snapshot of the element and the clocks, in one task: between two tasks both clocks move.
 * @param {HTMLMediaElement} element
 * @param {import("../../core/clock/clock.js").Clock} clock
 * @param {number} fineTuneMs positive: this device plays later
 * @returns {import("../../core/sync/timeline.js").ElementState}
 */
export function readElement(element, clock, fineTuneMs) {
  const nowMs = performance.now()
  const currentTimeS = element.currentTime
  return {
    nowMs,
    currentTimeS,
    serverMs: clock.serverNow(nowMs) - fineTuneMs,
    locked: clock.locked,
    clockSteps: clock.steps,
    movementMs: clock.movementMs,
    paused: element.paused,
    seeking: element.seeking,
    ended: element.ended,
    muted: element.muted,
    hidden: isHidden(),
    readyState: element.readyState,
    rate: element.playbackRate,
    durationS: element.duration,
    idle: element.networkState === HTMLMediaElement.NETWORK_IDLE,
    bufferedAheadS: bufferedAhead(element.buffered, currentTimeS),
    buffered: (positionS) => bufferedAhead(element.buffered, positionS) > 0,
    seekable: (positionS) => contains(element.seekable, positionS),
  }
}
