// @ts-check
/** The uploads of the room in the media dialog: their progress, and buttons to pause, resume, play and remove them. */

import { needsPreparation } from "../lib/api.js"
import { cloneTemplate, find, setText } from "../lib/dom.js"
import { formatNumber, formatTime, gettext, interpolate } from "../lib/i18n.js"

const SURE_MS = 5000

/**
 * `sending`: this page sends it; `canResume`: this person may send the rest.
 * @typedef {object} Shown
 * @property {string} id
 * @property {string} title
 * @property {number} size
 * @property {number} offset
 * @property {string} state arriving, whole, refused
 * @property {string} why
 * @property {boolean} playable
 * @property {any} [plays]
 * @property {import("../../core/protocol.js").ConversionState | null} [conversion]
 * @property {boolean} yours
 * @property {boolean} sending
 * @property {number | null} secondsLeft
 */
/** @typedef {"pause" | "resume" | "play" | "remove"} Press */

export class UploadList {
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map()

  /**
   * @param {HTMLElement} box
   * @param {(id: string, press: Press) => void} pressed
   */
  constructor(box, pressed) {
    this.box = box
    this.list = find(box, "upload-list")
    this.pressed = pressed
  }

  /** @param {Shown[]} uploads */
  show(uploads) {
    this.box.hidden = !uploads.length
    const known = new Set(uploads.map(({ id }) => id))
    for (const [id, row] of this.#rows) {
      if (known.has(id)) continue
      row.remove()
      this.#rows.delete(id)
    }
    for (const upload of uploads) this.update(upload)
  }

  /** @param {Shown} upload */
  update(upload) {
    const row = this.#rows.get(upload.id) ?? this.#addRow(upload.id)
    const arriving = upload.state === "arriving"
    row.dataset.state = upload.state
    setText(find(row, "name"), upload.title)
    setText(find(row, "state"), stateText(upload))
    setText(find(row, "why"), upload.why)
    find(row, "why").hidden = !upload.why || upload.playable || needsPreparation(upload) // says so itself
    const bar = /** @type {HTMLProgressElement} */ (find(row, "bar"))
    bar.hidden = !arriving
    bar.value = upload.offset / upload.size
    find(row, "pause").hidden = !(arriving && upload.sending)
    find(row, "resume").hidden = !(arriving && upload.yours && !upload.sending)
    const play = find(row, "play-upload")
    play.hidden = !upload.playable
    setText(play, arriving ? gettext("Play while it arrives") : gettext("Play this"))
    const remove = find(row, "remove")
    if (!("sure" in remove.dataset)) setText(remove, arriving ? gettext("Cancel") : gettext("Remove"))
  }

  /** A whole upload is removed by the second of two presses. @param {string} id @param {HTMLElement} button */
  #remove(id, button) {
    const isWhole = this.#rows.get(id)?.dataset.state === "whole"
    if (!isWhole || "sure" in button.dataset) return this.pressed(id, "remove")
    button.dataset.sure = ""
    setText(button, gettext("Press again to remove"))
    setTimeout(() => {
      delete button.dataset.sure
      setText(button, gettext("Remove"))
    }, SURE_MS)
  }

  /** @param {string} id */
  #addRow(id) {
    const row = cloneTemplate("upload")
    row.dataset.item = id
    const presses = /** @type {const} */ ([
      ["pause", "pause"],
      ["resume", "resume"],
      ["play-upload", "play"],
    ])
    for (const [name, press] of presses)
      find(row, name).addEventListener("click", () => this.pressed(id, press))
    const remove = find(row, "remove")
    remove.addEventListener("click", () => this.#remove(id, remove))
    this.list.prepend(row)
    this.#rows.set(id, row)
    return row
  }
}

/** @param {Shown} upload */
function stateText({ state, sending, offset, size, secondsLeft }) {
  if (state === "refused") return gettext("refused")
  if (state === "whole") return formatSize(size)
  const percent = interpolate(gettext("{percent} of {size}"), {
    percent: `${Math.floor((100 * offset) / size)} %`,
    size: formatSize(size),
  })
  if (!sending) return `${percent}, ${gettext("paused")}`
  if (secondsLeft === null) return percent
  return `${percent}, ${interpolate(gettext("{time} left"), { time: formatTime(secondsLeft) })}`
}

/** 1.4 GB, 350 MB, 12 kB. @param {number} bytes */
export function formatSize(bytes) {
  if (bytes >= 1e9) return `${formatNumber(bytes / 1e9, 1)} GB`
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`
}
