// @ts-check
/** Draws captions: as text, or with the styles of their file where it has some, the viewer wants them and it works. */

import { CueTimer } from "./cue_timer.js"
import { CaptionLayer } from "./layer.js"
import { StyledCaptions } from "./styled.js"

/** @typedef {import("../../core/captions/cues.js").Cue} Cue */
/** @typedef {{cues: Cue[], script: string}} Content `script`: of ASS, with its styles; empty for other formats */

const NOTHING = { cues: [], script: "" }

export class CaptionDrawing {
  /** @type {Content} */
  content = NOTHING
  /** @type {string[]} */
  fonts = []

  /**
   * @param {HTMLElement} stage
   * @param {import("../media/room_player.js").Player} player
   * @param {{delayMs: () => number, changed: (failed: boolean) => void}} callbacks
   *   `changed`: styles are drawn, or no longer, or (`failed`) they cannot be
   */
  constructor(stage, player, { delayMs, changed }) {
    this.changed = changed
    this.layer = new CaptionLayer(stage)
    this.styled = new StyledCaptions(player, this.layer.element, delayMs, () => changed(true))
    this.timer = new CueTimer(player, delayMs, (cues) => {
      this.layer.show(cues)
      this.styled.update()
    })
    this.wantsStyles = true
  }

  /** @param {Content} content @param {string[]} [fonts] addresses of those that come with it */
  show(content, fonts = []) {
    this.content = content
    this.fonts = fonts
    this.layer.takePlace(true)
    this.timer.setCues(content.cues)
    void this.#style()
  }

  async #style() {
    const { script } = this.content
    const shown = await this.styled.show(this.wantsStyles ? script : "", this.fonts)
    if (script === this.content.script) this.changed(!shown)
  }

  clear() {
    this.content = NOTHING
    this.layer.takePlace(false)
    this.styled.hide()
    this.timer.setCues([])
  }

  /** @param {import("./settings.js").Values} values */
  applySettings(values) {
    this.layer.applySettings(values)
    if (this.wantsStyles === values.styles) return
    this.wantsStyles = values.styles
    void this.#style()
  }

  /** The picture is in another window, or has another size. */
  moved() {
    this.timer.update()
    this.styled.layer?.resize()
  }

  /** Whether fonts and places are those of the file now. */
  get isStyled() {
    return this.styled.layer !== null
  }

  remove() {
    this.timer.stop()
    this.styled.hide()
    this.layer.remove()
  }
}
