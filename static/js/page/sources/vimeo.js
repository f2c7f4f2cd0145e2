// @ts-check
/** Vimeo in a room: its player, its terms, and what its errors mean to the viewer. */

import {
  VIMEO_ORIGIN,
  VIMEO_TRAITS,
  parseVimeoMessage,
  pingMessage,
  vimeoCommand,
  vimeoFrameUrl,
  vimeoSubscriptions,
} from "../../core/embeds/vimeo_protocol.js"
import { gettext } from "../lib/i18n.js"
import { EmbedFrame } from "./embed_frame.js"

/** @typedef {import("../../core/media/media_state.js").Message} Message */

/** @type {import("./embed_frame.js").Provider} */
const VIMEO = {
  name: "vimeo",
  title: "Vimeo",
  origin: VIMEO_ORIGIN,
  traits: VIMEO_TRAITS,
  frameUrl: ({ url }) => vimeoFrameUrl(url),
  hello: () => [pingMessage()],
  subscriptions: vimeoSubscriptions,
  command: vimeoCommand,
  parse: parseVimeoMessage,
  failureMessage,
  terms: () => [
    gettext(
      "Your browser loads the player from player.vimeo.com. Vimeo then learns your network address and what you watch when.",
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
  return new EmbedFrame(element, media, callbacks, VIMEO)
}

/** @param {import("../../core/embeds/remote_state.js").FailureReason} reason @returns {Message} */
function failureMessage(reason) {
  const forControl = gettext("Pick another video.")
  if (reason === "bad_address" || reason === "not_found")
    return {
      title: gettext("Vimeo does not know this video"),
      text: gettext("It was removed, or its address is not complete."),
      forControl,
    }
  if (reason === "not_embeddable")
    return {
      title: gettext("This video plays only on Vimeo's own pages"),
      text: gettext("Its owner does not allow it elsewhere, or protects it with a password."),
      forControl,
    }
  if (reason === "silent")
    return {
      title: gettext("Vimeo's player does not answer"),
      text: gettext(
        "The video may be private, or your network or an extension blocks it. Try again; if it happens with every video, this server needs an update.",
      ),
      forControl,
    }
  return { title: gettext("Vimeo's player failed"), text: gettext("Try again in a moment.") }
}
