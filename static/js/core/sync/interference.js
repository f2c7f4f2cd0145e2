// @ts-check
/**
 * What others do to the media element: browsers refuse to play and pause hidden tabs, headsets and extensions
 * press its buttons. None of it is ever the room's doing, and none of it becomes a command.
 */

const COME_BACK_MS = 1000 // somebody else paused us: come back, but not at once
const AGAIN_MS = 10000 // twice within this: they mean it (headphones pulled); wait for a gesture

/** @typedef {import("./target.js").Seen} Seen */

export class Interference {
  constructor() {
    /** Only a gesture helps. */
    this.blocked = false
    this.mutedByUs = false
    /** The browser paused us because nobody sees us; it is over when somebody does. */
    this.suspended = false
    this.pausedMs = -Infinity
    this.notBeforeMs = -Infinity
  }

  /** A gesture of the viewer: whatever stood in the way, try again. */
  forgive() {
    this.blocked = false
    this.suspended = false
    this.notBeforeMs = -Infinity
  }

  /** Somebody else paused the element. @param {Seen} seen */
  paused(seen) {
    if (seen.hidden) return void (this.suspended = true)
    this.blocked = seen.nowMs - this.pausedMs < AGAIN_MS
    this.pausedMs = seen.nowMs
    this.notBeforeMs = seen.nowMs + COME_BACK_MS
  }

  /** `play()` was refused. @param {string} name of the DOMException @param {Seen} seen */
  refused(name, seen) {
    if (name === "NotAllowedError" && !seen.muted && !this.mutedByUs) this.mutedByUs = true
    else this.blocked = true
  }
}
