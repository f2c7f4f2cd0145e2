// @ts-check
/**
 * The device's sound where the browser has no locks, which is on plain http: the server keeps which tab has it, and the
 * last hand wins. That a tab is gone shows in its silence: it says every second where it is.
 */

import { Command, Event } from "../../core/wire.js"
import { every } from "../timer.js"

const SILENT_MS = 4000
const LOOK_MS = 1000

/** @param {import("./session.js").Mine} mine @param {import("../sounding.js").LockTells} tells @returns {import("../sounding.js").Lock} */
export function serverSound(mine, tells) {
  let ours = false
  const { tab } = mine

  /** @param {object} more */
  const ask = (more) => void mine.say(Command.Sound, { tab, want: true, ...more }).catch(tells.missed)

  /** @param {string | null} holder */
  function is(holder) {
    const had = ours
    ours = holder === tab
    if (ours && !had) tells.stolen()
    if (!ours && had) tells.robbed()
    if (!ours && !had) tells.missed()
    if (holder === null) tells.vacant(null)
  }

  mine.on(Event.Sound, ({ payload }) => is(payload.tab))
  mine.on(Event.Welcome, ({ payload }) => {
    if (ours && payload.sounding === null) ask({ instead_of: null }) // given back when our line was lost
    else if (ours || payload.sounding !== null) is(payload.sounding)
  })
  every(LOOK_MS, () => {
    const { state, sounding, heardMs } = mine.log
    const silent = performance.now() - heardMs > SILENT_MS
    if (mine.isOpen && state.is_playing && sounding !== null && sounding !== tab && silent) tells.vacant(sounding)
  })

  return {
    held: () => new Promise((tell) => {
      const heard = mine.on(Event.Welcome, ({ payload }) => { heard(); tell(payload.sounding !== null) })
    }),
    queue() {},
    steal(insteadOf) {
      ask(insteadOf === undefined ? {} : { instead_of: insteadOf })
    },
    leave() {
      ours = false
    },
  }
}
