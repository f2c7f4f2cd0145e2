// @ts-check
/** What viewers and listeners read about a file whose data end before its length. */

import { clockTime } from "../lib/format.js"
import { fill, gettext } from "../lib/i18n.js"

/** @param {import("../../core/media/end_of_data.js").Truncation | null} cut */
export function wordsOfCut(cut) {
  if (!cut) return ""
  const words = gettext("The file ends at {end}, although it says it is {length} long. It may be incomplete.")
  return fill(words, { end: clockTime(cut.endS), length: clockTime(cut.claimedS) })
}

/** A seek to this place found the end. @param {number | null} atS */
export function wordsOfNoData(atS) {
  return fill(gettext("The file has no data at {time}"), { time: clockTime(atS ?? 0) })
}
