// @ts-check
/**
 * Chapters of the film that the room plays: marks on the seek bar, names on hover and for screen readers, a list, Shift with
 * the arrow keys, and "Skip intro". Loaded for films that have chapters.
 */

import { chapterAt, chapterList, neighbourS } from "../../core/chapters/chapters.js"
import { may } from "../../core/room/rights.js"
import { cloneTemplate, disposeAll, find, loadStyle, setText } from "../lib/dom.js"
import { formatTime, gettext } from "../lib/i18n.js"
import { SkipButton } from "./skip_button.js"

const TICK_MS = 250
const TYPED_IN = "input:not([type=range], [type=radio], [type=checkbox]), textarea, select"
const STEPS = /** @type {Record<string, 1 | -1>} */ ({ ArrowLeft: -1, ArrowRight: 1 })
const GAP_PX = 12
const WIDTH_PX = 320 // of the list, as in chapters.css

/** @typedef {import("../../core/chapters/chapters.js").Chapter} Chapter */
/**
 * @typedef {{allowed: boolean, alone: boolean, positionS: number, durationS: number | null, seekTo:
 *   (positionS: number) => void}} Commands
 */

/**
 * @param {HTMLElement} bar
 * @param {Commands} commands
 * @param {{start: number, end?: number, title: string}[]} listed
 * @param {() => void} edit open the editor of typed chapters
 * @param {import("../room/session.js").RoomSession} room
 * @returns {() => void}
 */
export function mount(bar, commands, listed, edit, room) {
  const chapters = chapterList(listed)
  if (!chapters.length) return () => {}
  loadStyle(bar.dataset.chaptersStyle)
  const controller = new AbortController()
  const { signal } = controller
  const marks = new Marks(bar, chapters, commands, signal)
  const list = new ChapterList(bar, chapters, commands, signal)
  list.onEdit(edit, () => may(room.state, "media"), signal)
  const skip = new SkipButton(bar, chapters, commands, room, signal)
  const slider = find(bar, "seek")
  const show = () => {
    const at = chapterAt(chapters, commands.positionS)
    slider.dataset.chapter = at < 0 ? "" : titleOf(chapters[at], at)
    marks.show()
    list.show(at)
    skip.show()
  }
  listenToKeys(chapters, commands, signal)
  const ticking = setInterval(show, TICK_MS)
  show()
  return disposeAll(
    () => controller.abort(),
    () => clearInterval(ticking),
    () => delete slider.dataset.chapter,
    () => [marks, list, skip].forEach((part) => part.remove()),
  )
}

/** @param {Chapter} chapter @param {number} at */
function titleOf({ title }, at) {
  return title || `${gettext("Chapter")} ${at + 1}`
}

/** @param {Chapter[]} chapters @param {Commands} commands @param {AbortSignal} signal */
function listenToKeys(chapters, commands, signal) {
  const press = (/** @type {KeyboardEvent} */ event) => {
    const step =
      event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey ? STEPS[event.key] : undefined
    const target = /** @type {HTMLElement} */ (event.target)
    if (!step || target.matches?.(TYPED_IN) || document.querySelector("dialog[open]") || !commands.allowed)
      return
    // Before the page's own shortcuts, for which an arrow is five seconds.
    event.preventDefault()
    event.stopPropagation()
    const toS = neighbourS(chapters, commands.positionS, step)
    if (toS !== null) commands.seekTo(toS)
  }
  document.addEventListener("keydown", press, { signal, capture: true })
}

/** Marks on the seek bar, and the name of the chapter under the pointer. */
class Marks {
  /** @param {HTMLElement} bar @param {Chapter[]} chapters @param {Commands} commands @param {AbortSignal} signal */
  constructor(bar, chapters, commands, signal) {
    this.chapters = chapters
    this.commands = commands
    this.row = /** @type {HTMLElement} */ (find(bar, "seek").closest(".seek-row"))
    this.element = document.createElement("div")
    this.element.className = "chapter-marks"
    this.element.setAttribute("aria-hidden", "true")
    this.tip = document.createElement("span")
    this.tip.className = "chapter-tip digits"
    this.row.append(this.element, this.tip)
    this.tip.hidden = true
    this.drawnS = /** @type {number | null} */ (null)
    this.row.addEventListener("pointermove", (event) => this.#showTip(event), { signal })
    this.row.addEventListener("pointerleave", () => (this.tip.hidden = true), { signal })
  }

  show() {
    const { durationS } = this.commands
    if (durationS === this.drawnS) return
    this.drawnS = durationS
    const shown = durationS ? this.chapters.filter(({ startS }) => startS > 0 && startS < durationS) : []
    this.element.replaceChildren(...shown.map(({ startS }) => markElement(startS / (durationS ?? 1))))
  }

  /** @param {PointerEvent} event */
  #showTip({ clientX, pointerType }) {
    const { durationS } = this.commands
    if (!durationS || pointerType === "touch") return
    const box = this.row.getBoundingClientRect()
    const share = Math.min(Math.max((clientX - box.left) / box.width, 0), 1)
    const at = chapterAt(this.chapters, share * durationS)
    const time = formatTime(share * durationS)
    setText(this.tip, at < 0 ? time : `${titleOf(this.chapters[at], at)} · ${time}`)
    this.tip.hidden = false
    const half = this.tip.offsetWidth / 2
    const x = Math.min(Math.max(clientX - box.left, half), box.width - half)
    this.tip.style.setProperty("--x", `${x}px`)
  }

  remove() {
    this.element.remove()
    this.tip.remove()
  }
}

/** @param {number} share */
function markElement(share) {
  const mark = document.createElement("i")
  mark.style.setProperty("--share", share.toFixed(5))
  return mark
}

/** A button with the name of the present chapter, which opens the list. */
class ChapterList {
  /** @param {HTMLElement} bar @param {Chapter[]} chapters @param {Commands} commands @param {AbortSignal} signal */
  constructor(bar, chapters, commands, signal) {
    this.chapters = chapters
    this.mayEdit = () => false
    this.button = /** @type {HTMLButtonElement} */ (cloneTemplate("chapter-button"))
    this.menu = cloneTemplate("chapter-menu")
    find(bar, "position").closest(".time")?.after(this.button)
    const stage = /** @type {HTMLElement} */ (bar.closest("[data-stage]"))
    stage.append(this.menu)
    this.button.popoverTargetElement = this.menu
    this.items = chapters.map((chapter, at) => this.#item(chapter, at, commands))
    find(this.menu, "chapters").replaceChildren(...this.items)
    this.menu.addEventListener("beforetoggle", () => this.#place(commands), { signal })
  }

  /** @param {Chapter} chapter @param {number} at @param {Commands} commands */
  #item(chapter, at, commands) {
    const line = cloneTemplate("chapter-line")
    const button = /** @type {HTMLButtonElement} */ (find(line, "chapter-go"))
    setText(find(line, "name"), titleOf(chapter, at))
    setText(find(line, "time"), formatTime(chapter.startS))
    button.addEventListener("click", () => {
      if (commands.allowed) commands.seekTo(chapter.startS)
      this.menu.hidePopover()
    })
    return line
  }

  /** @param {() => void} edit @param {() => boolean} mayEdit @param {AbortSignal} signal */
  onEdit(edit, mayEdit, signal) {
    this.mayEdit = mayEdit
    const press = () => {
      this.menu.hidePopover()
      edit()
    }
    find(this.menu, "chapter-edit").addEventListener("click", press, { signal })
  }

  /** @param {Commands} commands */
  #place({ allowed }) {
    const { left, top } = this.button.getBoundingClientRect()
    const mostPx = innerWidth - WIDTH_PX - GAP_PX
    this.menu.style.setProperty("--menu-left", `${Math.max(Math.min(left - GAP_PX, mostPx), GAP_PX)}px`)
    this.menu.style.setProperty("--menu-bottom", `${innerHeight - top + 28}px`)
    find(this.menu, "chapter-edit").hidden = !this.mayEdit()
    for (const line of this.items)
      /** @type {HTMLButtonElement} */ (find(line, "chapter-go")).disabled = !allowed
  }

  /** @param {number} at */
  show(at) {
    setText(find(this.button, "name"), at < 0 ? gettext("Chapters") : titleOf(this.chapters[at], at))
    this.items.forEach((line, i) => {
      const button = find(line, "chapter-go")
      if (i === at) button.setAttribute("aria-current", "true")
      else button.removeAttribute("aria-current")
    })
  }

  remove() {
    this.button.remove()
    this.menu.remove()
  }
}
