// @ts-check
/**
 * The device's sound where the browser has no locks, which is on plain http: the server keeps which tab has
 * it, and the last hand wins. That a tab is gone shows in its silence: it says every second where it is.
 */

import { COMMAND_EXPIRES_MS } from "../../core/net/connection_timing.js"
import { Command, ErrorCode, Event } from "../../core/protocol.js"
import { after, every } from "../lib/timers.js"

const SILENT_MS = 4000
const LOOK_MS = 1000
const AVAILABLE_AGAIN_MS = 1000

/**
 * What was asked for, until it is known who has the sound.
 * @typedef {{more: object, sinceMs: number, eventId: string}} Asked
 */

/**
 * @param {import("../player/session.js").Mine} mine
 * @param {import("./audio_focus.js").LockTells} tells
 * @returns {import("./audio_focus.js").Lock}
 */
export function serverSound(mine, tells) {
  let ours = false
  /** @type {Asked | null} */
  let asked = null
  const { tab } = mine

  /** @param {object} more @param {number} [sinceMs] */
  function ask(more, sinceMs = performance.now()) {
    const question = (asked = { more, sinceMs, eventId: "" })
    const unsaid = () => {
      if (asked === question) missed()
    }
    mine.say(Command.Sound, { tab, want: true, ...more }).then((eventId) => {
      question.eventId = eventId
    }, unsaid)
  }

  function missed() {
    asked = null
    tells.missed()
  }

  /** The hand that asked is not so long ago that nobody remembers. @param {Asked} question */
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
    const waitMs = code === ErrorCode.Unavailable ? AVAILABLE_AGAIN_MS : afterMs
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
    if (ours && !had) tells.stolen()
    if (!ours && had) tells.robbed()
    if (!ours && !had) tells.missed()
    if (holder === null) tells.vacant(null)
  }

  mine.on(Event.Sound, ({ payload }) => is(payload.tab))
  mine.on(Event.Error, ({ payload }) => refused(payload))
  mine.on(Event.Welcome, ({ payload: { sounding } }) => {
    // its answer was lost with our line, or it was itself
    if (asked && sounding !== tab && isFresh(asked)) askAgain(asked)
    else if (ours && sounding === null)
      ask({ instead_of: null }) // given back when our line was lost
    else if (ours || sounding !== null) is(sounding)
    else if (asked) missed()
  })
  every(LOOK_MS, () => {
    const { state, sounding, lastPositionMs } = mine.store
    const silent = performance.now() - lastPositionMs > SILENT_MS
    if (mine.isOpen && state.is_playing && sounding !== null && sounding !== tab && silent)
      tells.vacant(sounding)
  })

  return {
    held: () =>
      new Promise((tell) => {
        const heard = mine.on(Event.Welcome, ({ payload }) => {
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
