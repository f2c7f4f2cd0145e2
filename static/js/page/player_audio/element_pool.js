// @ts-check
/**
 * The media elements of this tab, used again and again: some browsers let an element be heard only after it
 * was touched within a press, and forget that with the element.
 */

const SPARE = 2 // of each kind: what is on, and what comes

/** @type {{audio: HTMLMediaElement[], video: HTMLMediaElement[]}} */
const idle = { audio: [], video: [] }
const made = { audio: 0, video: 0 }

/** @param {"audio" | "video"} kind @returns {HTMLMediaElement} */
export function borrow(kind) {
  return idle[kind].pop() ?? make(kind)
}

/** @param {"audio" | "video"} kind */
function make(kind) {
  const element = document.createElement(kind)
  element.preload = "auto"
  if (element instanceof HTMLVideoElement) element.playsInline = true
  made[kind] += 1
  return element
}

/** @param {HTMLMediaElement} element */
export function giveBack(element) {
  element.pause()
  element.removeAttribute("src")
  element.load()
  element.remove()
  idle[element instanceof HTMLVideoElement ? "video" : "audio"].push(element)
}

/** To be called within a press. */
export function unlock() {
  for (const kind of /** @type {const} */ (["audio", "video"])) {
    while (made[kind] < SPARE) idle[kind].push(make(kind))
    for (const element of idle[kind]) element.load()
  }
}
