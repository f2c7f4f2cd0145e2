// @ts-check
/** The editor of the chapters that everyone sees: one a line, typed or pasted. Loaded when it is opened. */

import { chapterText, chapterTime, MAX_CHAPTERS, parseChapters } from "../../core/chapters/chapter_text.js"
import { cloneTemplate, find, loadStyle, openDialog, setText } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { refusalMessage } from "../ui/notices.js"

const NAME = "chapters"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/chapters/chapter_text.js").ChapterProblem} ChapterProblem */

/** @type {Editor | null} */
let editor = null

/**
 * @param {Room} room
 * @param {string | undefined} style address of the style sheet
 * @param {{start: number, title: string}[]} shown the chapters as they are now
 */
export function openEditor(room, style, shown) {
  loadStyle(style)
  editor ??= new Editor(room)
  editor.open(shown)
}

class Editor {
  /** @param {Room} room */
  constructor(room) {
    this.room = room
    this.dialog = /** @type {HTMLDialogElement} */ (cloneTemplate("chapter-editor"))
    document.body.append(this.dialog)
    this.text = /** @type {HTMLTextAreaElement} */ (find(this.dialog, "chapter-text"))
    this.here = find(this.dialog, "chapter-here")
    find(this.dialog, "chapter-form").addEventListener("submit", (event) => {
      event.preventDefault()
      void this.#save()
    })
    this.here.addEventListener("click", () => this.#addHere())
    room.on("load", () => this.dialog.close()) // what was typed belongs to the media before
  }

  /** @param {{start: number, title: string}[]} shown */
  open(shown) {
    this.text.value = chapterText(shown)
    this.#report("")
    const here = gettext("Add a chapter at {time}")
    setText(this.here, interpolate(here, { time: chapterTime(this.#positionS()) }))
    openDialog(NAME)
    this.text.focus()
  }

  /** To the second: more is not meant. */
  #positionS() {
    return Math.floor(this.room.position())
  }

  #addHere() {
    const { text } = this
    const before = text.value.trimEnd()
    text.value = `${before}${before && "\n"}${chapterTime(this.#positionS())} `
    text.focus()
    text.setSelectionRange(text.value.length, text.value.length)
  }

  async #save() {
    const { duration, duration_source: source } = this.room.state.timeline ?? {}
    const isExact = !source || source === "exact"
    const { chapters, problem } = parseChapters(this.text.value, isExact ? duration : null)
    if (problem) {
      this.#report(problemMessage(problem))
      this.#select(problem.line)
      return
    }
    try {
      await this.room.say("set_chapters", { chapters })
      this.dialog.close()
    } catch (refusal) {
      this.#report(refusalMessage(refusal))
    }
  }

  /** @param {number} line */
  #select(line) {
    const lines = this.text.value.split("\n")
    const from = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0)
    this.text.focus()
    this.text.setSelectionRange(from, from + lines[line - 1].length)
  }

  /** @param {string} text */
  #report(text) {
    const slot = find(this.dialog, "problem")
    slot.hidden = !text
    setText(slot, text)
    this.text.toggleAttribute("aria-invalid", Boolean(text))
  }
}

/** @param {ChapterProblem} problem */
function problemMessage({ kind, line }) {
  const texts = {
    no_time: gettext("Line {line} has no time, such as 1:23."),
    too_late: gettext("Line {line} begins after the end."),
    too_many: gettext("These are more than {most} chapters."),
  }
  return interpolate(texts[kind], { line, most: MAX_CHAPTERS })
}
