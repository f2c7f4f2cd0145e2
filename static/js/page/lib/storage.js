// @ts-check
/**
 * Local storage: settings between visits, and commands of the player that could not be sent yet.
 *
 * Storage can be full, forbidden or absent; then nothing is stored.
 */

const PREFIX = "watchium:"

/** @param {string} name @param {any} fallback */
export function loadItem(name, fallback) {
  try {
    const text = localStorage.getItem(PREFIX + name)
    return text === null ? fallback : JSON.parse(text)
  } catch {
    return fallback
  }
}

/** @param {string} name @param {any} value */
export function saveItem(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value))
  } catch {
    // The setting lasts as long as this page.
  }
}

/**
 * Store a text for as long as this tab is open; return the one before, or null.
 * @param {string} name
 * @param {string} text
 */
export function swapInTab(name, text) {
  try {
    const before = sessionStorage.getItem(PREFIX + name)
    sessionStorage.setItem(PREFIX + name, text)
    return before
  } catch {
    return null
  }
}

/** What is stored for as long as this tab is open, or null. @param {string} name */
export function tabItem(name) {
  try {
    return sessionStorage.getItem(PREFIX + name)
  } catch {
    return null
  }
}

/** Where the viewer of this tab is, who catches up with a room. */
export const CATCHING_UP = "catching-up"

const MAX_AGE_MS = 7 * 24 * 3600 * 1000 // older commands are dropped

/** @typedef {{type: string, event_id: string, payload: any}} StoredCommand */

/**
 * Queue changes that could not be sent yet survive closing the page. Each has its own key, because several tabs write
 * here; if two tabs send one, the server carries it out once.
 */
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
      // The command lasts as long as this page.
    }
  }

  /** @param {string} eventId */
  forget(eventId) {
    try {
      localStorage.removeItem(this.prefix + eventId)
    } catch {
      // Without storage there is nothing to remove.
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
