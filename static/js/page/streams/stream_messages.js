// @ts-check
/** What is wrong with a stream, as text for the viewer, with more for members who can choose other media. */

import { gettext, interpolate, mixedContentMessage } from "../lib/i18n.js"

/** @typedef {import("../../core/media/stream_faults.js").Fault} Fault */
/** @typedef {import("../../core/media/media_state.js").Message} Message */

/** @type {Record<import("../../core/media/stream_faults.js").FaultKind, () => [string, string, string?]>} */
const MESSAGES = {
  missing: () => [
    gettext("The stream was not found"),
    gettext("The media server has nothing at its address (404)."),
    gettext("Copy the address again, or pick something else."),
  ],
  gone: () => [
    gettext("The stream has a gap"),
    gettext("The media server no longer has the next part (404)."),
    gettext("Seek further, or load it again with a new address."),
  ],
  forbidden: () => [
    gettext("The media server refuses this stream"),
    gettext("It does not let this browser have it (403)."),
    gettext("The address may need a login or may have expired: copy it again."),
  ],
  expired: () => [
    gettext("The address of this stream has expired"),
    gettext("The media server no longer sends it (403)."),
    gettext("Load it again with a new address."),
  ],
  page: () => [
    gettext("This address is not a stream"),
    gettext("The media server answers with a page."),
    gettext("Use the address of the stream itself, which often ends with .m3u8."),
  ],
  no_cors: () => [
    gettext("The media server does not allow this stream to be played here"),
    gettext("It sends no permission for other sites (CORS), and this browser cannot play it by itself."),
    gettext("Ask who runs it to allow other sites, or use the address of a file."),
  ],
  unreachable: () => [
    gettext("The media server cannot be reached"),
    gettext("It does not answer at the address of this stream."),
    gettext("Check the address, or pick something else."),
  ],
  slow: () => [
    gettext("The media server does not respond"),
    gettext("It accepted the request and then sent nothing."),
    gettext("Try again later, or pick something else."),
  ],
  empty: () => [
    gettext("This stream has nothing to play"),
    gettext("Its list names no media."),
    gettext("Pick something else."),
  ],
  codec: () => [
    gettext("Your browser does not support the format of this stream"),
    gettext("Another browser may play it."),
    gettext("Pick something else if nobody can play it."),
  ],
  damaged: () => [
    gettext("This stream is damaged"),
    gettext("Its media cannot be decoded."),
    gettext("Seek further, or pick something else."),
  ],
  protected: () => [
    gettext("This stream is encrypted"),
    gettext("Its key is only given to the site that it belongs to."),
    gettext("Pick something else."),
  ],
  server: () => [
    gettext("The media server has a problem"),
    gettext("It answers with an error."),
    gettext("Try again later, or pick something else."),
  ],
  unknown: () => [
    gettext("This stream cannot be played"),
    gettext("It may be gone, or your browser does not support its format."),
    gettext("Pick something else."),
  ],
}

/**
 * @param {Fault} fault
 * @param {string} address
 * @returns {Message}
 */
export function faultMessage({ kind, code, codec }, address) {
  const [title, text, forControl] = MESSAGES[kind]()
  if (kind === "codec" && codec)
    return { title, text: interpolate(gettext("It is {codec}."), { codec }) + ` ${text}`, forControl, codec }
  if (kind === "server" && code) return { title, text: `${text} (${code})`, forControl }
  if (kind === "unreachable" && isMixedContent(address)) return { title, text: mixedContentMessage() }
  return { title, text, forControl }
}

/** @param {string} address */
function isMixedContent(address) {
  return location.protocol === "https:" && address.startsWith("http:")
}
