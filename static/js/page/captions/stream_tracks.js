// @ts-check
/** Captions of an HLS stream: segments around the position are fetched while it plays. */

import { parseSegmentList, segmentOffsetS, SegmentedCues } from "../../core/captions/caption_segments.js"
import { decodeText } from "../../core/captions/text_decoding.js"
import { fetchBytes } from "./tracks.js"

const BEHIND_S = 30
const AHEAD_S = 120
const LOOK_MS = 1000

/** @typedef {import("../media/media_element.js").Source} Source */
/** @typedef {import("../../core/captions/caption_segments.js").CaptionSegment} Segment */
/** @typedef {import("./tracks.js").CaptionTrack} CaptionTrack */

/** @param {Source | null} source @returns {CaptionTrack[]} */
export function streamTracks(source) {
  return (source?.captionTracks ?? []).map(({ id, name, language, forced, isDefault, url }) => ({
    ...{ id: `stream:${id}`, label: name, language, forced, isDefault },
    bytes: () => fetchBytes(url),
    follow: (list, callbacks) =>
      follow(parseSegmentList(decodeText(list), url), () => source?.filmStartS ?? 0, callbacks),
  }))
}

/**
 * Fetch the segments around the position until all are known or the viewer chooses something else.
 * @param {Segment[]} segments
 * @param {() => number} filmStartS known once the first segment of the film is
 * @param {import("./tracks.js").FollowCallbacks} callbacks
 */
async function follow(segments, filmStartS, { positionS, isWanted, show }) {
  const cues = new SegmentedCues()
  const missing = new Set(segments)
  while (missing.size && isWanted()) {
    const next = nextSegment(missing, positionS())
    if (!next) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      continue
    }
    missing.delete(next) // also if it fails: the others go on
    const text = await fetchBytes(next.url).then(decodeText, () => "WEBVTT\n\n")
    if (!isWanted()) return
    cues.add(text, segmentOffsetS(text, filmStartS()))
    show(cues.sorted())
  }
}

/** The first that is needed soon; one that is over is only needed after a seek back. @param {Set<Segment>} missing @param {number} atS */
function nextSegment(missing, atS) {
  const near = [...missing].filter(({ startS, endS }) => endS > atS - BEHIND_S && startS < atS + AHEAD_S)
  return near.find(({ endS }) => endS > atS) ?? near[0] ?? null
}
