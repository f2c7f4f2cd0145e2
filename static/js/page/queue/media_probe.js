// @ts-check
/** Opens media in a hidden element, up to their metadata, to find out whether this browser plays them. */

import { codecName } from "../../core/media/stream_faults.js"
import { after } from "../lib/timers.js"
import { sampleEntries } from "./sample_entries.js"

const WAIT_MS = 10_000
const RANGES = ["bytes=0-262143", "bytes=-262144"] // the description is at the beginning of a file or at its end
const PARTIAL = 206
const NOT_PICTURES = /^(mp4a|[ae]c-3|dts|alac|flac|opus|text|tx3g|tmcd|wvtt|stpp)/i

/** @typedef {import("../../core/protocol.js").Media} Media */
/** @typedef {{plays: boolean, codec?: string | null}} Verdict */

/**
 * Null if that cannot be said: the server did not answer in time.
 * @param {Media} media
 * @returns {Promise<Verdict | null>}
 */
export async function probe(media) {
  const element = document.createElement(media.kind === "audio" ? "audio" : "video")
  element.muted = true
  element.preload = "metadata"
  try {
    const opened = await open(element, media.url)
    if (opened === null || (opened && !lacksPicture(element))) return opened && { plays: true }
    return await failure(media, opened)
  } finally {
    element.removeAttribute("src")
    element.load()
  }
}

/** @param {HTMLMediaElement} element @param {string} url @returns {Promise<boolean | null>} */
function open(element, url) {
  return new Promise((resolve) => {
    const cancel = after(WAIT_MS, () => resolve(null))
    const found = (/** @type {boolean} */ opened) => {
      cancel()
      resolve(opened)
    }
    element.addEventListener("loadedmetadata", () => found(true))
    element.addEventListener("error", () => found(false))
    element.src = url.split("#", 1)[0]
  })
}

/** Browsers play the sound of a film whose picture they cannot decode. @param {HTMLMediaElement} element */
function lacksPicture(element) {
  return element instanceof HTMLVideoElement && element.videoWidth === 0
}

/** @param {Media} media @param {boolean} opened @returns {Promise<Verdict | null>} */
async function failure(media, opened) {
  const track = media.kind === "audio" ? "sound" : "picture"
  const { describeMissingTrack } = await import("../sources/missing_tracks.js")
  const missing = await describeMissingTrack(track, media, null)
  if (opened && !missing) return { plays: true } // there is no picture in it
  return { plays: false, codec: missing?.codec ?? (await codecInFile(media)) }
}

/**
 * The codec of picture or sound that an MP4 file names. Null for other files, and where the server does not let pages
 * of other sites read it.
 * @param {Media} media
 */
async function codecInFile({ url, kind }) {
  for (const range of RANGES) {
    const entries = sampleEntries(await bytesOf(url, range))
    const named = entries.find((codec) => NOT_PICTURES.test(codec) === (kind === "audio"))
    if (named) return codecName(named)
  }
  return null
}

/** @param {string} url @param {string} range */
async function bytesOf(url, range) {
  try {
    const response = await fetch(url, { headers: { Range: range }, signal: AbortSignal.timeout(WAIT_MS) })
    if (response.status === PARTIAL) return new Uint8Array(await response.arrayBuffer())
    void response.body?.cancel() // the whole file
  } catch {
    // no permission, or no such file
  }
  return new Uint8Array()
}
