// @ts-check
/**
 * Prepares the next entry shortly before it plays: a hidden element of the same kind reads its metadata and first bytes,
 * which the page's own element finds in the browser's cache. Files only: streams and players of other sites are not
 * prepared.
 */

import { every } from "../lib/timers.js"
import { nextMedia } from "./next_media.js"

const AHEAD_MS = 20_000
const CHECK_MS = 500
const HAVE_FUTURE_DATA = 3
const DIRECT = new Set(["file", "library", "upload"])
const STREAM_TYPES = new Set(["application/vnd.apple.mpegurl", "application/dash+xml"])

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @param {Room} room */
export function mountPreparation(room) {
  /** @type {HTMLMediaElement | null} */
  let element = null
  let prepared = ""
  const check = () => {
    const { state, player } = room
    const next = nextMedia(state, player.controller.timeline, room.serverNow(), AHEAD_MS)
    const media = next && isFile(next.media) ? next.media : null
    // it is kept until this player, which opens it now or as soon as the room says so, has its data
    const isOpening = prepared === player.url && player.element.readyState < HAVE_FUTURE_DATA
    if (!media && (isOpening || player.element.ended)) return
    if ((media?.url ?? "") === prepared) return
    prepared = media?.url ?? ""
    release(element)
    element = media && media.url !== player.url ? prepare(media) : null
  }
  const stop = every(CHECK_MS, check)
  return () => {
    stop()
    release(element)
  }
}

/** @param {import("../../core/protocol.js").Media} media */
export function isFile({ source = "file", mime }) {
  return DIRECT.has(source) && !STREAM_TYPES.has(mime ?? "")
}

/** HLS or DASH. @param {import("../../core/protocol.js").Media} media */
export function isStream({ source, mime }) {
  return source === "hls" || source === "dash" || STREAM_TYPES.has(mime ?? "")
}

/** @param {import("../../core/protocol.js").Media} media */
function prepare({ url, kind }) {
  const element = document.createElement(kind === "audio" ? "audio" : "video")
  element.muted = true
  element.preload = "auto"
  element.src = url.split("#", 1)[0]
  return element
}

/** @param {HTMLMediaElement | null} element */
function release(element) {
  element?.removeAttribute("src")
  element?.load()
}
