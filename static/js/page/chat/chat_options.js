// @ts-check
/** Options of the chat, each viewer's own: notices of mentions, and the search. Loaded by its button, or if notices are on. */

import { cloneTemplate, find, loadStyle } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { askToNotify, canNotify, mayNotify, notify } from "../lib/notifications.js"
import { loadItem, saveItem } from "../lib/storage.js"
import { change, hidden, isIgnored, setIgnored } from "../moderation/viewer_filters.js"
import { showNotice } from "../ui/notices.js"
import { mentions } from "./message_list.js"

const EDGE_PX = 8
const TONE_HZ = 880
const TONE_S = 0.18
const LOUDNESS = 0.12
const MARK = "@ "
const NOTICE_MS = 8000

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("./message_list.js").MessageList} MessageList */

/** @type {WeakMap<Room, ChatOptions>} */
const optionsByRoom = new WeakMap()

/** @param {HTMLElement} chat @param {Room} room @param {MessageList} log */
export function chatOptions(chat, room, log) {
  const options = optionsByRoom.get(room) ?? new ChatOptions(chat, room, log)
  optionsByRoom.set(room, options)
  return options
}

class ChatOptions {
  /** @param {HTMLElement} chat @param {Room} room @param {MessageList} log */
  constructor(chat, room, log) {
    this.room = room
    this.log = log
    this.marked = false
    this.opener = find(document, "chat-options")
    this.panel = cloneTemplate("chat-options")
    loadStyle(chat.dataset.toolsStyle)
    this.opener.after(this.panel)
    this.wants = { sound: false, mark: false, notify: false, ...loadItem("mentions", {}) }
    this.#fill()
    room.on("new_comment", ({ payload }) => this.#onComment(payload))
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#mark(false)
    })
  }

  open() {
    this.#showIgnored()
    this.panel.showPopover()
    const at = this.opener.getBoundingClientRect()
    // At the nearer edge, without the panel's width: its style may still be on the way.
    const isLeft = at.left + at.right < innerWidth
    Object.assign(this.panel.style, {
      left: isLeft ? `${Math.max(EDGE_PX, at.left)}px` : "auto",
      right: isLeft ? "auto" : `${Math.max(EDGE_PX, innerWidth - at.right)}px`,
      top: `${at.bottom + 4}px`,
    })
  }

  #showIgnored() {
    const people = Object.entries(hidden().ignored ?? {})
    find(this.panel, "ignored").hidden = people.length === 0
    const rows = people.map(([id, name]) => {
      const button = document.createElement("button")
      button.type = "button"
      button.className = "button small quiet"
      button.dir = "auto"
      button.textContent = interpolate(gettext("Stop ignoring {name}"), { name })
      button.addEventListener("click", () => {
        setIgnored(id, name, false)
        this.#showIgnored()
      })
      return button
    })
    find(this.panel, "ignored").replaceChildren(...rows)
  }

  #fill() {
    for (const name of /** @type {const} */ (["sound", "mark", "notify"])) {
      const box = this.#box(name)
      box.checked = this.wants[name] && (name !== "notify" || mayNotify())
      box.addEventListener("change", async () => {
        if (name === "notify" && box.checked && !(await askToNotify())) return this.#showRefused(box)
        this.wants[name] = box.checked
        saveItem("mentions", Object.values(this.wants).some(Boolean) ? this.wants : null)
        if (name === "sound" && box.checked) playTone() // it shows how loud it is
      })
    }
    ;/** @type {HTMLElement} */ (this.#box("notify").closest("label")).hidden = !canNotify()
    for (const name of /** @type {const} */ (["reactions", "presence"])) {
      const box = this.#box(name)
      box.checked = Boolean(hidden()[name])
      box.addEventListener("change", () => change({ [name]: box.checked }))
    }
    find(this.panel, "search-chat").addEventListener("click", async () => {
      this.panel.hidePopover()
      const { openSearch } = await import("./search.js")
      openSearch(this.room)
    })
  }

  /** @param {string} name */
  #box(name) {
    return /** @type {HTMLInputElement} */ (this.panel.querySelector(`[name=${name}]`))
  }

  /** @param {HTMLInputElement} box */
  #showRefused(box) {
    box.checked = false
    const text = gettext("This browser does not allow notifications of this page. Its settings can.")
    showNotice({ key: "notify", text, tone: "warn", lastsMs: NOTICE_MS })
  }

  /** @param {import("../../core/protocol.js").CommentState} comment */
  #onComment({ text, username, user_id, is_system_message }) {
    const { you } = this.room.boot
    if (is_system_message || user_id === you.user_id || !mentions(text, you.username)) return
    if (user_id && isIgnored(user_id)) return
    if (this.wants.sound) playTone()
    if (this.wants.mark && document.hidden) this.#mark(true)
    if (this.wants.notify && document.hidden) void this.#notify(username)
  }

  /** Without the message, which others may read on a screen. @param {string} name */
  #notify(name) {
    const title = interpolate(gettext("{name} mentioned you"), { name })
    const tag = `mention:${this.room.boot.room_id}`
    return notify(title, { body: this.room.state.room?.title ?? "", tag })
  }

  /** In front of the room's name, behind the number of unread messages. @param {boolean} on */
  #mark(on) {
    if (on === this.marked) return
    this.marked = on
    document.title = document.title.replace(on ? /^(\(\d+\) )?/ : /^(\(\d+\) )?@ /, on ? `$1${MARK}` : "$1")
  }
}

/** @type {AudioContext | null} */
let audio = null

/** A short tone that fades, generated, so that no file is loaded. */
function playTone() {
  audio ??= new AudioContext()
  void audio.resume() // before the first gesture on the page it stays silent
  const { currentTime, destination } = audio
  const tone = new OscillatorNode(audio, { frequency: TONE_HZ })
  const gain = new GainNode(audio, { gain: LOUDNESS })
  gain.gain.setTargetAtTime(0, currentTime + TONE_S / 3, TONE_S / 3)
  tone.connect(gain).connect(destination)
  tone.start()
  tone.stop(currentTime + 3 * TONE_S)
}
