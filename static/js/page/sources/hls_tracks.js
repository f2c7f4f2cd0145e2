// @ts-check
/** The levels and audio tracks of hls.js as choices, whose ids are their indexes there; the parts of a live list. */

import { distinctQualities } from "../../core/media/track_choice.js"

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
export function liveSegments(fragments, dated) {
  return fragments.map(({ start, duration, programDateTime }) => ({
    startS: start,
    durationS: duration,
    dateMs: dated ? programDateTime : null,
  }))
}
