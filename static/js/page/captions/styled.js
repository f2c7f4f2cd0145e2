// @ts-check
/** Shows captions with the styles of their file where that is possible, over the layer of plain text elsewhere. */

import { fetchBytes } from "./tracks.js"

/** @typedef {import("./tracks.js").CaptionTrack} CaptionTrack */
/** @typedef {Awaited<ReturnType<typeof import("./styled_layer.js").openStyled>>} StyledLayer */

export class StyledCaptions {
  /** @type {StyledLayer | null} */
  layer = null
  /** The script that is being opened or shown. */
  #script = ""
  #attempt = {}

  /**
   * @param {import("../media/room_player.js").Player} player
   * @param {HTMLElement} text the layer of plain text, hidden while styled captions are drawn
   * @param {() => number} delayMs
   * @param {() => void} failed called if captions that were drawn have to be shown as text
   */
  constructor(player, text, delayMs, failed) {
    this.player = player
    this.text = text
    this.delayMs = delayMs
    this.failed = failed
  }

  /**
   * Show a script, or nothing.
   * @param {string} script empty: captions without styles
   * @param {string[]} [fonts] addresses of those that come with it
   * @returns {Promise<boolean>} false if it has to be shown as text
   */
  async show(script, fonts = []) {
    if (script === this.#script) return true
    this.hide()
    if (!script) return true
    this.#script = script
    const attempt = this.#attempt
    try {
      const layer = await this.#open(script, fonts)
      if (attempt !== this.#attempt) layer.remove()
      else this.#use(layer)
      return true
    } catch (error) {
      console.warn("Styled captions are shown as text:", error)
      return attempt !== this.#attempt
    }
  }

  /** @param {string} script @param {string[]} fonts */
  async #open(script, fonts) {
    const video = videoOf(this.player)
    if (!video) throw new Error("There is no video of this page's own.")
    const found = await Promise.allSettled(fonts.map(fetchBytes))
    const { openStyled } = await import("./styled_layer.js")
    return openStyled(
      video,
      script,
      found.flatMap((font) => (font.status === "fulfilled" ? [font.value] : [])),
      () => {
        if (this.#script !== script) return
        this.hide()
        this.failed()
      },
    )
  }

  /** @param {StyledLayer} layer */
  #use(layer) {
    this.layer = layer
    this.text.hidden = true
    this.update()
  }

  /** The delay may have changed, or another player plays. */
  update() {
    if (this.layer && !videoOf(this.player)) this.hide()
    this.layer?.setDelay(this.delayMs())
  }

  hide() {
    this.#attempt = {}
    this.#script = ""
    this.layer?.remove()
    this.layer = null
    this.text.hidden = false
  }
}

/** The page's own video with a picture, on a browser that reports its frames. @param {import("../media/room_player.js").Player} player */
function videoOf({ element, media }) {
  const isOwn = element instanceof HTMLVideoElement && "requestVideoFrameCallback" in element
  return isOwn && media?.kind !== "audio" ? element : null
}
