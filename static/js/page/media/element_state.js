// @ts-check
/** One look at the element and the clocks, all in one task: between two tasks both clocks move. */

import { bufferedAhead, contains } from "./browser_engine.js"

/** Nobody sees the tab. A picture in a window of its own is seen. */
export function isHidden() {
  return document.hidden && !document.pictureInPictureElement
}

/**
 * @param {HTMLMediaElement} element
 * @param {import("../../core/clock/clock.js").Clock} clock
 * @param {number} fineTuneMs positive: this device plays later
 * @returns {import("../../core/sync/timeline.js").ElementState}
 */
export function look(element, clock, fineTuneMs) {
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
