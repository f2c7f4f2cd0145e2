// @ts-check
/** The part of hls.js that appends data, for WebKitGTK: see `core/media/composition_times.js`. */

import { CompositionTimes } from "../../core/media/composition_times.js"

const MICROSECONDS = 1e6

/**
 * @param {any} BufferController that of hls.js
 * @returns {any} one whose pictures are in time
 */
export function withExactTimes(BufferController) {
  return class extends BufferController {
    times = new CompositionTimes()

    /** @param {string} event @param {any} appending */
    onBufferAppending(event, appending) {
      if (appending.type.includes("video")) moveIn(appending, this.times)
      super.onBufferAppending(event, appending)
    }
  }
}

/**
 * WebKit cuts the times of pictures to microseconds, and drops all up to the next key frame if one is below zero.
 * @param {number} offsetS
 */
function cut(offsetS) {
  return Math.ceil(offsetS * MICROSECONDS - 0.001) / MICROSECONDS
}

/** Broken boxes are left to the browser, which reports them. @param {any} appending @param {CompositionTimes} times */
function moveIn(appending, times) {
  const { data, offset = 0 } = appending
  try {
    const { bytes, laterS } = times.move(data, offset)
    if (laterS) Object.assign(appending, { data: bytes, offset: cut(offset - laterS) })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}
