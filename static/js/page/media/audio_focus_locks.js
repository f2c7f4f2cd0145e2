// @ts-check
/**
 * The lock behind the audio focus: a Web Lock; without a secure context, for a room, an election over a broadcast channel,
 * and for the player, a lock kept by the server.
 */

import { COMMAND_EXPIRES_MS } from "../../core/net/connection_timing.js"
import { Command, ErrorCode, Event } from "../../core/protocol.js"
import { after, every } from "../lib/timers.js"

/** @typedef {import("./audio_focus.js").LockCallbacks} LockCallbacks */

/** @param {string} name @param {LockCallbacks} callbacks @returns {import("./audio_focus.js").FocusLock} */
export function webLock(name, callbacks) {
  /** Our request that counts; what becomes of earlier ones is no news. @type {{}} */
  let ours = {}
  let withdraw = new AbortController()
  let release = () => {}

  /** @param {LockOptions} options @param {() => void} got */
  function ask(options, got) {
    const request = (ours = {})
    let held = false
    const keep = () => {
      if (ours !== request) return
      held = true
      got()
      return new Promise((done) => {
        release = () => done(undefined)
      })
    }
    navigator.locks.request(name, options, keep).catch((error) => {
      if (ours === request && error.name === "AbortError") lost(held || !options.steal)
    })
  }

  /** Another tab was faster, before or after we got the lock. @param {boolean} had */
  function lost(had) {
    if (had) callbacks.robbed()
    else callbacks.missed()
  }

  function leave() {
    ours = {}
    withdraw.abort()
    release()
  }

  addEventListener("pagehide", leave) // a page that is shown again asks again

  return {
    async held() {
      const { held = [] } = await navigator.locks.query()
      return held.some((lock) => lock.name === name)
    },
    queue() {
      withdraw = new AbortController()
      const { signal } = withdraw
      after(0, () => signal.aborted || ask({ signal }, callbacks.granted))
    },
    steal() {
      withdraw.abort()
      ask({ steal: true }, callbacks.stolen)
    },
    leave,
  }
}

export function hasWebLocks() {
  return Boolean(navigator.locks)
}

const RESPONSE_MS = 150
const QUERY_INTERVAL_MS = 1000
const HOLDER_TIMEOUT_MS = 2500 // two questions without an answer, and some

/** @typedef {{say: "who" | "held" | "mine", atMs: number, tab: string}} Word */

/**
 * Of two claims the later one wins; of two at the same time that of one tab, the same for both.
 * @param {{atMs: number, tab: string}} theirs
 * @param {{atMs: number, tab: string}} ours
 */
export function isLater(theirs, ours) {
  return theirs.atMs - ours.atMs > 0 || (theirs.atMs === ours.atMs && theirs.tab > ours.tab)
}

/**
 * @param {string} name
 * @param {string} tab
 * @param {import("./audio_focus.js").LockCallbacks} callbacks
 * @returns {import("./audio_focus.js").FocusLock}
 */
export function channelLock(name, tab, callbacks) {
  const channel = new BroadcastChannel(`${name}:lock`)
  /** When it became ours, wall clock; null: it is not. @type {number | null} */
  let oursMs = null
  let told = false // that it is ours
  let queued = false
  let heldMs = -Infinity // when another tab last said that it is its own
  const say = (/** @type {Word["say"]} */ word) => channel.postMessage({ say: word, atMs: oursMs ?? 0, tab })

  channel.onmessage = ({ data }) => {
    if (data.say === "who") return oursMs !== null && say("held")
    heldMs = performance.now()
    if (oursMs === null) return
    if (isLater(data, { atMs: oursMs, tab })) {
      oursMs = null
      queued = !told
      if (told) callbacks.robbed()
      else callbacks.missed()
    } else say("held") // theirs came before ours, or at the same time: they give way
  }

  /** @param {() => void} tell in a later task, as a lock of the browser would */
  function take(tell) {
    const sinceMs = Date.now()
    queued = false
    oursMs = sinceMs
    told = false
    say("mine")
    after(0, () => {
      if (oursMs !== sinceMs || told) return
      told = true
      tell()
    })
  }

  function leave() {
    oursMs = null
    queued = false
  }

  every(QUERY_INTERVAL_MS, () => {
    if (!queued) return
    if (performance.now() - heldMs > HOLDER_TIMEOUT_MS) take(callbacks.granted)
    else say("who")
  })
  addEventListener("pagehide", leave)

  return {
    async held() {
      say("who")
      const askedMs = performance.now()
      await new Promise((done) => after(RESPONSE_MS, () => done(undefined)))
      return heldMs >= askedMs
    },
    queue() {
      queued = true
      heldMs = Math.max(heldMs, performance.now()) // the holder has that long to say so
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
 * A pending request, until the holder is known.
 * @typedef {{more: object, sinceMs: number, eventId: string}} Asked
 */

/**
 * @param {import("../player/session.js").PlayerSession} player
 * @param {import("./audio_focus.js").LockCallbacks} callbacks
 * @returns {import("./audio_focus.js").FocusLock}
 */
export function serverLock(player, callbacks) {
  let ours = false
  /** @type {Asked | null} */
  let asked = null
  const { tab } = player

  /** @param {object} more @param {number} [sinceMs] */
  function ask(more, sinceMs = performance.now()) {
    const question = (asked = { more, sinceMs, eventId: "" })
    const unsaid = () => {
      if (asked === question) missed()
    }
    player.say(Command.Sound, { tab, want: true, ...more }).then((eventId) => {
      question.eventId = eventId
    }, unsaid)
  }

  function missed() {
    asked = null
    callbacks.missed()
  }

  /** Whether the gesture behind a request is recent. @param {Asked} question */
  function isFresh({ sinceMs }) {
    return performance.now() - sinceMs <= COMMAND_EXPIRES_MS
  }

  /** @param {Asked} question */
  function askAgain(question) {
    if (isFresh(question)) ask(question.more, question.sinceMs)
    else missed()
  }

  /** @param {{event_id: string | null, code: string, retry_after_ms: number | null}} refusal */
  function refused({ event_id: eventId, code, retry_after_ms: afterMs }) {
    const question = asked
    if (!question || question.eventId !== eventId) return
    const waitMs = code === ErrorCode.Unavailable ? UNAVAILABLE_RETRY_MS : afterMs
    if (waitMs === null) missed()
    else
      after(waitMs, () => {
        if (asked === question) askAgain(question)
      })
  }

  /** @param {string | null} holder */
  function is(holder) {
    const had = ours
    ours = holder === tab
    asked = null
    if (ours && !had) callbacks.stolen()
    if (!ours && had) callbacks.robbed()
    if (!ours && !had) callbacks.missed()
    if (holder === null) callbacks.vacant(null)
  }

  player.on(Event.Sound, ({ payload }) => is(payload.tab))
  player.on(Event.Error, ({ payload }) => refused(payload))
  player.on(Event.Welcome, ({ payload: { sounding } }) => {
    // its answer was lost with our line, or it was itself
    if (asked && sounding !== tab && isFresh(asked)) askAgain(asked)
    else if (ours && sounding === null)
      ask({ instead_of: null }) // given back when our line was lost
    else if (ours || sounding !== null) is(sounding)
    else if (asked) missed()
  })
  every(CHECK_MS, () => {
    const { state, sounding, lastPositionMs } = player.store
    const silent = performance.now() - lastPositionMs > SILENT_MS
    if (player.isOpen && state.is_playing && sounding !== null && sounding !== tab && silent)
      callbacks.vacant(sounding)
  })

  return {
    held: () =>
      new Promise((tell) => {
        const heard = player.on(Event.Welcome, ({ payload }) => {
          heard()
          tell(payload.sounding !== null)
        })
      }),
    queue() {},
    steal(insteadOf) {
      ask(insteadOf === undefined ? {} : { instead_of: insteadOf })
    },
    leave() {
      ours = false
      asked = null
    },
  }
}
