// @ts-check
/**
 * The picture in a window of its own, over everything else: it plays on, in step, while the tab is hidden.
 */

import { all, piece } from "../lib/dom.js"

/**
 * @param {HTMLElement} bar
 * @param {import("../room/types.js").Room} room
 */
export function mount(bar, room) {
  const gone = new AbortController()
  const { signal } = gone
  const button = piece(bar, "pip")
  const video = /** @type {HTMLVideoElement} */ (document.querySelector("[data-stage] [data-media]"))
  const show = () => {
    button.hidden = !supported(video) || room.state?.timeline?.media?.kind !== "video"
    button.setAttribute("aria-pressed", String(document.pictureInPictureElement === video))
  }
  button.addEventListener("click", () => toggle(video), { signal })
  for (const type of ["enterpictureinpicture", "leavepictureinpicture"])
    video.addEventListener(type, show, { signal })
  show()
  return all(() => gone.abort(), ...["state", "load", "timeline"].map((type) => room.on(type, show)))
}

/** @param {HTMLVideoElement} video */
function supported(video) {
  return (
    Boolean(document.pictureInPictureEnabled) &&
    !video.disablePictureInPicture &&
    "requestPictureInPicture" in video
  )
}

/** @param {HTMLVideoElement} video */
function toggle(video) {
  const going =
    document.pictureInPictureElement === video
      ? document.exitPictureInPicture()
      : video.requestPictureInPicture()
  going.catch(() => {}) // not before there is a picture: the browser's own rules
}
