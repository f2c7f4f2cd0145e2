// @ts-check
/** Captions for everyone: a member who controls the room gives them, and they are kept with the room or fetched by all. */

import { CaptionError } from "../../core/captions/caption_error.js"
import { decodeText } from "../../core/captions/text_decoding.js"
import { fetchJson, request } from "../lib/api.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { refusalMessage, showNotice } from "../ui/notices.js"
import { captionMessage } from "./tracks.js"

const NOTICE_MS = 20_000

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("./tracks.js").CaptionTrack} CaptionTrack */

/** @param {Room} room */
function address({ boot }) {
  return `/api/rooms/${boot.room_id}/captions/`
}

/**
 * Give a track of this viewer's to everyone; `sharedId` then says what the room calls it.
 * @param {Room} room
 * @param {CaptionTrack} track
 * @returns {Promise<string>} why that failed, or an empty text
 */
export async function shareTrack(room, track) {
  const { label, language, url } = track
  try {
    const content = url ? { url } : { text: decodeText(await track.bytes(), language) }
    track.sharedId = (await request(address(room), { label, language, ...content })).id
    return ""
  } catch (refusal) {
    return refusal instanceof CaptionError ? captionMessage(refusal) : refusalMessage(refusal)
  }
}

/** @param {Room} room @param {string} sharedId @returns {Promise<string>} why that failed, or an empty text */
export async function withdrawTrack(room, sharedId) {
  try {
    await fetchJson(`${address(room)}${sharedId}/`, "DELETE", "", {})
    return ""
  } catch (refusal) {
    return refusalMessage(refusal)
  }
}

/**
 * Offer captions for everyone to a viewer who reads none.
 * @param {string} name of the member who added them just now, or empty
 * @param {() => void} run
 */
export function offerShared(name, run) {
  const text = name
    ? interpolate(gettext("{name} added captions for everyone."), { name })
    : gettext("There are captions for everyone.")
  showNotice({ key: "captions-added", text, act: { text: gettext("Show them"), run }, lastsMs: NOTICE_MS })
}
