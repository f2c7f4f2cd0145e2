// @ts-check
/**
 * An image pasted into or dropped on the chat: made small in the browser, shown above the composer, sent with its text.
 * Loaded with the first one.
 */

import { newId, request } from "../lib/api.js"
import { find, loadStyle } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"
import { base64Of, dataUrl, smallImage } from "../lib/image_files.js"
import { showNotice, showRefusal } from "../ui/notices.js"

const MAX_SIDE_PX = 1280 // the server makes larger ones as small
const NOTICE_MS = 6000

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @type {WeakMap<HTMLElement, AttachedImage>} */
const attachedTo = new WeakMap()

/** @param {HTMLElement} chat @param {HTMLElement} composer @param {Blob} file @param {Room} room */
export async function attachImage(chat, composer, file, room) {
  if (room.boot.images !== "yes")
    return note(
      room.boot.images === "account"
        ? gettext("Sign in to send images.")
        : gettext("This server takes no images."),
    )
  loadStyle(chat.dataset.toolsStyle)
  const attached = attachedTo.get(composer) ?? new AttachedImage(composer, room)
  attachedTo.set(composer, attached)
  try {
    await attached.show(await smallImage(file, MAX_SIDE_PX))
  } catch {
    note(gettext("This image cannot be read."))
  }
}

/** @param {string} text */
function note(text) {
  showNotice({ key: "image", text, rank: 1, lastsMs: NOTICE_MS })
}

class AttachedImage {
  /** @param {HTMLElement} composer @param {Room} room */
  constructor(composer, room) {
    this.room = room
    this.draft = /** @type {HTMLInputElement} */ (find(composer, "draft"))
    this.preview = document.createElement("p")
    this.preview.className = "attached"
    this.picture = document.createElement("img")
    this.picture.alt = gettext("The image that is sent with the next message")
    this.cancel = document.createElement("button")
    Object.assign(this.cancel, {
      type: "button",
      className: "button small quiet",
      textContent: gettext("Without the image"),
    })
    this.preview.append(this.picture, this.cancel)
    find(composer, "field-row").before(this.preview)
    /** @type {Blob | null} */
    this.image = null
    this.cancel.addEventListener("click", () => {
      this.#clear()
      this.draft.focus()
    })
    composer.addEventListener("submit", (event) => this.#onSubmit(event), { capture: true })
    this.#clear()
  }

  /** @param {Blob} image */
  async show(image) {
    this.#clear()
    this.image = image
    this.picture.src = await dataUrl(image)
    this.preview.hidden = false
    this.draft.focus()
  }

  #clear() {
    this.image = null
    this.picture.removeAttribute("src")
    this.preview.hidden = true
  }

  /** @param {Event} event */
  #onSubmit(event) {
    const { image } = this
    if (!image) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const text = this.draft.value.trim()
    this.draft.value = ""
    this.#clear()
    void this.#send(image, text)
  }

  /** @param {Blob} image @param {string} text */
  async #send(image, text) {
    const base64 = await base64Of(image)
    try {
      await request(`${this.room.boot.comments_url}images/`, { event_id: newId(), image: base64, text })
    } catch (refusal) {
      showRefusal(/** @type {any} */ (refusal))
      if (this.image || this.draft.value) return // another is being written
      this.draft.value = text
      await this.show(image)
    }
  }
}
