// @ts-check
/** What is wrong with a stream, as text for the viewer, with more for members who can choose other media. */

import { gettext, interpolate, mixedContentMessage, shortenUrl } from "../lib/i18n.js"

/** @typedef {import("../../core/streams/stream_faults.js").Fault} Fault */
/** @typedef {import("../../core/media/media_state.js").Message} Message */

const LATE = "late" // a player stands still; its line or the server is slow

/** @type {Record<import("../../core/streams/stream_faults.js").FaultKind, (address: string) => [string, string, string?]>} */
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
  replaced: () => [
    gettext("The media server sends pages in place of this stream"),
    gettext("Its address may have expired, or need a login."),
    gettext("Load it again with a new address."),
  ],
  too_large: () => [
    gettext("This stream is too large"),
    gettext("Its list, or a part of it, is larger than a page can take."),
    gettext("Pick something else."),
  ],
  no_cors: () => [
    gettext("The media server does not allow this stream to be played here"),
    gettext("It sends no permission for other sites (CORS), and this browser cannot play it by itself."),
    gettext("Ask who runs it to allow other sites, or use the address of a file."),
  ],
  unreachable: (address) => [
    gettext("The media server cannot be reached"),
    gettext("It does not answer at the address of this stream."),
    // Members without control do not read the address.
    interpolate(gettext("Check {address}, or pick something else."), { address }),
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
    gettext("If it plays for no one, choose other media."),
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
  no_media: () => [
    gettext("This address is not a media file"),
    gettext("What the media server sends is none that is known here."),
    gettext("Use the address of the file itself."),
  ],
  concealed: (address) => [
    gettext("The media server sends nothing that your browser can play"),
    gettext("The file may be gone or need a login. The server does not let this page read its answer."),
    interpolate(gettext("Open {address} in a tab of its own to see it."), { address }),
  ],
  withdrawn: () => [
    gettext("The media server sends no more of this file"),
    gettext("The file was removed, its address has expired, or the server is in trouble."),
    gettext("Load it again with a new address."),
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
  const [title, text, forControl] = MESSAGES[kind](shortenUrl(address))
  const message = withCodec({ title, text, forControl, fault: kind }, codec)
  if (kind === "server" && code) return { ...message, text: `${text} (${code})` }
  if (kind === "unreachable" && isMixedContent(address))
    return { title, text: mixedContentMessage(), fault: kind }
  return message
}

/** @param {Message} message @param {string | null} codec @returns {Message} */
function withCodec(message, codec) {
  if (message.fault !== "codec" || !codec) return message
  return { ...message, text: `${interpolate(gettext("It is {codec}."), { codec })} ${message.text}`, codec }
}

/** What files name otherwise than streams. @type {Partial<typeof MESSAGES>} */
const OF_FILES = {
  missing: () => [
    gettext("The file was not found"),
    gettext("The media server has nothing at its address (404)."),
    gettext("Copy the address again, or pick something else."),
  ],
  gone: () => [
    gettext("The file is gone"),
    gettext("The media server no longer has it (404)."),
    gettext("Load it again with a new address."),
  ],
  forbidden: () => [
    gettext("The media server refuses this file"),
    gettext("It does not let this browser have it (403)."),
    gettext("The address may need a login or may have expired: copy it again."),
  ],
  expired: () => [
    gettext("The address of this file has expired"),
    gettext("The media server no longer sends it (403)."),
    gettext("Load it again with a new address."),
  ],
  replaced: () => [
    gettext("The media server sends a page in place of this file"),
    gettext("Its address may have expired, or need a login."),
    gettext("Load it again with a new address."),
  ],
  codec: () => [
    gettext("Your browser does not support the format of this file"),
    gettext("Another browser may play it."),
    gettext("If it plays for no one, choose other media."),
  ],
  damaged: () => [
    gettext("This file is damaged, or your browser does not support its format"),
    gettext("The media server sends it, and it cannot be decoded."),
    gettext("If it plays for no one, choose other media."),
  ],
  unreachable: (address) => [
    gettext("The media server cannot be reached"),
    gettext("It does not answer at the address of this file."),
    interpolate(gettext("Check {address}, or pick something else."), { address }),
  ],
}

/** @param {{kind: Fault["kind"], codec?: string | null}} fault @param {string} address @returns {Message} */
export function fileFaultMessage({ kind, codec = null }, address) {
  if (kind === "unreachable" && isMixedContent(address))
    return { title: MESSAGES[kind](address)[0], text: mixedContentMessage(), fault: kind }
  const [title, text, forControl] = (OF_FILES[kind] ?? MESSAGES[kind])(shortenUrl(address))
  return withCodec({ title, text, forControl, fault: kind }, codec)
}

/** What the host reads of media of any kind. @type {Record<string, () => string>} */
const FOR_HOST = {
  missing: () => gettext("The media server has nothing at the address (404)."),
  gone: () => gettext("The media server no longer has it (404)."),
  forbidden: () => gettext("The media server refuses it (403)."),
  expired: () => gettext("The media server no longer sends it (403)."),
  replaced: () => gettext("The media server sends a page in its place."),
  codec: () => "", // its name is there
  no_media: () => gettext("What the media server sends is no media file."),
  concealed: () => gettext("The media server sends nothing that the browser can play."),
  withdrawn: () => gettext("The media server sends no more of it."),
  other_browser: () =>
    gettext("The browser mixes up parts of MP4 and Matroska files; Firefox and Chromium play them."),
}

/** For the host: why another member's player fails, as a sentence; empty if it is not known. @param {string | undefined} fault */
export function causeForHost(fault) {
  const forHost = FOR_HOST[fault ?? ""]
  if (forHost) return forHost()
  const message = MESSAGES[/** @type {Fault["kind"]} */ (fault)]?.("")
  return message ? `${message[0]}.` : ""
}

/**
 * For the host: members whose players go on until what they have loaded ends, or that stand still.
 * @param {string | undefined} fault null: they have different ones
 * @param {string} names
 */
export function othersFaultMessage(fault, names) {
  if (fault === LATE) return interpolate(gettext("The media arrive too slowly for {names}."), { names })
  const text = interpolate(gettext("Cannot load more of this: {names}."), { names })
  return `${text} ${causeForHost(fault)}`.trimEnd()
}

/** @param {string} address */
function isMixedContent(address) {
  return location.protocol === "https:" && address.startsWith("http:")
}
