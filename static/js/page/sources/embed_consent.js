// @ts-check
/** Whether a player of another site may be loaded: this server shows it, and the viewer agreed once on this device. */

import { gettext, interpolate } from "../lib/i18n.js"
import { loadItem, saveItem } from "../lib/storage.js"

/** @typedef {import("./embed_frame.js").Provider} Provider */
/** @typedef {import("../../core/media/media_state.js").Message} Message */

/** @param {Provider} provider */
function consentKey({ origin }) {
  return `agreed-${new URL(origin).host}`
}

/** Whether the viewer agreed to requests to that site, on this device. @param {Provider} provider */
export function hasAgreed(provider) {
  return loadItem(consentKey(provider), false) === true
}

/** @param {Provider} provider */
export function rememberAgreement(provider) {
  saveItem(consentKey(provider), true)
}

/** Whether this server shows that site's player. @param {Provider} provider @param {HTMLElement} stage */
export function isAllowed({ name }, stage) {
  return (stage.dataset.embeds ?? "").split(" ").includes(name)
}

/** @param {Provider} provider @returns {Message} */
export function switchedOffMessage({ title }) {
  return {
    title: interpolate(gettext("This server does not show {site}"), { site: title }),
    text: gettext("Its operator switched players of other sites off."),
    forControl: gettext("Pick something else."),
  }
}
