// @ts-check
/**
 * Changes of the queue that could not be sent yet, kept in the browser: a page that is closed without a line
 * loses none. Each under a key of its own, because several tabs write here; sent by two of them, the server
 * does it once.
 */

const MAX_AGE_MS = 7 * 24 * 3600 * 1000 // after a week nobody remembers

/** @typedef {{type: string, event_id: string, payload: any}} StoredCommand */

export class OfflineQueue {
  /** @param {string} device */
  constructor(device) {
    this.prefix = `watchium:kept:${device}:`
  }

  /** @param {StoredCommand} command */
  keep(command) {
    try {
      localStorage.setItem(this.prefix + command.event_id, JSON.stringify({ command, keptMs: Date.now() }))
    } catch {
      // Then it lives as long as this page.
    }
  }

  /** @param {string} eventId */
  forget(eventId) {
    try {
      localStorage.removeItem(this.prefix + eventId)
    } catch {
      // There was nothing either.
    }
  }

  /** The oldest first. @returns {StoredCommand[]} */
  all() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix))
      const found = keys
        .map((key) => JSON.parse(localStorage.getItem(key) ?? "{}"))
        .filter(({ keptMs }) => Date.now() - keptMs < MAX_AGE_MS)
      return found.sort((a, b) => a.keptMs - b.keptMs).map(({ command }) => command)
    } catch {
      return []
    }
  }
}
