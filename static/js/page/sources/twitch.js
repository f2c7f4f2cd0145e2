// @ts-check
/** Twitch in a room, started together: its player, its terms, and what can go wrong. */

import {
  TWITCH_ORIGIN,
  TWITCH_TRAITS,
  isTwitchChannel,
  parseTwitchMessage,
  twitchCommand,
  twitchFrameUrl,
} from "../../core/embeds/twitch_protocol.js"
import { gettext } from "../lib/i18n.js"
import { EmbedFrame } from "./embed_frame.js"

/** @typedef {import("../../core/media/media_state.js").Message} Message */

/** @type {import("./embed_frame.js").Provider} */
const TWITCH = {
  name: "twitch",
  title: "Twitch",
  origin: TWITCH_ORIGIN,
  traits: TWITCH_TRAITS,
  frameUrl: ({ url }) => twitchFrameUrl(url, location.hostname),
  isLive: ({ url }) => isTwitchChannel(url),
  obstacle,
  hello: () => [],
  subscriptions: () => [],
  command: twitchCommand,
  parse: parseTwitchMessage,
  failureMessage,
  terms: () => [
    gettext(
      "Your browser loads the player from player.twitch.tv. Twitch then learns your network address and what you watch when; it may store data in this browser and show advertisements.",
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
  return new EmbedFrame(element, media, callbacks, TWITCH)
}

/** Twitch's player works on https pages, and on this machine. @returns {Message | null} */
function obstacle() {
  if (window.isSecureContext) return null
  return {
    title: gettext("Twitch plays only on https pages"),
    text: gettext("The server's operator has to set up https."),
    forControl: gettext("Pick something else."),
  }
}

/** @param {import("../../core/embeds/remote_state.js").FailureReason} reason @returns {Message} */
function failureMessage(reason) {
  if (reason === "bad_address")
    return {
      title: gettext("Clips of Twitch cannot be played here"),
      text: gettext("Recordings and channels can."),
      forControl: gettext("Pick another video."),
    }
  if (reason === "silent")
    return {
      title: gettext("Twitch's player does not answer"),
      text: gettext(
        "Your network or an extension may block it. Try again; if it happens to everyone, this server needs an update.",
      ),
    }
  return { title: gettext("Twitch's player failed"), text: gettext("Try again in a moment.") }
}
