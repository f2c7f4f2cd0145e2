// @ts-check
/**
 * Why a file does not arrive: its server is asked, because browsers play a file without saying what its server answers.
 * A server that allows no other sites only shows whether it answers at all, and the browser how it failed.
 */

import { concealedFault, containerOf, contentFault, isNoMedia } from "../../core/media/file_faults.js"
import { isPage } from "../../core/streams/stream_bounds.js"
import { answerFault, codecName } from "../../core/streams/stream_faults.js"
import { after } from "../lib/timers.js"
import { fileFaultMessage } from "../streams/stream_messages.js"
import { codecsInFile } from "./codecs_in_file.js"

const ANSWER_MS = 2000
const MORE_S = 0.3
const BEYOND = 0.01

/** @typedef {import("../../core/streams/stream_faults.js").FaultKind} FaultKind */
/** @typedef {{kind: FaultKind, codec?: string | null}} FileFault */
/** @typedef {{fault: FaultKind | null, bytes: number, head: Uint8Array}} Answer */
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
  const fault = await faultAt(address, attached, player)
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

/**
 * @param {string} url
 * @param {boolean} started
 * @param {Player} player
 * @returns {Promise<FileFault | null>}
 */
async function faultAt(url, started, player) {
  const { element } = player
  const whole = await ask(url, started)
  if (whole === "nothing") return concealed(url, started, player)
  if (whole === "late") return null
  if (whole.fault) return { kind: whole.fault }
  if (isNoMedia(element.error) && !started) return inContent(url, whole.head, element)
  const at = Math.floor(whole.bytes * (started ? loadedShare(element) : 0))
  const rest = at ? await ask(url, started, { headers: { Range: `bytes=${at}-` } }) : "late"
  return typeof rest === "string" || !rest.fault ? null : { kind: rest.fault }
}

/** @param {string} url @param {boolean} started @param {Player} player @returns {Promise<FileFault | null>} */
async function concealed(url, started, { element, controller }) {
  const answer = await ask(url, started, { mode: "no-cors" })
  if (answer === "nothing") return { kind: "unreachable" }
  const isLoadedAgain = controller.media.failure?.kind === "interrupted"
  const kind = answer === "late" || isLoadedAgain ? null : concealedFault(element.error, started)
  return kind && { kind }
}

/** @param {string} url @param {Uint8Array} head @param {HTMLMediaElement} element @returns {Promise<FileFault>} */
async function inContent(url, head, element) {
  const container = containerOf(head)
  const found = container?.name === "MP4" ? await codecsInFile(url) : []
  const { kind, codecs } = contentFault(container, found, (type) => element.canPlayType(type) !== "")
  return { kind, codec: codecName(codecs) || null }
}

/**
 * Only the beginning of the answer is read.
 * @param {string} url
 * @param {boolean} started
 * @param {RequestInit} [options]
 * @returns {Promise<Answer | "nothing" | "late">}
 */
async function ask(url, started, options) {
  const request = new AbortController()
  const forget = after(ANSWER_MS, () => request.abort())
  try {
    const answer = await fetch(url, { ...options, signal: request.signal, cache: "no-store" })
    const known = answerFault(answer.status, answer.headers.get("Content-Type") ?? "", started)
    const head = known ? new Uint8Array() : await beginningOf(answer)
    const fault = known ?? (isPage(head) ? "replaced" : null)
    return { fault, bytes: Number(answer.headers.get("Content-Length") ?? 0), head }
  } catch {
    return request.signal.aborted ? "late" : "nothing"
  } finally {
    forget()
    request.abort()
  }
}

/** @param {Response} answer */
async function beginningOf({ body }) {
  const { value } = (await body?.getReader().read()) ?? {}
  return value ?? new Uint8Array()
}

/** Where the file goes on, about. @param {HTMLMediaElement} element */
function loadedShare(element) {
  const { duration } = element
  const share = loadedEndS(element) / duration + BEYOND
  return Number.isFinite(share) ? Math.min(share, 0.999) : 0
}
