// @ts-check
/** Where the track that is on is a film, its picture; in the tab that sounds, and nowhere else. */

import { all, piece } from "../lib/dom.js"

/** @param {HTMLElement} frame @param {import("./session.js").Mine} mine */
export function mount(frame, mine) {
  const gone = new AbortController()
  const full = piece(frame, "full")
  full.hidden = !document.fullscreenEnabled
  full.addEventListener(
    "click",
    () => {
      if (document.fullscreenElement) document.exitFullscreen()
      else frame.requestFullscreen().catch(() => {})
    },
    { signal: gone.signal },
  )
  return all(
    () => gone.abort(),
    mine.on("picture", (element) => show(frame, element)),
  )
}

/** @param {HTMLElement} frame @param {HTMLVideoElement | null} element */
function show(frame, element) {
  frame.hidden = element === null
  if (element) frame.prepend(element)
}
