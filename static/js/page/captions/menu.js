// @ts-check
/** The captions menu: tracks, timing and look. */

import { may } from "../../core/room/rights.js"
import { EXTENSIONS } from "../../core/captions/caption_file.js"
import { cloneTemplate, disposeAll, find, setText } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"

import { completeUrl } from "../ui/form_validation.js"
import { withoutCaptionsMessage } from "./captioned_window.js"
import { mountTiming } from "./timing.js"
import { trackName } from "./tracks.js"

const LIST_KEYS = new Set([" ", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"])
const MARGIN_PX = 12
const SHEET = "(max-width: 560px)"
const LOOK = /** @type {const} */ (["size", "place", "color", "background"])

/** @typedef {import("./captions.js").Captions} Captions */
/** @typedef {import("./tracks.js").CaptionTrack} CaptionTrack */

export class CaptionMenu {
  /** @param {HTMLButtonElement} button @param {Captions} captions */
  constructor(button, captions) {
    this.button = button
    this.captions = captions
    this.stage = /** @type {HTMLElement} */ (button.closest("[data-stage]"))
    this.box = cloneTemplate("captions-menu")
    this.stage.append(this.box)
    button.popoverTargetElement = this.box
    this.controller = new AbortController()
    this.unmountTiming = mountTiming(this.box, captions)
    this.#listen(this.controller.signal)
    this.show()
  }

  open() {
    this.box.showPopover()
  }

  get isOpen() {
    return this.box.matches(":popover-open")
  }

  remove() {
    disposeAll(
      this.unmountTiming,
      () => this.controller.abort(),
      () => this.box.remove(),
    )()
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const { box } = this
    const on = (
      /** @type {HTMLElement} */ element,
      /** @type {string} */ type,
      /** @type {(event: any) => void} */ fn,
    ) => element.addEventListener(type, fn, { signal })
    on(box, "beforetoggle", ({ newState }) => newState === "open" && this.#place())
    on(box, "toggle", ({ newState }) => newState === "open" && this.#focus())
    // The room's shortcuts would seek or pause instead of choosing from the list.
    on(box, "keydown", (event) => LIST_KEYS.has(event.key) && event.stopPropagation())
    on(find(box, "caption-tracks"), "change", ({ target }) =>
      this.captions.choose(this.captions.track(target.value)),
    )
    on(find(box, "caption-share"), "click", () => void this.captions.share())
    on(find(box, "caption-withdraw"), "click", () => void this.captions.withdraw())
    on(find(box, "caption-close"), "click", () => box.hidePopover())
    this.#listenToFile(on)
    this.#listenToAddress(on)
    for (const name of LOOK) {
      const select = /** @type {HTMLSelectElement} */ (find(box, `caption-${name}`))
      on(select, "change", () =>
        this.captions.updateLook({ [name]: name === "size" ? Number(select.value) : select.value }),
      )
    }
    on(find(box, "caption-styles"), "change", ({ target }) =>
      this.captions.updateLook({ styles: target.checked }),
    )
    window.addEventListener("resize", () => this.isOpen && this.#place(), { signal })
  }

  /** @param {(element: HTMLElement, type: string, fn: (event: any) => void) => void} on */
  #listenToFile(on) {
    const input = /** @type {HTMLInputElement} */ (find(this.box, "caption-file"))
    input.accept = EXTENSIONS.map((extension) => `.${extension}`).join(",")
    on(find(this.box, "caption-from-file"), "click", () => input.click())
    on(input, "change", () => {
      const file = input.files?.[0]
      input.value = "" // so that the same file can be chosen again
      if (file) void this.captions.addFile(file)
    })
  }

  /** @param {(element: HTMLElement, type: string, fn: (event: any) => void) => void} on */
  #listenToAddress(on) {
    const form = /** @type {HTMLFormElement} */ (find(this.box, "caption-address-form"))
    const input = /** @type {HTMLInputElement} */ (find(form, "caption-address"))
    const opener = find(this.box, "caption-from-address")
    on(opener, "click", () => {
      form.hidden = !form.hidden
      opener.setAttribute("aria-expanded", String(!form.hidden))
      if (!form.hidden) input.focus()
    })
    on(form, "submit", async (event) => {
      event.preventDefault()
      if (await this.captions.addAddress(completeUrl(input.value))) form.reset()
    })
  }

  /** Above the bar at its right end; on a phone at the bottom of the page. */
  #place() {
    const { style } = this.box
    const isSheet = matchMedia(SHEET).matches
    const bar = /** @type {Element} */ (this.button.closest("[data-controls]")).getBoundingClientRect()
    const row = this.button.getBoundingClientRect()
    style.setProperty("--menu-right", isSheet ? "0px" : `${innerWidth - bar.right + MARGIN_PX}px`)
    style.setProperty("--menu-bottom", isSheet ? "0px" : `${innerHeight - row.top + 28}px`)
  }

  #focus() {
    const checked = this.box.querySelector("[data-caption-tracks] input:checked")
    if (checked instanceof HTMLElement) checked.focus({ preventScroll: true })
  }

  show() {
    const { box, captions } = this
    this.#showTracks()
    setText(find(box, "caption-status"), captions.status)
    find(box, "caption-status").toggleAttribute("data-bad", captions.failed)
    const { chosen } = captions
    const mayShare = may(captions.room.state, "media")
    find(box, "caption-share").hidden = !(mayShare && chosen?.own)
    find(box, "caption-withdraw").hidden = !(mayShare && chosen?.sharedId)
    const { values } = captions.settings
    for (const name of LOOK)
      /** @type {HTMLSelectElement} */ (find(box, `caption-${name}`)).value = String(values[name])
    const styles = /** @type {HTMLInputElement} */ (find(box, "caption-styles"))
    styles.checked = values.styles
    const { content, isStyled } = captions.drawing
    find(box, "caption-styles-row").hidden = !content.script
    find(box, "caption-look").hidden = isStyled // they have no effect
    const inWindow = find(box, "caption-window")
    setText(inWindow, withoutCaptionsMessage())
    inWindow.hidden = !inWindow.textContent
    this.button.toggleAttribute("data-on", captions.chosen !== null)
  }

  /** The list is replaced only if it changed, so that the focus stays. */
  #showTracks() {
    const list = find(this.box, "caption-tracks")
    const { tracks, chosen } = this.captions
    const key = JSON.stringify(tracks.map(({ id, why }) => [id, why]))
    if (list.dataset.key !== key) {
      list.dataset.key = key
      const lines = [null, ...tracks].map(trackLine)
      list.replaceChildren(...lines)
    }
    for (const input of list.querySelectorAll("input")) input.checked = input.value === (chosen?.id ?? "")
  }
}

/** @param {CaptionTrack | null} track null: off */
function trackLine(track) {
  const line = cloneTemplate("caption-track")
  const input = /** @type {HTMLInputElement} */ (line.querySelector("input"))
  const { name, detail } = track ? trackName(track) : { name: gettext("Off"), detail: "" }
  input.value = track?.id ?? ""
  input.disabled = Boolean(track?.why)
  setText(find(line, "name"), name)
  setText(find(line, "detail"), detail)
  return line
}
