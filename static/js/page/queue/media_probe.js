// @ts-check
/** Opens media in a hidden element, up to their metadata, to find out whether this browser plays them. */

import { after } from "../lib/timers.js"

const WAIT_MS = 10_000

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
  return { plays: false, codec: missing?.codec ?? null }
}
