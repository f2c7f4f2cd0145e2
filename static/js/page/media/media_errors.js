// @ts-check
/** What is wrong with the medium at this player, as facts and in words. */

import { isMixedContent } from "../../core/text_limits.js"
import { shortened } from "../lib/urls.js"
import { mayControl } from "../room/permissions.js"
import { wordsOfNoData } from "./truncation_message.js"
import { clockTime } from "../lib/format.js"
import { mixedContentWords } from "./mixed_content.js"
import { othersSee } from "../people/member_status.js"
import { fill, gettext } from "../lib/i18n.js"

/** @typedef {import("../room/types.js").Room} Room */
/** @typedef {import("../../core/sync/sync_controller.js").SyncController} SyncController */
/**
 * `atS`: the place it is about, where there is one; for a player that is not where the room is, where it
 * waits for it.
 * @typedef {{kind: import("../../core/media/media_state.js").Failure["kind"] |
 *   import("../../core/media/seek_budget.js").Refusal, atS: number | null}} Trouble
 */

/**
 * @param {SyncController} machine
 * @param {import("../../core/sync/timeline.js").ElementState} element
 * @returns {Trouble | null}
 */
export function troubleOf({ state, media, startControl }, element) {
  const { failure, endOfData, unaligned } = media
  if (failure) return failure
  if (state === "broken_off")
    return { kind: endOfData.played ? "broken_off" : "no_data", atS: endOfData.endS }
  const kind = unaligned.lastingReason(element.nowMs)
  return kind && { kind, atS: startControl.plan?.positionS ?? null }
}

/**
 * What stands in place of the picture; null where there is one.
 * @param {Room} room
 * @param {Trouble} trouble
 * @returns {{title: string, text: string, mayRetry: boolean} | null}
 */
export function wordsInPlace(room, { kind, atS }) {
  const at = clockTime(atS ?? 0)
  if (kind === "unsupported")
    return {
      title: gettext("This will not play here"),
      text: others(room, unsupported(room)),
      mayRetry: true,
    }
  if (kind === "interrupted") {
    return {
      title: gettext("The connection to the media server broke"),
      text: gettext("It is being loaded again."),
      mayRetry: false,
    }
  }
  if (kind === "broken_off") {
    return {
      title: fill(gettext("Playback broke off at {time}"), { time: at }),
      text: others(room, shorter(room)),
      mayRetry: true,
    }
  }
  if (kind === "no_data") {
    return { title: wordsOfNoData(atS), text: others(room, shorter(room)), mayRetry: true }
  }
  return null
}

/**
 * What is said while it plays, or waits; null where there is nothing to say.
 * @param {Trouble | null} trouble
 */
export function wordsBeside(trouble) {
  const why = {
    stream: () => gettext("This stream has no common position: everyone hears it as it arrives."),
    not_seekable: () => gettext("The media server does not support seeking (no range requests)."),
    begins_later: () => gettext("This media has no data at the room's position."),
    exhausted: () => gettext("Your player could not seek to the room's position."),
  }[/** @type {string} */ (trouble?.kind)]?.()
  if (!trouble || !why) return null
  return trouble.kind === "stream" ? why : `${why} ${meanwhile(trouble.atS)}`
}

/** @param {number | null} waitsAtS */
function meanwhile(waitsAtS) {
  if (waitsAtS === null) return gettext("Your player continues where it is.")
  return fill(gettext("Your player waits at {time} until the room gets there."), {
    time: clockTime(waitsAtS),
  })
}

/** @param {"sound" | "picture"} track */
export function wordsOfMissing(track) {
  return track === "sound"
    ? gettext("This video has no sound, or your browser does not support its audio format.")
    : gettext("There is no picture, or your browser does not support its video format.")
}

/** Controllers read which address it was. @param {Room} room */
function unsupported(room) {
  const address = room.state?.timeline?.media?.url ?? ""
  if (isMixedContent(address, location.href)) return mixedContentWords()
  return mayControl(room.state)
    ? fill(
        gettext(
          "{address} could not be played: it may be gone, or your browser does not support its format.",
        ),
        { address: shortened(address) },
      )
    : gettext("The file may be gone, or your browser does not support its format.")
}

/** @param {Room} room */
function shorter(room) {
  const why = gettext("Its file is damaged or cut short.")
  return mayControl(room.state)
    ? `${why} ${gettext("The room continues: seek back, pause, or pick something else.")}`
    : why
}

/** @param {Room} room @param {string} why */
function others(room, why) {
  return othersSee(room) ? `${why} ${gettext("Others can see it.")}` : why
}
