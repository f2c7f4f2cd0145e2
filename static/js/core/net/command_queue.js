// @ts-check
/**
 * Commands on their way: in order, each until it is answered. What was sent and not answered when a
 * connection broke is sent again with its `event_id`, and the server does it once. What could not be sent
 * within five seconds of the press is dropped: nobody wants the pause of a minute ago.
 */

export const TOO_OLD_MS = 5000

/** @typedef {{type: string, event_id: string, payload: object}} Sendable */
/** @typedef {{command: Sendable, pressedMs: number, sent: boolean, everSent: boolean}} Entry */

export class Outbox {
  constructor() {
    /** @type {Map<string, Entry>} */
    this.entries = new Map()
  }

  /** @param {Sendable} command @param {number} nowMs */
  add(command, nowMs) {
    this.entries.set(command.event_id, { command, pressedMs: nowMs, sent: false, everSent: false })
  }

  /** The connection is new: everything unanswered has to go out again. */
  reconnected() {
    for (const entry of this.entries.values()) entry.sent = false
  }

  /** It was sent, and it is unknown whether it arrived: it goes out again. @param {string} eventId */
  lost(eventId) {
    const entry = this.entries.get(eventId)
    if (entry) entry.sent = false
  }

  /** What to send now, in the order of the presses; it counts as sent. @returns {Sendable[]} */
  toSend() {
    const waiting = [...this.entries.values()].filter((entry) => !entry.sent)
    for (const entry of waiting) entry.sent = entry.everSent = true
    return waiting.map((entry) => entry.command)
  }

  /** What waited too long for a connection; it is gone. @param {number} nowMs @returns {Sendable[]} */
  dropOld(nowMs) {
    const old = [...this.entries.values()].filter(
      (entry) => !entry.everSent && nowMs - entry.pressedMs > TOO_OLD_MS,
    )
    for (const { command } of old) this.entries.delete(command.event_id)
    return old.map((entry) => entry.command)
  }

  /**
   * Accepted or refused.
   * @param {string | null | undefined} eventId
   * @returns {boolean} whether it was ours
   */
  answered(eventId) {
    return typeof eventId === "string" && this.entries.delete(eventId)
  }

  get size() {
    return this.entries.size
  }
}
