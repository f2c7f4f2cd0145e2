// @ts-check
/**
 * Lines on their way into the log: none is lost. Each goes when the one before it was answered, so that they
 * arrive in the order of writing; one that came too fast is sent again when the room says so; one that was
 * refused, or found no connection in time, waits for a press. All tries of a line share its `event_id`: it is
 * said once.
 */

import { COMMAND_EXPIRES_MS } from "../../core/net/connection_timing.js"
import { newId } from "../lib/id.js"
import { withdraw, wordsOf } from "../ui/notify.js"

const AGAIN_MS = 1000 // where a refusal does not say when
const ARRIVES_MS = 1000 // after its answer a line is in the log, or came and went

/**
 * @typedef {"queued" | "sending" | "late" | "done" | "failed"} Standing `late`: sent, and no answer because
 *   the line is down
 */
/**
 * @typedef {{eventId: string, text: string, replyTo: number | null, standing: Standing, why: string, at:
 *   number}} Letter
 */
/** @typedef {import("../room/types.js").Room} Room */

export class OutgoingMessages {
  /** @param {Room} room @param {() => void} changed */
  constructor(room, changed) {
    this.room = room
    this.changed = changed
    /** @type {Letter[]} */
    this.all = []
    this.busy = false
  }

  /** @param {string} text @param {number | null} replyTo */
  write(text, replyTo) {
    this.#queue({ eventId: newId(), text, replyTo, standing: "queued", why: "", at: 0 })
  }

  /** There is a connection again. */
  resume() {
    void this.#send()
  }

  /** @param {Letter} letter */
  again(letter) {
    this.discard(letter)
    this.#queue(letter)
  }

  /** @param {Letter} letter */
  discard(letter) {
    this.all = this.all.filter((other) => other !== letter)
    this.changed()
  }

  /**
   * The room said it: the line itself stands in the log now.
   * @param {import("../room/types.js").Comment} comment
   */
  arrived({ user_id, text }) {
    if (user_id !== this.room.boot.you.user_id) return
    const same = this.all.find(
      (letter) =>
        (letter.standing === "sending" || letter.standing === "late" || letter.standing === "done") &&
        plain(letter.text) === plain(text),
    )
    if (same) this.discard(same)
  }

  /** @param {Letter} letter */
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
      setTimeout(() => this.discard(letter), ARRIVES_MS)
    } catch (refusal) {
      await this.#refused(letter, /** @type {any} */ (refusal))
    }
    this.busy = false
    this.changed()
    void this.#send()
  }

  /** @param {Letter} letter @param {{code?: string, retry_after_ms?: number | null}} refusal */
  async #refused(letter, refusal) {
    withdraw("refused") // the log says it beside the line
    if (refusal.code !== "rate_limited")
      return this.#fail(letter, refusal.code === "dropped" ? "" : wordsOf(refusal))
    letter.standing = "queued"
    await new Promise((done) => setTimeout(done, refusal.retry_after_ms ?? AGAIN_MS))
  }

  /** Nobody waits longer than that without being told. */
  #late() {
    if (this.room.reachable) return
    const old = this.all.filter(({ at }) => performance.now() - at > COMMAND_EXPIRES_MS)
    for (const letter of old) {
      if (letter.standing === "queued") this.#fail(letter, "")
      if (letter.standing === "sending") letter.standing = "late"
    }
    this.changed()
  }

  /** @param {Letter} letter @param {string} why */
  #fail(letter, why) {
    letter.standing = "failed"
    letter.why = why
  }
}

/** As the room compares: it may write a letter in another form, and spaces once. @param {string} text */
function plain(text) {
  return text.normalize("NFC").replace(/\s+/gu, " ").trim()
}
