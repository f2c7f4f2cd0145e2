// @ts-check
/** The part of hls.js that appends data, for WebKitGTK: see `core/media/composition_times.js`. */

import { CompositionTimes, LATER_S } from "../../core/media/composition_times.js"

/**
 * @param {any} BufferController that of hls.js
 * @returns {any} one whose pictures are in time
 */
export function withExactTimes(BufferController) {
  return class extends BufferController {
    times = new CompositionTimes()

    /** @param {string} event @param {any} appending */
    onBufferAppending(event, appending) {
      if (appending.type.includes("video")) {
        appending.data = moved(this.times, appending.data)
        appending.offset = (appending.offset ?? 0) - LATER_S
      }
      super.onBufferAppending(event, appending)
    }
  }
}

/** Broken boxes are left to the browser, which reports them. @param {CompositionTimes} times @param {Uint8Array} data */
function moved(times, data) {
  try {
    return times.move(data)
  } catch (error) {
    if (error instanceof RangeError) return data
    throw error
  }
}
