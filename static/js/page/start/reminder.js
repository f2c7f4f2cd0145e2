// @ts-check
/**
 * A notification a minute before a premiere, for who asked for it in this browser. The browser asks for permission only
 * then. It needs the page to be open: nothing is sent to a push service.
 */

import { gettext, interpolate } from "../lib/i18n.js"
import { askToNotify, mayNotify, notify } from "../lib/notifications.js"
import { loadItem, saveItem } from "../lib/storage.js"
import { after } from "../lib/timers.js"
import { showNotice } from "../ui/notices.js"

const BEFORE_MS = 60_000
const LONGEST_MS = 3_600_000 // a timer of some weeks would overflow, and sleep makes long ones late
const NOTICE_MS = 8000

/** @typedef {import("../room/session.js").RoomSession} Room */

export class Reminder {
  /** @param {Room} room */
  constructor(room) {
    this.room = room
    this.name = `remind:${room.boot.room_id}`
    this.on = mayNotify() && loadItem(this.name, false)
    this.cancel = () => {}
    /** The premiere that the reminder was shown for. @type {number | null} */
    this.shownFor = null
  }

  /** On a press. Resolves when the browser's question was answered. */
  async toggle() {
    if (!this.on && !(await askToNotify())) {
      const text = gettext("This browser does not allow notifications of this page. Its settings can.")
      return showNotice({ key: "reminder", text, tone: "warn", lastsMs: NOTICE_MS })
    }
    this.#set(!this.on)
    if (!this.on) return
    const text = gettext("A notification comes a minute before, while this page is open.")
    showNotice({ key: "reminder", text, lastsMs: NOTICE_MS })
  }

  /** The premiere has this time now; null: there is none. @param {number | null} premiereAt */
  follow(premiereAt) {
    this.cancel()
    if (!this.on || !premiereAt || this.shownFor === premiereAt) return
    const waitMs = premiereAt - BEFORE_MS - this.room.serverNow()
    if (waitMs > 0) this.cancel = after(Math.min(waitMs, LONGEST_MS), () => this.follow(premiereAt))
    else if (premiereAt > this.room.serverNow()) {
      this.shownFor = premiereAt
      void this.#show()
    }
  }

  /** @param {boolean} on */
  #set(on) {
    this.on = on
    this.shownFor = null
    saveItem(this.name, on)
    this.follow(this.room.state.room?.premiere_at ?? null)
  }

  async #show() {
    const title = interpolate(gettext("{title} starts in a moment"), {
      title: this.room.state.room?.title ?? "",
    })
    const options = { body: gettext("Come back to the tab of the room."), tag: this.name }
    if (!(await notify(title, options))) showNotice({ key: "reminder", text: title, lastsMs: NOTICE_MS })
  }
}
