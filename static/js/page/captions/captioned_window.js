// @ts-check
/**
 * Picture-in-picture with captions. No browser draws them into the window of a video alone, so the video and its captions
 * move to a small window of this page, which Chromium has (Document Picture-in-Picture).
 */

import { disposeAll } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"

const WIDTH_PX = 480
const PICTURE = ".picture"
const MOVED = "[data-media], [data-caption-layer], [data-styled-captions]"

/** @typedef {{requestWindow: (size: {width: number, height: number}) => Promise<Window>}} WindowMaker */

/** @returns {WindowMaker | null} */
function windowMaker() {
  return /** @type {any} */ (window).documentPictureInPicture ?? null
}

/** Why picture-in-picture shows no captions; empty if it does, or if there is none. */
export function withoutCaptionsMessage() {
  if (windowMaker() || !document.pictureInPictureEnabled) return ""
  return gettext("Picture in picture shows no captions in this browser.")
}

export class CaptionedWindow {
  /** @type {Window | null} */
  window = null
  #opening = false

  /**
   * @param {HTMLElement} stage
   * @param {{isWanted: () => boolean, moved: () => void}} callbacks `isWanted`: captions are on; `moved`: into the
   *   window, back, or the window has another size
   */
  constructor(stage, { isWanted, moved }) {
    this.picture = /** @type {HTMLElement} */ (stage.querySelector(PICTURE))
    this.button = /** @type {HTMLElement} */ (stage.querySelector("[data-pip]"))
    this.isWanted = isWanted
    this.moved = moved
    this.note = document.createElement("p")
    this.note.className = "in-window muted"
    this.note.textContent = gettext("The picture is in its own window.")
    const controller = new AbortController()
    // Before the button's own listener, which opens a window of the video alone.
    const press = (/** @type {Event} */ event) => this.#onPress(event)
    this.button.parentElement?.addEventListener("click", press, { capture: true, signal: controller.signal })
    this.unmount = disposeAll(
      () => controller.abort(),
      () => this.close(),
    )
  }

  /** @param {Event} event */
  #onPress(event) {
    const isButton = event.target instanceof Element && event.target.closest("[data-pip]")
    const isOpen = this.window !== null
    if (!isButton || !windowMaker() || (!isOpen && !this.isWanted()) || document.pictureInPictureElement)
      return
    event.stopPropagation()
    if (isOpen) this.close()
    else void this.#open()
  }

  async #open() {
    if (this.#opening) return
    this.#opening = true
    try {
      const { clientWidth, clientHeight } = this.picture
      const height = Math.round((WIDTH_PX * clientHeight) / clientWidth)
      const opened = await windowMaker()?.requestWindow({ width: WIDTH_PX, height })
      if (opened) this.#use(opened)
    } catch {
      // the browser refused; nothing changes
    } finally {
      this.#opening = false
    }
  }

  /** @param {Window} opened */
  #use(opened) {
    this.window = opened
    const { document: other } = opened
    const styles = document.querySelectorAll("link[rel=stylesheet]")
    other.head.append(...[...styles].map((link) => other.importNode(link)))
    other.documentElement.lang = document.documentElement.lang
    other.title = document.title
    const stage = other.createElement("div")
    stage.className = "stage captioned-window"
    stage.dataset.idle = ""
    const picture = other.createElement("div")
    picture.className = "picture"
    picture.append(...this.picture.querySelectorAll(MOVED))
    this.picture.prepend(this.note)
    stage.append(picture)
    other.body.replaceChildren(stage)
    // The room's own button knows who may play.
    picture.addEventListener("click", () => this.#playOrPause())
    opened.addEventListener("resize", () => this.moved())
    opened.addEventListener("pagehide", () => this.#takeBack())
    this.button.setAttribute("aria-pressed", "true")
    this.moved()
  }

  #playOrPause() {
    const play = /** @type {HTMLElement | null} */ (document.querySelector("[data-play]"))
    if (play && !play.hidden) play.click()
  }

  /** At once, before other media open: a player of another site belongs on the stage. */
  close() {
    const { window: opened } = this
    this.#takeBack()
    opened?.close()
  }

  #takeBack() {
    const moved = this.window?.document.querySelectorAll(MOVED) ?? []
    if (!this.window) return
    this.window = null
    this.note.remove()
    this.picture.prepend(...moved)
    this.picture.append(...this.picture.querySelectorAll("[data-caption-layer]"))
    this.button.setAttribute("aria-pressed", "false")
    this.moved()
  }
}
