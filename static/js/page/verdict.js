// @ts-check
/** What the pill and the meter say, from the connection, the player and the drift: pure. */

import { distance } from "./format.js"
import { fill, gettext } from "./words.js"

const IN_STEP_MS = 60 // nobody sees or hears less, across two rooms

/**
 * @typedef {{driftMs: number, latencyMs: number | null, zone?: string, cause?: string}} Drift
 * @typedef {{connection: {status: string, attempt?: number}, drift: Drift | null, player: {state: string}, following: boolean}} Seen
 */

/**
 * @param {Seen} seen
 * @returns {{word: string, tone: string, ms: string}}
 */
export function pillOf({ connection, drift, player, following }) {
  const says = (/** @type {string} */ word, /** @type {string} */ tone, ms = "") => ({ word, tone, ms })
  if (connection.status === "connecting") return says(gettext("connecting"), "wait")
  if (connection.status === "lost") return says(gettext("reconnecting …"), "wait")
  if (connection.status === "limited") return says(gettext("limited"), "warn")
  if (connection.status === "closed") return says(gettext("not connected"), "bad")
  if (!following) return says(gettext("on your own"), "off")
  if (player.state === "blocked") return says(gettext("waiting for you"), "warn")
  if (player.state === "error") return says(gettext("cannot play"), "bad")
  if (player.state === "empty") return says(gettext("ready"), "off")
  if (player.state === "loading" || player.state === "buffering") return says(gettext("loading"), "wait")
  if (!drift) return says(gettext("in step"), "good")
  if (inStep(drift)) return says(gettext("in step"), "good", distance(drift.driftMs))
  return says(gettext("catching up"), "warn", distance(drift.driftMs))
}

/** @param {Drift} drift */
function inStep({ driftMs }) {
  return Math.abs(driftMs) <= IN_STEP_MS
}

/**
 * @param {Seen} seen
 * @returns {{title: string, cause: string}}
 */
export function verdictOf(seen) {
  const { word, tone } = pillOf(seen)
  const { drift, connection } = seen
  if (connection.status === "lost" || connection.status === "limited") {
    return { title: gettext("Reconnecting"), cause: gettext("The line to the room is down. Your player keeps the time by itself.") }
  }
  if (tone === "good") return { title: gettext("You are in step"), cause: gettext("You see what the others see, when they see it.") }
  if (tone === "warn" && drift && word === gettext("catching up")) {
    const format = drift.driftMs > 0 ? gettext("You are {time} ahead, waiting for the room") : gettext("You are {time} behind, catching up")
    return { title: fill(format, { time: distance(drift.driftMs) }), cause: causeWords(drift.cause) }
  }
  if (!seen.following) return { title: gettext("You watch on your own"), cause: gettext("The room goes on without you. Come back any time.") }
  return { title: word.charAt(0).toLocaleUpperCase() + word.slice(1), cause: causeWords(drift?.cause) }
}

/** @param {string | undefined} cause */
function causeWords(cause) {
  if (cause === "buffering" || cause === "stalled") return gettext("The video was still loading.")
  if (cause === "hidden") return gettext("The tab was in the background, where browsers save power.")
  if (cause === "clock" || cause === "unsteady_clock") return gettext("The connection is unsteady, so the clocks agree less well.")
  if (cause === "seek" || cause === "start") return gettext("The room has just moved.")
  return ""
}
