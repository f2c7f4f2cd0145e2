// @ts-check
/** The levels and audio tracks of hls.js as choices, whose ids are their indexes there; the parts of a live list. */

import { distinctQualities } from "../../core/media/track_choice.js"
import { liveMapping } from "../../core/sync/live_edge.js"
import { livePosition } from "../../core/sync/timeline.js"

/** @typedef {{height?: number, bitrate?: number}} Level */
/** @typedef {{name?: string, lang?: string, default?: boolean, forced?: boolean, url?: string}} Rendition */

/** @param {Level[]} levels */
export function qualitiesOf(levels) {
  return distinctQualities(levels.map(({ height = 0, bitrate = 0 }, id) => ({ id, height, bitrate })))
}

/**
 * @param {Rendition[]} renditions
 * @returns {import("../../core/media/track_choice.js").AudioTrack[]}
 */
export function audioTracksOf(renditions) {
  return renditions.map(({ name = "", lang = "", default: isDefault = false }, id) => ({
    id,
    name,
    language: lang,
    isDefault,
  }))
}

/**
 * Each list once, in whichever groups it is.
 * @param {Rendition[]} renditions
 * @returns {import("../media/media_element.js").CaptionRendition[]}
 */
export function captionTracksOf(renditions) {
  const once = renditions.filter(({ url }, at) => renditions.findIndex((other) => other.url === url) === at)
  return once.flatMap(({ name = "", lang = "", default: isDefault = false, forced = false, url }, id) =>
    url ? [{ id, name, language: lang, isDefault, forced, url }] : [],
  )
}

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
