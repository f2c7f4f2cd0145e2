// @ts-check
/** What the pill and the meter say, from the connection, the player and the drift: pure. */

import { distance } from "../lib/format.js"
import { wordsBeside } from "../media/media_errors.js"
import { fill, gettext } from "../lib/i18n.js"

const IN_STEP_MS = 60 // nobody sees or hears less, across two rooms
const CUT_OFF = new Set(["nothing", "offline"]) // asking over HTTP does not help either

/**
 * @typedef {{driftMs: number, latencyMs: number | null, zone?: string, cause?: string | null}} Drift
 * @typedef {{connection: {status: string, attempt?: number, reach?: string}, drift: Drift | null,
 * player: {state: string, cause?: string | null, trouble?: import("../media/media_errors.js").Trouble |
 * null}, following: boolean, kept: boolean, degraded?: boolean}} Seen `kept`: the room wants its players in
 * step;
 * `degraded`: the server's processes do not hear each other
 */

/**
 * @param {Seen} seen
 * @returns {{word: string, tone: string, ms: string}}
 */
export function pillOf({ connection, drift, player, following, kept }) {
  const says = (/** @type {string} */ word, /** @type {string} */ tone, ms = "") => ({ word, tone, ms })
  if (connection.status === "connecting") return says(gettext("connecting"), "wait")
  if (connection.status === "lost") return says(gettext("reconnecting …"), "wait")
  if (connection.status === "limited" && CUT_OFF.has(connection.reach ?? ""))
    return says(gettext("no connection"), "bad")
  if (connection.status === "limited") return says(gettext("limited"), "warn")
  if (connection.status === "closed") return says(gettext("not connected"), "bad")
  if (!following || !kept) return says(gettext("on your own"), "off")
  if (player.state === "blocked") return says(gettext("waiting for you"), "warn")
  if (player.state === "error") return says(gettext("cannot play"), "bad")
  if (player.state === "broken_off") return says(gettext("broke off"), "bad")
  if (wordsBeside(player.trouble ?? null)) return says(gettext("at another position"), "warn")
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
export function syncStatus(seen) {
  const { word, tone } = pillOf(seen)
  const { drift, connection, player } = seen
  if (connection.status === "lost") {
    return {
      title: gettext("Reconnecting"),
      cause: gettext("The connection to the room is down. Your player keeps time by itself."),
    }
  }
  if (connection.status === "limited") {
    const title = CUT_OFF.has(connection.reach ?? "")
      ? gettext("No connection")
      : gettext("Limited connection")
    return { title, cause: reachWords(connection.reach) }
  }
  if (tone === "off") return alone(seen, word)
  const cause = wordsBeside(player.trouble ?? null) ?? causeWords(player.cause)
  if (tone === "good")
    return {
      title: gettext("You are in step"),
      cause: cause || gettext("You see what the others see, when they see it."),
    }
  if (tone === "warn" && drift && word === gettext("catching up")) {
    const format =
      drift.driftMs > 0
        ? gettext("You are {time} ahead, waiting for the room")
        : gettext("You are {time} behind, catching up")
    return {
      title: fill(format, { time: distance(drift.driftMs) }),
      cause: cause || causeWords("catching_up"),
    }
  }
  return { title: upper(word), cause }
}

/** @param {Seen} seen @param {string} word */
function alone({ following, kept }, word) {
  if (!kept)
    return {
      title: gettext("You watch on your own"),
      cause: gettext("This room lets everyone watch at their own pace."),
    }
  if (!following)
    return {
      title: gettext("You watch on your own"),
      cause: gettext("The room continues without you. Come back any time."),
    }
  return { title: upper(word), cause: "" }
}

/** @param {string} word */
function upper(word) {
  return word.charAt(0).toLocaleUpperCase() + word.slice(1)
}

/**
 * Why there is no socket, as far as asking over HTTP tells.
 * @param {string | undefined} reach as `polling.js` found it
 */
function reachWords(reach) {
  const words = {
    http: () =>
      gettext(
        "The server answers, but live connections do not get through: a proxy or network in between blocks WebSockets. The page asks every few seconds instead, so changes reach you later.",
      ),
    refused: () => gettext("The server answers but no longer lets you see this room. Reload the page."),
    failing: () => gettext("The server has a problem right now. Your player keeps time by itself."),
    nothing: () => gettext("The server does not answer. Your player keeps time by itself."),
    offline: () => gettext("This device is offline. Your player keeps time by itself."),
  }
  return (
    words[/** @type {keyof typeof words} */ (reach)]?.() ??
    gettext(
      "No stable connection to the room. The page asks every few seconds instead, so changes reach you later.",
    )
  )
}

/** @param {string | null | undefined} cause as `report.js` names it */
function causeWords(cause) {
  const words = {
    buffering: () => gettext("The video is still loading."),
    hidden: () => gettext("The tab is in the background, where browsers save power."),
    clock: () => gettext("The connection is unsteady, so the clocks do not agree yet."),
    device: () => gettext("This device cannot keep up: it is corrected less often for a while."),
    seek_only: () => gettext("This browser cannot change speed, so it keeps in step by small jumps."),
    catching_up: () => gettext("The speed is changed a little until you are in step."),
  }
  return words[/** @type {keyof typeof words} */ (cause)]?.() ?? ""
}
