// @ts-check
/** Where captions come from, how their bytes are fetched, and what they are called in the menu. */

import { CaptionError, MAX_BYTES } from "../../core/captions/caption_error.js"
import { canonicalLanguage, languageOfName } from "../../core/captions/track_choice.js"
import { gettext, interpolate, mixedContentMessage } from "../lib/i18n.js"

const FETCH_TIMEOUT_MS = 20_000
const SLOW_MS = 3000
const MAX_ATTEMPTS = 60 // seven minutes: the server may have to read a whole film first
const ACCEPTED = 202
const DEFAULT_RETRY_S = 2

/**
 * @typedef {import("../../core/captions/track_choice.js").Track & {bytes: () => Promise<Uint8Array>, fonts?: string[],
 *   own?: boolean, url?: string, sharedId?: string, follow?: (list: Uint8Array, callbacks: FollowCallbacks) => Promise<void>}} CaptionTrack
 * `fonts`: addresses of those that come with its styles; `own`: added by this viewer; `url`: of its address; `sharedId`: what the room calls it, if it is everyone's;
 * `follow`: the bytes are a list of segments
 */

/**
 * @typedef {{positionS: () => number, isWanted: () => boolean,
 *   show: (cues: import("../../core/captions/cues.js").Cue[]) => void}} FollowCallbacks
 */

/** The captions are not ready yet; `detail`: why. */
export const WAITING_EVENT = "watchium:captions-waiting"

/** A sentence for the viewer. */
export class FetchError extends Error {}

/** @param {File} file @returns {CaptionTrack} */
export function fileTrack(file) {
  return {
    id: `file:${file.name}:${file.size}:${file.lastModified}`,
    label: file.name,
    language: languageOfName(file.name),
    own: true,
    bytes: async () => {
      if (file.size > MAX_BYTES) throw new CaptionError("too_large")
      return new Uint8Array(await file.arrayBuffer())
    },
  }
}

/** Throws a FetchError if it is no web address. @param {string} address @returns {CaptionTrack} */
export function addressTrack(address) {
  const url = URL.canParse(address) ? new URL(address) : null
  if (!url || !/^https?:$/.test(url.protocol)) throw new FetchError(gettext("This is not an address."))
  const { href, pathname, hostname } = url
  const name = decodeName(pathname)
  return {
    id: `address:${href}`,
    label: name || hostname,
    language: languageOfName(name),
    own: true,
    url: href,
    bytes: () => fetchBytes(href),
  }
}

/** Captions of a library item. @param {import("../../core/protocol.js").CaptionTrack} track @returns {CaptionTrack} */
export function libraryTrack({ id, url, language, label, forced, hearing, default: isDefault, why, fonts }) {
  const bytes = () => fetchBytes(url ?? "")
  return { id: `library:${id}`, language, label, forced, hearing, isDefault, why, fonts, bytes }
}

/** What a member gave to everyone. @param {import("../../core/protocol.js").SharedCaptions} shared @returns {CaptionTrack} */
export function sharedTrack({ id, label, language, url }) {
  return { id: `room:${id}`, label, language, sharedId: id, bytes: () => fetchBytes(url) }
}

/** @param {string} pathname */
function decodeName(pathname) {
  const name = pathname.split("/").at(-1) ?? ""
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/**
 * Fetch at most MAX_BYTES. The server answers 202 while it takes the captions out of a film.
 * @param {string} url
 * @returns {Promise<Uint8Array>}
 */
export async function fetchBytes(url) {
  const address = new URL(url, location.href)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const response = await fetchOnce(address)
    if (response.status !== ACCEPTED) return readBounded(response)
    reportWaiting(gettext("The server reads the captions from the film. This can take a minute."))
    const seconds = Number(response.headers.get("Retry-After")) || DEFAULT_RETRY_S
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000 * (1 + attempt / 5)))
  }
  throw new FetchError(gettext("The server is still reading the film. Try again in a few minutes."))
}

/** @param {string} detail */
function reportWaiting(detail) {
  document.dispatchEvent(new CustomEvent(WAITING_EVENT, { detail }))
}

/** @param {URL} address */
async function fetchOnce(address) {
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS)
  const slow = setTimeout(
    () => reportWaiting(interpolate(gettext("{host} is slow to respond."), { host: address.host })),
    SLOW_MS,
  )
  let response
  try {
    response = await fetch(address, { credentials: "same-origin", signal })
  } catch {
    throw new FetchError(unreachableMessage(address, signal))
  } finally {
    clearTimeout(slow)
  }
  if (response.ok) return response
  const refusal = await response.json().catch(() => null)
  throw new FetchError(
    refusal?.message ??
      interpolate(gettext("{host} answered {status}: there are no captions at this address."), {
        host: address.host,
        status: response.status,
      }),
  )
}

/** Browsers do not say why a request failed. @param {URL} address @param {AbortSignal} signal */
function unreachableMessage(address, signal) {
  const { host, protocol, origin } = address
  if (location.protocol === "https:" && protocol === "http:") return mixedContentMessage()
  if (signal.aborted) return interpolate(gettext("{host} did not answer in time."), { host })
  if (origin === location.origin) return gettext("The captions could not be fetched. Try again.")
  return interpolate(
    gettext("{host} does not allow this page to read the file. Download it and add it from your disk."),
    { host },
  )
}

/** @param {Response} response */
async function readBounded(response) {
  if (Number(response.headers.get("Content-Length")) > MAX_BYTES) throw new CaptionError("too_large")
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader()
  /** @type {Uint8Array[]} */
  const parts = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joined(parts, size)
    parts.push(value)
    size += value.length
    if (size <= MAX_BYTES) continue
    void reader.cancel()
    throw new CaptionError("too_large")
  }
}

/** @param {Uint8Array[]} parts @param {number} size */
function joined(parts, size) {
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

// ---------------------------------------------------------------- names and sentences

/** What the menu calls a track. @param {CaptionTrack} track @returns {{name: string, detail: string}} */
export function trackName({ language, label = "", forced, hearing, why, own, sharedId }) {
  const known = languageName(language)
  const name = own ? label : known || label || gettext("Captions")
  const details = [
    own || name === label ? "" : label,
    sharedId ? gettext("for everyone") : "",
    forced ? gettext("foreign parts only") : "",
    hearing ? gettext("for the hard of hearing") : "",
    why ?? "",
  ]
  return { name, detail: details.filter(Boolean).join(" · ") }
}

/** @param {string} language */
function languageName(language) {
  const canonical = canonicalLanguage(language)
  if (!canonical) return ""
  const page = document.documentElement.lang || "en"
  const name = new Intl.DisplayNames([page, "en"], { type: "language" }).of(canonical) ?? canonical
  return name.charAt(0).toLocaleUpperCase(page) + name.slice(1)
}

/** Styles cannot be drawn: no WebAssembly, no video of the page's own, or a script that its renderer refuses. */
export function plainMessage() {
  return gettext("The fonts and places of these captions cannot be shown here. They are shown as text.")
}

/** Why captions cannot be shown, as a sentence. @param {unknown} error */
export function captionMessage(error) {
  if (error instanceof FetchError) return error.message
  switch (error instanceof CaptionError ? error.problem : "") {
    case "too_large":
      return interpolate(gettext("This file is too large for captions: at most {mb} MB."), {
        mb: MAX_BYTES / 1024 / 1024,
      })
    case "too_many":
      return gettext("This file has more than 100,000 captions.")
    case "no_cues":
      return gettext("There are no captions in this file.")
    case "pictures":
      return gettext("These captions are made of pictures and cannot be shown.")
    case "unknown":
      return gettext("This is not a caption file: use SubRip (.srt), WebVTT (.vtt) or ASS (.ass).")
  }
  return gettext("The file could not be read.")
}
