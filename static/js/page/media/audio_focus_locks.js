// @ts-check
/**
 * The lock behind the audio focus. Browsers offer Web Locks only in a secure context; a page without one uses an
 * election over a broadcast channel (room) or a lock that the server keeps (player).
 */

import { COMMAND_EXPIRES_MS } from "../../core/net/connection_timing.js"
import { Command, ErrorCode, Event } from "../../core/protocol.js"
import { after, every } from "../lib/timers.js"

/** @typedef {import("./audio_focus.js").LockCallbacks} LockCallbacks */

/**
 * A lock held in the browser, which releases it when the tab closes or crashes.
 *
 * WebKit rejects all lock requests of a page that unloads, including those made during the unload. A new request made
 * in the rejection handler would be rejected in the same task, without end, and the page could never unload. So a new
 * request waits for the next task.
 * @param {string} name
 * @param {LockCallbacks} callbacks
 * @returns {import("./audio_focus.js").FocusLock}
 */
export function webLock(name, callbacks) {
  /** The latest request; results of earlier ones are ignored. @type {{}} */
  let latest = {}
  let withdraw = new AbortController()
  let release = () => {}

  /** @param {LockOptions} options @param {() => void} acquired */
  function send(options, acquired) {
    const request = (latest = {})
    let held = false
    const hold = () => {
      if (latest !== request) return
      held = true
      acquired()
      return new Promise((done) => {
        release = () => done(undefined)
      })
    }
    navigator.locks.request(name, options, hold).catch((error) => {
      if (latest === request && error.name === "AbortError") lost(held || !options.steal)
    })
  }

  /** Another tab was faster. @param {boolean} wasHeld this tab held the lock before */
  function lost(wasHeld) {
    if (wasHeld) callbacks.robbed()
    else callbacks.missed()
  }

  function leave() {
    latest = {}
    withdraw.abort()
    release()
  }

  addEventListener("pagehide", leave) // a page restored from the back/forward cache requests it again

  return {
    async held() {
      const { held = [] } = await navigator.locks.query()
      return held.some((lock) => lock.name === name)
    },
    queue() {
      withdraw = new AbortController()
      const { signal } = withdraw
      after(0, () => signal.aborted || send({ signal }, callbacks.granted))
    },
    steal() {
      withdraw.abort()
      send({ steal: true }, callbacks.stolen)
    },
    leave,
  }
}

export function hasWebLocks() {
  return Boolean(navigator.locks)
}

const RESPONSE_MS = 150
const QUERY_INTERVAL_MS = 1000
const HOLDER_TIMEOUT_MS = 2500 // two queries without a response, and a margin

/**
 * A message between tabs; `atMs`: when the sender took the lock.
 * @typedef {{say: "who" | "held" | "mine", atMs: number, tab: string}} LockMessage
 */

/**
 * Whether a claim is later than another and wins. Of two simultaneous claims, the tab ids decide, so that both tabs
 * come to the same result.
 * @param {{atMs: number, tab: string}} claim
 * @param {{atMs: number, tab: string}} other
 */
export function isLater(claim, other) {
  return claim.atMs - other.atMs > 0 || (claim.atMs === other.atMs && claim.tab > other.tab)
}

/**
 * A lock among the tabs of a browser, for pages without a secure context. It assumes that the holder responds to every
 * query: a holder that no longer responds is gone.
 * @param {string} name
 * @param {string} tab
 * @param {import("./audio_focus.js").LockCallbacks} callbacks
 * @returns {import("./audio_focus.js").FocusLock}
 */
export function channelLock(name, tab, callbacks) {
  const channel = new BroadcastChannel(`${name}:lock`)
  /** When this tab took the lock, wall clock; null: it does not hold it. @type {number | null} */
  let takenMs = null
  let reported = false // that this tab took the lock
  let queued = false
  let otherHeldMs = -Infinity // when another tab last claimed the lock
  const post = (/** @type {LockMessage["say"]} */ say) =>
    channel.postMessage({ say, atMs: takenMs ?? 0, tab })

  channel.onmessage = ({ data }) => {
    if (data.say === "who") return takenMs !== null && post("held")
    otherHeldMs = performance.now()
    if (takenMs === null) return
    if (isLater(data, { atMs: takenMs, tab })) {
      takenMs = null
      queued = !reported
      if (reported) callbacks.robbed()
      else callbacks.missed()
    } else post("held") // the other claim is earlier, or loses as a simultaneous one: that tab gives way
  }

  /** @param {() => void} report called in a later task, as a Web Lock would */
  function take(report) {
    const nowMs = Date.now()
    queued = false
    takenMs = nowMs
    reported = false
    post("mine")
    after(0, () => {
      if (takenMs !== nowMs || reported) return
      reported = true
      report()
    })
  }

  function leave() {
    takenMs = null
    queued = false
  }

  every(QUERY_INTERVAL_MS, () => {
    if (!queued) return
    if (performance.now() - otherHeldMs > HOLDER_TIMEOUT_MS) take(callbacks.granted)
    else post("who")
  })
  addEventListener("pagehide", leave)

  return {
    async held() {
      post("who")
      const sentMs = performance.now()
      await new Promise((done) => after(RESPONSE_MS, () => done(undefined)))
      return otherHeldMs >= sentMs
    },
    queue() {
      queued = true
      otherHeldMs = Math.max(otherHeldMs, performance.now()) // the holder has the whole timeout to respond
    },
    steal() {
      take(callbacks.stolen)
    },
    leave,
  }
}

const SILENT_MS = 4000
const CHECK_MS = 1000
const UNAVAILABLE_RETRY_MS = 1000

/**
 * A pending request, until the holder is known. `sinceMs`: when the user made it.
 * @typedef {{more: object, sinceMs: number, eventId: string}} FocusRequest
 */

/**
 * A lock that the server keeps, for a player on plain HTTP: the server stores which tab holds it, and the last user
 * action wins. The holder reports its position every second, so a holder that is silent while the player plays counts
 * as gone.
 * @param {import("../player/session.js").PlayerSession} player
 * @param {import("./audio_focus.js").LockCallbacks} callbacks
 * @returns {import("./audio_focus.js").FocusLock}
 */
export function serverLock(player, callbacks) {
  let held = false
  /** @type {FocusRequest | null} */
  let pending = null
  const { tab } = player

  /** @param {object} more @param {number} [sinceMs] */
  function send(more, sinceMs = performance.now()) {
    const request = (pending = { more, sinceMs, eventId: "" })
    const failed = () => {
      if (pending === request) missed()
    }
    player.say(Command.Sound, { tab, want: true, ...more }).then((eventId) => {
      request.eventId = eventId
    }, failed)
  }

  function missed() {
    pending = null
    callbacks.missed()
  }

  /** Whether the gesture behind a request is recent. @param {FocusRequest} request */
  function isFresh({ sinceMs }) {
    return performance.now() - sinceMs <= COMMAND_EXPIRES_MS
  }

  /** @param {FocusRequest} request */
  function repeat(request) {
    if (isFresh(request)) send(request.more, request.sinceMs)
    else missed()
  }

  /** @param {{event_id: string | null, code: string, retry_after_ms: number | null}} refusal */
  function rejected({ event_id: eventId, code, retry_after_ms: afterMs }) {
    const request = pending
    if (!request || request.eventId !== eventId) return
    const waitMs = code === ErrorCode.Unavailable ? UNAVAILABLE_RETRY_MS : afterMs
    if (waitMs === null) missed()
    else
      after(waitMs, () => {
        if (pending === request) repeat(request)
      })
  }

  /** @param {string | null} holder */
  function updateHolder(holder) {
    const wasHeld = held
    held = holder === tab
    pending = null
    if (held && !wasHeld) callbacks.stolen()
    if (!held && wasHeld) callbacks.robbed()
    if (!held && !wasHeld) callbacks.missed()
    if (holder === null) callbacks.vacant(null)
  }

  player.on(Event.Sound, ({ payload }) => updateHolder(payload.tab))
  player.on(Event.Error, ({ payload }) => rejected(payload))
  player.on(Event.Welcome, ({ payload: { sounding } }) => {
    // the request or its response was lost with the connection
    if (pending && sounding !== tab && isFresh(pending)) repeat(pending)
    // the server released the lock when the connection was lost
    else if (held && sounding === null) send({ instead_of: null })
    else if (held || sounding !== null) updateHolder(sounding)
    else if (pending) missed()
  })
  every(CHECK_MS, () => {
    const { state, sounding, lastPositionMs } = player.store
    const silent = performance.now() - lastPositionMs > SILENT_MS
    if (player.isOpen && state.is_playing && sounding !== null && sounding !== tab && silent)
      callbacks.vacant(sounding)
  })

  return {
    held: () =>
      new Promise((resolve) => {
        const unsubscribe = player.on(Event.Welcome, ({ payload }) => {
          unsubscribe()
          resolve(payload.sounding !== null)
        })
      }),
    queue() {},
    steal(insteadOf) {
      send(insteadOf === undefined ? {} : { instead_of: insteadOf })
    },
    leave() {
      held = false
      pending = null
    },
  }
}
