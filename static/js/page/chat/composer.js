// @ts-check
/** The message composer, and the list of outgoing messages below the chat. */

import { COMMAND_EXPIRES_MS } from "../../core/net/connection_timing.js"
import { newId } from "../lib/api.js"
import { cloneTemplate, disposeAll, find, setText, withoutSpoilers } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { throttle } from "../lib/timers.js"
import { refusalMessage, withdrawNotice } from "../ui/notices.js"

const TYPING_INTERVAL_MS = 2500

/**
 * @param {HTMLElement} form
 * @param {import("../room/session.js").RoomSession} room
 * @param {import("./message_list.js").MessageList} log
 * @param {OutgoingMessages} outgoing
 */
export function mountComposer(form, room, log, outgoing) {
  const controller = new AbortController()
  const { signal } = controller
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
      outgoing.add(text, reply.take())
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
  return disposeAll(() => controller.abort())
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
  const cancel = () => {
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
        text: withoutSpoilers(comment.text),
      })
      draft.focus()
    },
    { signal },
  )
  find(line, "no-reply").addEventListener(
    "click",
    () => {
      cancel()
      draft.focus()
    },
    { signal },
  )
  draft.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") cancel()
    },
    { signal },
  )
  return {
    take: () => {
      const id = to
      cancel()
      return id
    },
  }
}

const RETRY_MS = 1000 // if a refusal has no time
const ACKED_MS = 1000 // this long after its ack a message is in the list, or was deleted again

/**
 * @typedef {"queued" | "sending" | "late" | "done" | "failed"} OutgoingState `late`: sent, but without a
 *   connection for the response
 */
/**
 * @typedef {{eventId: string, text: string, replyTo: number | null, state: OutgoingState,
 *   reason: string, at: number}} OutgoingMessage
 */
/** @typedef {import("../room/session.js").RoomSession} Room */

/**
 * Messages that are not in the list yet. Each is sent after the response to the one before it, so that they arrive in
 * the order of typing. One that exceeded the rate limit is sent again when the limit allows it. One that was
 * rejected, or was not sent in time, waits for the user. All attempts of a message share its `event_id`, so it is
 * published once.
 */
class OutgoingMessages {
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
    this.#queue({ eventId: newId(), text, replyTo, state: "queued", reason: "", at: 0 })
  }

  /** Continue after a reconnect. */
  resume() {
    void this.#send()
  }

  /** @param {OutgoingMessage} message */
  retry(message) {
    this.discard(message)
    this.#queue(message)
  }

  /** @param {OutgoingMessage} message */
  discard(message) {
    this.all = this.all.filter((other) => other !== message)
    this.changed()
  }

  /**
   * The room published the message: it is in the list now.
   * @param {import("../../core/protocol.js").CommentState} comment
   */
  onComment({ user_id, text }) {
    if (user_id !== this.room.boot.you.user_id) return
    const published = this.all.find(
      (message) =>
        (message.state === "sending" || message.state === "late" || message.state === "done") &&
        normalized(message.text) === normalized(text),
    )
    if (published) this.discard(published)
  }

  /** @param {OutgoingMessage} message */
  #queue(message) {
    Object.assign(message, { state: "queued", reason: "", at: performance.now() })
    this.all.push(message)
    setTimeout(() => this.#late(), COMMAND_EXPIRES_MS + 1)
    this.changed()
    void this.#send()
  }

  /** @returns {Promise<void>} */
  async #send() {
    const message = this.all.find(({ state }) => state === "queued")
    if (this.busy || !message || !this.room.reachable) return
    this.busy = true
    message.state = "sending"
    try {
      const { text, replyTo } = message
      await this.room.say("comment", replyTo ? { text, reply_to: replyTo } : { text }, {
        eventId: message.eventId,
      })
      message.state = "done"
      setTimeout(() => this.discard(message), ACKED_MS)
    } catch (refusal) {
      await this.#refused(message, /** @type {any} */ (refusal))
    }
    this.busy = false
    this.changed()
    void this.#send()
  }

  /** @param {OutgoingMessage} message @param {{code?: string, retry_after_ms?: number | null}} refusal */
  async #refused(message, refusal) {
    withdrawNotice("refused") // the reason is shown beside the message
    if (refusal.code !== "rate_limited")
      return this.#fail(message, refusal.code === "dropped" ? "" : refusalMessage(refusal))
    message.state = "queued"
    await new Promise((done) => setTimeout(done, refusal.retry_after_ms ?? RETRY_MS))
  }

  /** After this time without a connection a message is marked as failed or late. */
  #late() {
    if (this.room.reachable) return
    const overdue = this.all.filter(({ at }) => performance.now() - at > COMMAND_EXPIRES_MS)
    for (const message of overdue) {
      if (message.state === "queued") this.#fail(message, "")
      if (message.state === "sending") message.state = "late"
    }
    this.changed()
  }

  /** @param {OutgoingMessage} message @param {string} reason */
  #fail(message, reason) {
    message.state = "failed"
    message.reason = reason
  }
}

/** The text as the server normalizes it, for comparison: NFC, and single spaces. @param {string} text */
function normalized(text) {
  return text.normalize("NFC").replace(/\s+/gu, " ").trim()
}

/**
 * Show the outgoing messages below the list; a failed one with its reason and a button to send it again.
 * @param {HTMLElement} list
 * @param {Room} room
 * @param {import("./message_list.js").MessageList} log
 */
export function mountOutgoing(list, room, log) {
  /** @type {Map<OutgoingMessage, HTMLElement>} */
  const shown = new Map()
  const outgoing = new OutgoingMessages(room, () => showOutgoing(list, outgoing, shown, log))
  const unmount = disposeAll(
    room.on("new_comment", ({ payload }) => outgoing.onComment(payload)),
    room.on("connection", () => outgoing.resume()),
    room.on("state", () => {
      room.state?.comments.forEach((comment) => outgoing.onComment(comment))
      outgoing.resume()
    }),
  )
  return { messages: outgoing, unmount }
}

/**
 * @param {HTMLElement} list
 * @param {OutgoingMessages} outgoing
 * @param {Map<OutgoingMessage, HTMLElement>} shown
 * @param {import("./message_list.js").MessageList} log
 */
function showOutgoing(list, outgoing, shown, log) {
  const before = shown.size
  for (const [message, element] of shown)
    if (!outgoing.all.includes(message)) {
      element.remove()
      shown.delete(message)
    }
  for (const message of outgoing.all) {
    const element = shown.get(message) ?? createLine(message, outgoing)
    shown.set(message, element)
    list.append(element)
    fillLine(element, message)
  }
  list.hidden = shown.size === 0
  if (shown.size > before) log.toEnd()
}

/** @param {OutgoingMessage} message @param {OutgoingMessages} outgoing */
function createLine(message, outgoing) {
  const element = cloneTemplate("chat-unsent")
  find(element, "text").textContent = message.text
  find(element, "again").addEventListener("click", () => outgoing.retry(message))
  find(element, "discard").addEventListener("click", () => outgoing.discard(message))
  return element
}

/** @param {HTMLElement} element @param {OutgoingMessage} message */
function fillLine(element, message) {
  const failed = message.state === "failed"
  const late = message.state === "late"
  element.dataset.standing = message.state
  const status = find(element, "standing")
  if (failed) status.setAttribute("role", "alert")
  else status.removeAttribute("role")
  setText(status, failed ? message.reason : late ? gettext("waiting for the connection") : gettext("sending"))
  find(element, "again").hidden = find(element, "discard").hidden = !failed
}
