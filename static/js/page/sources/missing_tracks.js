// @ts-check
/** Describe a track that this browser does not play: whether the media have it at all, and its format. */

import { codecName } from "../../core/streams/stream_faults.js"
import { codecOfTrack } from "../../core/media/sample_entries.js"
import { codecsInFile } from "./codecs_in_file.js"

const ITEMS_AT = "/api/library/"
const WAIT_MS = 2500

/** @typedef {import("../../core/protocol.js").MissingTrack} MissingTrack */
/** @typedef {{type: string, codec: string}} Stream as the library knows it, by the names of ffprobe */

/** Names of codecs by what ffprobe calls them, where they differ from the name in capitals. */
const FFPROBE_NAMES = /** @type {Record<string, string>} */ ({
  ...{ h264: "H.264", hevc: "HEVC", mpeg4: "MPEG-4", mpeg2video: "MPEG-2", msmpeg4v3: "MPEG-4 (DivX 3)" },
  ...{ ac3: "AC-3", eac3: "E-AC-3", dts: "DTS", truehd: "TrueHD", wmv2: "WMV", wmv3: "WMV", vc1: "VC-1" },
  ...{ wmav2: "WMA", opus: "Opus", vorbis: "Vorbis", pcm_s16le: "PCM", pcm_s24le: "PCM" },
})
const NOT_ALLOWED = /[^A-Za-z0-9 .,+/()_-]/g

/**
 * Null if the media have no such track.
 * @param {"sound" | "picture"} track
 * @param {import("../../core/protocol.js").Media | null} media
 * @param {import("../media/media_element.js").Source | null} source
 * @returns {Promise<MissingTrack | null>}
 */
export async function describeMissingTrack(track, media, source) {
  const named = track === "sound" ? source?.tracks.soundCodec : source?.tracks.pictureCodec
  if (named) return missing(track, codecName(named))
  const streams = media?.item_id && !source?.isOwnCopy ? await streamsOf(media.item_id) : null
  if (!streams) return source || !media ? { track, codec: null } : missingInFile(track, media.url)
  const stream = streams.find(({ type }) => type === (track === "sound" ? "audio" : "video"))
  return stream ? missing(track, FFPROBE_NAMES[stream.codec] ?? stream.codec.toUpperCase()) : null
}

/** @param {"sound" | "picture"} track @param {string} url */
async function missingInFile(track, url) {
  const codecs = await codecsInFile(url.split("#", 1)[0])
  return missing(track, codecName(codecOfTrack(codecs, track)))
}

/** @param {"sound" | "picture"} track @param {string} codec @returns {MissingTrack} */
function missing(track, codec) {
  return { track, codec: codec.replace(NOT_ALLOWED, "").slice(0, 40) || null }
}

/** What is inside an item of the library; null if the server does not know. @param {number} itemId */
async function streamsOf(itemId) {
  try {
    const response = await fetch(`${ITEMS_AT}${itemId}/`, { signal: AbortSignal.timeout(WAIT_MS) })
    const item = response.ok ? await response.json() : null
    return /** @type {Stream[] | null} */ (item?.tracks?.length ? item.tracks : null)
  } catch {
    return null
  }
}
