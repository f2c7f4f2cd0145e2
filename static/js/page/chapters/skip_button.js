// @ts-check
/** "Skip intro", "Skip credits" and "Skip recap" over the picture, for members who may seek. */

import { skippableAt } from "../../core/chapters/skippable.js"
import { currentEntry, followingEntry } from "../../core/room/queue_store.js"
import { cloneTemplate, find, setText } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"
import { showRefusal } from "../ui/notices.js"

const LABELS = {
  intro: () => gettext("Skip intro"),
  credits: () => gettext("Skip credits"),
  recap: () => gettext("Skip recap"),
}

/** @typedef {import("../room/session.js").RoomSession} Room */

export class SkipButton {
  /**
   * @param {HTMLElement} bar
   * @param {import("../../core/chapters/chapters.js").Chapter[]} chapters
   * @param {import("./chapters.js").Commands} commands
   * @param {Room} room
   * @param {AbortSignal} signal
   */
  constructor(bar, chapters, commands, room, signal) {
    this.chapters = chapters
    this.commands = commands
    this.room = room
    this.button = cloneTemplate("skip-chapter")
    this.button.hidden = true
    bar.closest("[data-stage]")?.querySelector(".picture")?.append(this.button)
    this.button.addEventListener("click", () => this.#skip(), { signal })
  }

  get #offered() {
    const { allowed, positionS, durationS } = this.commands
    const found = allowed ? skippableAt(this.chapters, positionS, durationS) : null
    return found?.toS === null && !this.#nextFrom ? null : found
  }

  /** The entry of the queue whose credits end it, if another one follows. */
  get #nextFrom() {
    const { queue } = this.room.state
    if (!queue || this.commands.alone || !followingEntry(queue)) return null
    return currentEntry(queue)?.id ?? null
  }

  #skip() {
    const offered = this.#offered
    if (!offered) return this.show()
    if (offered.toS !== null) this.commands.seekTo(offered.toS)
    else this.room.say("skip", { entry_id: this.#nextFrom }).catch(showRefusal)
    this.show()
  }

  show() {
    const offered = this.#offered
    if (offered) setText(find(this.button, "label"), LABELS[offered.kind]())
    this.button.hidden = !offered
  }

  remove() {
    this.button.remove()
  }
}
