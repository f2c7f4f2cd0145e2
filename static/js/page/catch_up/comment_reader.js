// @ts-check
/** Reads the comments of the media that the viewer watches from the start: a page at a time, before they are needed. */

import { Event } from "../../core/protocol.js"

const RETRY_MS = 5000

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").CommentState} Comment */

export class CommentReader {
  busy = false
  failedMs = -Infinity

  /**
   * @param {Room} room
   * @param {import("../../core/room/held_comments.js").HeldComments} held
   * @param {() => void} began the first page is there
   */
  constructor(room, held, began) {
    this.room = room
    this.held = held
    this.began = began
  }

  /** Request the next page if it is needed soon; one request at a time. */
  readOn() {
    const { held } = this
    if (this.busy || !held.wantsPage || performance.now() - this.failedMs < RETRY_MS) return
    this.busy = true
    void this.#read(held.nextPage()).finally(() => (this.busy = false))
  }

  /** @param {{after: number, since: number}} next */
  async #read({ after, since }) {
    const { room, held } = this
    const url = `${room.boot.comments_url}by-position/?after=${after}&since=${since}`
    try {
      const response = await fetch(url, { headers: { Accept: "application/json" } })
      if (!response.ok) throw new Error(`${response.status}`)
      const page = await response.json()
      const shown = held.addPage(page)
      held.addEarlierReactions(page.reactions ?? [], (reaction) => this.#event(Event.Reaction, reaction))
      if (!since) this.began()
      for (const comment of shown) this.show(comment)
    } catch {
      this.failedMs = performance.now() // no connection: the comments stay hidden until the next request
    }
  }

  /** The comment's moment has come: for the page it is a new one. @param {Comment} comment */
  show(comment) {
    this.room.emit(Event.NewComment, this.#event(Event.NewComment, comment))
  }

  /** @param {string} type @param {any} payload @returns {import("../../core/protocol.js").Envelope} */
  #event(type, payload) {
    const { room } = this
    return { type, room_id: room.boot.room_id, timestamp: room.serverNow(), revision: null, payload }
  }
}
