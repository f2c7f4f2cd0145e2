// @ts-check
/** YouTube in a room: its player, its terms, and what its errors mean to the viewer. */

import {
  YOUTUBE_ORIGIN,
  YOUTUBE_TRAITS,
  commandMessage,
  frameUrl,
  listeningMessage,
  parseMessage,
  subscriptions,
  videoIdOf,
} from "../../core/embeds/youtube_protocol.js"
import { gettext } from "../lib/i18n.js"
import { EmbedFrame } from "./embed_frame.js"

/** @typedef {import("../../core/media/media_state.js").Message} Message */

/** @type {import("./embed_frame.js").Provider} */
export const YOUTUBE = {
  name: "youtube",
  title: "YouTube",
  origin: YOUTUBE_ORIGIN,
  traits: YOUTUBE_TRAITS,
  frameUrl({ url }) {
    const videoId = videoIdOf(url)
    return videoId && frameUrl(videoId, location.origin)
  },
  hello: () => [listeningMessage()],
  subscriptions,
  command: commandMessage,
  parse: parseMessage,
  failureMessage,
  terms: () => [
    gettext(
      "Your browser loads the player from youtube-nocookie.com. YouTube then learns your network address and what you watch when; it may store data in this browser and show advertisements.",
    ),
    gettext("You are asked once on this device."),
  ],
}

/**
 * @param {HTMLMediaElement} element
 * @param {import("../../core/protocol.js").Media} media
 * @param {import("../media/media_element.js").SourceCallbacks} callbacks
 */
export function open(element, media, callbacks) {
  return new EmbedFrame(element, media, callbacks, YOUTUBE)
}

/** @param {import("../../core/embeds/remote_state.js").FailureReason} reason @returns {Message} */
function failureMessage(reason) {
  const messages = /** @type {Record<string, () => Message>} */ ({
    bad_address: () => ({
      title: gettext("YouTube does not know this video"),
      text: gettext("Its address is not complete."),
      forControl: gettext("Copy the address again, or pick another video."),
    }),
    not_found: () => ({
      title: gettext("This video is gone"),
      text: gettext("It was removed from YouTube, or it is private."),
      forControl: gettext("Pick another video."),
    }),
    not_embeddable: () => ({
      title: gettext("This video plays only on YouTube's own pages"),
      text: gettext("Its owner does not allow it elsewhere, or not in your country."),
      forControl: gettext("Pick another video."),
    }),
    no_referrer: () => ({
      title: gettext("YouTube refused this page"),
      text: gettext(
        "It does not know which page it is in (error 153). An extension or a setting of your browser hides that; if it happens to everyone, tell the server's operator: the Referrer-Policy header is missing.",
      ),
    }),
    silent: () => ({
      title: gettext("YouTube's player does not answer"),
      text: gettext(
        "YouTube has changed something, or your network or an extension blocks it. Try again; if it happens to everyone, this server needs an update.",
      ),
    }),
  })
  return (messages[reason] ?? playerFailedMessage)()
}

/** @returns {Message} */
function playerFailedMessage() {
  return { title: gettext("YouTube's player failed"), text: gettext("Try again in a moment.") }
}
