// @ts-check
/** What is known of a live stream's list, as hls.js describes it. */

import { liveMapping } from "../../core/sync/live_edge.js"
import { livePosition } from "../../core/sync/timeline.js"

/**
 * @param {{start: number, duration: number, programDateTime: number | null}[]} fragments
 * @param {boolean} dated whether the list has programme date times
 * @returns {import("../../core/sync/live_edge.js").LiveSegment[]}
 */
function liveSegments(fragments, dated) {
  return fragments.map(({ start, duration, programDateTime }) => ({
    startS: start,
    durationS: duration,
    dateMs: dated ? programDateTime : null,
  }))
}

/** What is known of a live stream: whether its encoder dates it, and where its common moment is in this player. */
export class LiveList {
  isLive = false
  dated = false
  /** @type {import("../../core/sync/timeline.js").LiveMapping | null} */
  mapping = null

  /** @param {any} details of a list that plays, not empty @param {number} serverMs */
  update({ fragments, targetduration, hasProgramDateTime }, serverMs) {
    this.isLive = true
    this.dated = Boolean(hasProgramDateTime)
    const list = { segments: liveSegments(fragments, this.dated), segmentS: targetduration }
    this.mapping = liveMapping(list, serverMs, this.mapping !== null)
  }

  /** Where to begin: not at the room's position, which means nothing here. -1: where hls.js wants. @param {number} serverMs */
  startS(serverMs) {
    return this.mapping ? livePosition(this.mapping, serverMs) : -1
  }
}
