// @ts-check
/**
 * Why a file does not arrive: its server is asked, because browsers play a file without saying what its server answers.
 * A server that allows no other sites only shows whether it answers at all.
 */

import { isPage } from "../../core/media/stream_bounds.js"
import { answerFault } from "../../core/media/stream_faults.js"
import { after } from "../lib/timers.js"
import { fileFaultMessage } from "../streams/stream_messages.js"

const ANSWER_MS = 2000
const MORE_S = 0.3
const BEYOND = 0.01

/** @typedef {import("../../core/media/stream_faults.js").FaultKind} FaultKind */
/** @typedef {import("../media/room_player.js").Player} Player */

/** The address that is being asked for a player. @type {WeakMap<Player, string>} */
const asking = new WeakMap()

/**
 * Ask, and show the cause in place of what the browser knows until more of the file arrives.
 * @param {Player} player
 */
export async function findCause(player) {
  const { url, element, controller } = player
  if (!url || player.cause || asking.get(player) === url) return
  asking.set(player, url)
  const { attached } = controller.media.endOfData
  const address = url.split("#", 1)[0]
  const fault = await faultAt(address, attached, attached ? loadedShare(element) : 0)
  if (asking.get(player) === url) asking.delete(player)
  if (!fault || player.url !== url || isComplete(element)) return
  const message = fileFaultMessage(fault, address)
  player.cause = message
  player.warning = message
  if (controller.media.failure) controller.media.failure.message ??= message
  player.tick()
  whenMoreArrives(element, () => {
    if (player.cause === message) player.cause = player.warning = null
  })
}

/** @param {HTMLMediaElement} element @param {() => void} act */
function whenMoreArrives(element, act) {
  const loadedS = loadedEndS(element)
  const onProgress = () => {
    if (Math.abs(loadedEndS(element) - loadedS) <= MORE_S) return
    element.removeEventListener("progress", onProgress)
    act()
  }
  element.addEventListener("progress", onProgress)
}

/** @param {HTMLMediaElement} element */
function isComplete(element) {
  return loadedEndS(element) >= element.duration - MORE_S
}

/** @param {HTMLMediaElement} element */
function loadedEndS({ buffered, currentTime }) {
  return buffered.length ? buffered.end(buffered.length - 1) : currentTime
}

/** @param {string} url @param {boolean} started @param {number} share of the file that has arrived */
async function faultAt(url, started, share) {
  const whole = await ask(url, started)
  if (whole === "nothing")
    return (await ask(url, started, { mode: "no-cors" })) === "nothing" ? "unreachable" : null
  if (whole === "late" || whole.fault) return whole === "late" ? null : whole.fault
  const at = Math.floor(whole.bytes * share)
  if (!at) return null
  const rest = await ask(url, started, { headers: { Range: `bytes=${at}-` } })
  return typeof rest === "string" ? null : rest.fault
}

/**
 * Only the beginning of the answer is read.
 * @param {string} url
 * @param {boolean} started
 * @param {RequestInit} [options]
 * @returns {Promise<{fault: FaultKind | null, bytes: number} | "nothing" | "late">}
 */
async function ask(url, started, options) {
  const request = new AbortController()
  const forget = after(ANSWER_MS, () => request.abort())
  try {
    const answer = await fetch(url, { ...options, signal: request.signal, cache: "no-store" })
    const known = answerFault(answer.status, answer.headers.get("Content-Type") ?? "", started)
    const fault = known ?? ((await beginsWithPage(answer)) ? "replaced" : null)
    return { fault, bytes: Number(answer.headers.get("Content-Length") ?? 0) }
  } catch {
    return request.signal.aborted ? "late" : "nothing"
  } finally {
    forget()
    request.abort()
  }
}

/** @param {Response} answer */
async function beginsWithPage({ body }) {
  const { value } = (await body?.getReader().read()) ?? {}
  return value ? isPage(value) : false
}

/** Where the file goes on, about. @param {HTMLMediaElement} element */
function loadedShare(element) {
  const { duration } = element
  const share = loadedEndS(element) / duration + BEYOND
  return Number.isFinite(share) ? Math.min(share, 0.999) : 0
}
