// @ts-check
/** Reads the list of a stream, not its parts, to find out whether this browser plays it. */

import { dashGroups, hlsGroups, verdictOf } from "../../core/streams/stream_codecs.js"
import { after } from "../lib/timers.js"

const WAIT_MS = 10_000
const MOST_BYTES = 2 ** 20 // lists of variants are short

/**
 * Null if that cannot be said: the list names no codecs, or may not be read from here.
 * @param {import("../../core/protocol.js").Media} media
 * @returns {Promise<{plays: boolean, codec?: string | null} | null>}
 */
export async function checkStream({ url, mime, source }) {
  const text = await listAt(url).catch(() => null)
  if (text === null) return null
  const isDash = source === "dash" || mime === "application/dash+xml"
  return verdictOf(isDash ? dashGroups(text) : hlsGroups(text), isSupported)
}

/** @param {string} type */
function isSupported(type) {
  const { ManagedMediaSource, MediaSource } = /** @type {any} */ (window)
  const opener = ManagedMediaSource ?? MediaSource
  return opener ? opener.isTypeSupported(type) : document.createElement("video").canPlayType(type) !== ""
}

/** Null if it is no list, or a long one. @param {string} url @returns {Promise<string | null>} */
async function listAt(url) {
  const controller = new AbortController()
  const cancel = after(WAIT_MS, () => controller.abort())
  try {
    const response = await fetch(url, { credentials: "same-origin", signal: controller.signal })
    const reader = response.ok ? response.body?.getReader() : null
    return reader ? await readAll(reader) : null
  } finally {
    cancel()
    controller.abort()
  }
}

/** @param {ReadableStreamDefaultReader<Uint8Array>} reader */
async function readAll(reader) {
  const decoder = new TextDecoder()
  let [text, bytes] = ["", 0]
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > MOST_BYTES) return null
    text += decoder.decode(value, { stream: true })
  }
}
