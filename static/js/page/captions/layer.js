// @ts-check
/** The captions over the picture: text nodes in a layer of the stage, so that they are there in fullscreen too. */

/** @typedef {import("../../core/captions/cues.js").Cue} Cue */
/** @typedef {import("../../core/captions/cue_text.js").CueNode} CueNode */

const PLACES = /** @type {const} */ (["top", "middle", "bottom"])

export class CaptionLayer {
  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.stage = stage
    this.element = document.createElement("div")
    this.element.className = "captions"
    this.element.dataset.captionLayer = ""
    this.slots = Object.fromEntries(PLACES.map((place) => [place, this.#createSlot(place)]))
    /** @type {Cue[]} */
    this.shown = []
    const picture = /** @type {HTMLElement} */ (stage.querySelector(".picture"))
    picture.append(this.element)
  }

  /** @param {string} place */
  #createSlot(place) {
    const slot = document.createElement("div")
    slot.className = "caption-slot"
    slot.dataset.place = place
    this.element.append(slot)
    return slot
  }

  /** @param {import("./settings.js").Values} settings */
  applySettings({ size, color, background, place }) {
    this.element.style.setProperty("--caption-size", String(size / 100))
    Object.assign(this.element.dataset, { color, background, home: place })
    if (this.stage.dataset.captionHome) this.takePlace(true)
    this.#draw()
  }

  /** What else is on the stage leaves room for captions while they are on. @param {boolean} isOn */
  takePlace(isOn) {
    if (isOn) this.stage.dataset.captionHome = this.element.dataset.home
    else delete this.stage.dataset.captionHome
  }

  /** @param {Cue[]} cues to show now, oldest first */
  show(cues) {
    if (cues.length === this.shown.length && cues.every((cue, i) => cue === this.shown[i])) return
    this.shown = cues
    this.#draw()
  }

  #draw() {
    const home = this.element.dataset.home === "top" ? "top" : "bottom"
    for (const place of PLACES) {
      // What the file puts at the bottom goes where the viewer wants to read.
      const here = this.shown.filter((cue) => (cue.place === "bottom" ? home : cue.place) === place)
      this.slots[place].replaceChildren(...here.map(cueElement))
    }
    this.stage.toggleAttribute("data-captioned", this.shown.length > 0)
  }

  remove() {
    this.element.remove()
    this.stage.removeAttribute("data-captioned")
    this.takePlace(false)
  }
}

/** @param {Cue} cue */
function cueElement(cue) {
  const line = document.createElement("p")
  line.className = "caption"
  line.dir = "auto"
  line.dataset.align = cue.align
  const text = document.createElement("span")
  text.append(...cue.nodes.map(nodeElement))
  line.append(text)
  return line
}

/** @param {CueNode} node @returns {Node} */
function nodeElement(node) {
  if (typeof node === "string") return document.createTextNode(node)
  const element = document.createElement(node.style)
  element.append(...node.children.map(nodeElement))
  return element
}
