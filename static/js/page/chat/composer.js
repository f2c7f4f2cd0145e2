// @ts-check
/** Where a message is typed. */

import { COMMAND_EXPIRES_MS } from "../../core/net/connection_timing.js"
import { newId } from "../lib/api.js"
import { cloneTemplate, disposeAll, find, setText } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { throttle } from "../lib/timers.js"
import { refusalMessage, withdrawNotice } from "../ui/notices.js"

const TYPING_INTERVAL_MS = 2500

/**
 * @param {HTMLElement} form
 * @param {import("../room/session.js").RoomSession} room
 * @param {import("./message_list.js").MessageList} log
 * @param {OutgoingMessages} letters
 */
export function mountComposer(form, room, log, letters) {
  const gone = new AbortController()
  const { signal } = gone
  const draft = /** @type {HTMLInputElement} */ (find(form, "draft"))
  const typing = throttle(TYPING_INTERVAL_MS, () => {
    if (draft.value) room.say("typing", {}).catch(() => {})
  })
  const reply = mountReply(form, draft, log, signal)

  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault()
      const text = draft.value.trim()
      if (!text) return
      draft.value = ""
      letters.add(text, reply.take())
    },
    { signal },
  )
  draft.addEventListener("input", () => typing(undefined), { signal })
  document.addEventListener(
    "watchium:mention",
    (event) => {
      const name = /** @type {CustomEvent} */ (event).detail
      draft.value = `${draft.value.trimEnd()} @${name} `.trimStart()
      draft.focus()
    },
    { signal },
  )
  return disposeAll(() => gone.abort())
}

/**
 * @param {HTMLElement} form
 * @param {HTMLInputElement} draft
 * @param {import("./message_list.js").MessageList} log
 * @param {AbortSignal} signal
 */
function mountReply(form, draft, log, signal) {
  const line = find(form, "replying")
  /** @type {number | null} */
  let to = null
  const forget = () => {
    to = null
    line.hidden = true
  }
  log.list.addEventListener(
    "click",
    (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-reply]") : null
      const comment = log.known.get(
        Number(/** @type {HTMLElement | undefined} */ (button?.closest("[data-id]"))?.dataset.id),
      )
      if (!comment) return
      to = comment.id
      line.hidden = false
      find(line, "replying-to").textContent = interpolate(gettext("{name}: {text}"), {
        name: comment.username,
        text: comment.text,
      })
      draft.focus()
    },
    { signal },
  )
  find(line, "no-reply").addEventListener(
    "click",
    () => {
      forget()
      draft.focus()
    },
    { signal },
  )
  draft.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") forget()
    },
    { signal },
  )
  return {
    take: () => {
      const id = to
      forget()
      return id
    },
  }
}

const RETRY_MS = 1000 // where a refusal does not say when
const ACKED_MS = 1000 // after its answer a line is in the log, or came and went

/**
 * @typedef {"queued" | "sending" | "late" | "done" | "failed"} OutgoingState `late`: sent, and no answer because
 *   the line is down
 */
/**
 * @typedef {{eventId: string, text: string, replyTo: number | null, standing: OutgoingState, why: string, at:
 *   number}} OutgoingMessage
 */
/** @typedef {import("../room/session.js").RoomSession} Room */

export class OutgoingMessages {
  /** @param {Room} room @param {() => void} changed */
  constructor(room, changed) {
    this.room = room
    this.changed = changed
    /** @type {OutgoingMessage[]} */
    this.all = []
    this.busy = false
  }

  /** @param {string} text @param {number | null} replyTo */
  add(text, replyTo) {
    this.#queue({ eventId: newId(), text, replyTo, standing: "queued", why: "", at: 0 })
  }

  /** There is a connection again. */
  resume() {
    void this.#send()
  }

  /** @param {OutgoingMessage} letter */
  retry(letter) {
    this.discard(letter)
    this.#queue(letter)
  }

  /** @param {OutgoingMessage} letter */
  discard(letter) {
    this.all = this.all.filter((other) => other !== letter)
    this.changed()
  }

  /**
   * The room said it: the line itself stands in the log now.
   * @param {import("../../core/protocol.js").CommentState} comment
   */
  onComment({ user_id, text }) {
    if (user_id !== this.room.boot.you.user_id) return
    const same = this.all.find(
      (letter) =>
        (letter.standing === "sending" || letter.standing === "late" || letter.standing === "done") &&
        normalized(letter.text) === normalized(text),
    )
    if (same) this.discard(same)
  }

  /** @param {OutgoingMessage} letter */
  #queue(letter) {
    Object.assign(letter, { standing: "queued", why: "", at: performance.now() })
    this.all.push(letter)
    setTimeout(() => this.#late(), COMMAND_EXPIRES_MS + 1)
    this.changed()
    void this.#send()
  }

  /** @returns {Promise<void>} */
  async #send() {
    const letter = this.all.find(({ standing }) => standing === "queued")
    if (this.busy || !letter || !this.room.reachable) return
    this.busy = true
    letter.standing = "sending"
    try {
      const { text, replyTo } = letter
      await this.room.say("comment", replyTo ? { text, reply_to: replyTo } : { text }, {
        eventId: letter.eventId,
      })
      letter.standing = "done"
      setTimeout(() => this.discard(letter), ACKED_MS)
    } catch (refusal) {
      await this.#refused(letter, /** @type {any} */ (refusal))
    }
    this.busy = false
    this.changed()
    void this.#send()
  }

  /** @param {OutgoingMessage} letter @param {{code?: string, retry_after_ms?: number | null}} refusal */
  async #refused(letter, refusal) {
    withdrawNotice("refused") // the log says it beside the line
    if (refusal.code !== "rate_limited")
      return this.#fail(letter, refusal.code === "dropped" ? "" : refusalMessage(refusal))
    letter.standing = "queued"
    await new Promise((done) => setTimeout(done, refusal.retry_after_ms ?? RETRY_MS))
  }

  /** After this time without a connection a message is marked as failed or late. */
  #late() {
    if (this.room.reachable) return
    const old = this.all.filter(({ at }) => performance.now() - at > COMMAND_EXPIRES_MS)
    for (const letter of old) {
      if (letter.standing === "queued") this.#fail(letter, "")
      if (letter.standing === "sending") letter.standing = "late"
    }
    this.changed()
  }

  /** @param {OutgoingMessage} letter @param {string} why */
  #fail(letter, why) {
    letter.standing = "failed"
    letter.why = why
  }
}

/** As the room compares: it may write a letter in another form, and spaces once. @param {string} text */
function normalized(text) {
  return text.normalize("NFC").replace(/\s+/gu, " ").trim()
}

/** @typedef {OutgoingMessage} Letter */

/**
 * @param {HTMLElement} list
 * @param {import("../room/session.js").RoomSession} room
 * @param {import("./message_list.js").MessageList} log
 */
export function mountOutgoing(list, room, log) {
  /** @type {Map<Letter, HTMLElement>} */
  const shown = new Map()
  const letters = new OutgoingMessages(room, () => showOutgoing(list, letters, shown, log))
  const off = disposeAll(
    room.on("new_comment", ({ payload }) => letters.onComment(payload)),
    room.on("connection", () => letters.resume()),
    room.on("state", () => {
      room.state?.comments.forEach((comment) => letters.onComment(comment))
      letters.resume()
    }),
  )
  return { letters, unmount: off }
}

/**
 * @param {HTMLElement} list
 * @param {OutgoingMessages} letters
 * @param {Map<Letter, HTMLElement>} shown
 * @param {import("./message_list.js").MessageList} log
 */
function showOutgoing(list, letters, shown, log) {
  const before = shown.size
  for (const [letter, element] of shown)
    if (!letters.all.includes(letter)) {
      element.remove()
      shown.delete(letter)
    }
  for (const letter of letters.all) {
    const element = shown.get(letter) ?? createLine(letter, letters)
    shown.set(letter, element)
    list.append(element)
    fillLine(element, letter)
  }
  list.hidden = shown.size === 0
  if (shown.size > before) log.toEnd()
}

/** @param {Letter} letter @param {OutgoingMessages} letters */
function createLine(letter, letters) {
  const element = cloneTemplate("chat-unsent")
  find(element, "text").textContent = letter.text
  find(element, "again").addEventListener("click", () => letters.retry(letter))
  find(element, "discard").addEventListener("click", () => letters.discard(letter))
  return element
}

/** @param {HTMLElement} element @param {Letter} letter */
function fillLine(element, letter) {
  const failed = letter.standing === "failed"
  const late = letter.standing === "late"
  element.dataset.standing = letter.standing
  const says = find(element, "standing")
  if (failed) says.setAttribute("role", "alert")
  else says.removeAttribute("role")
  setText(says, failed ? letter.why : late ? gettext("waiting for the connection") : gettext("sending"))
  find(element, "again").hidden = find(element, "discard").hidden = !failed
}
