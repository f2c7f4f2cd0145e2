// @ts-check
/** Where no socket can be had (a proxy, a network) people still follow, by asking for the room's state now and then. */

import { every } from "./timer.js"

const EVERY_MS = 4000
const GIVE_UP_MS = 8000

/** @param {import("./session.js").Session} session */
export function poll(session) {
  let asking = false
  return every(EVERY_MS, async () => {
    if (session.connection.status !== "limited" || asking) return
    asking = true
    try {
      await ask(session)
    } catch {
      // No network at all: the socket's own attempts say so to people.
    } finally {
      asking = false
    }
  })
}

/** @param {import("./session.js").Session} session */
async function ask(session) {
  const t0 = performance.now()
  session.clock.sent(t0)
  const response = await fetch(session.boot.state_url, { signal: AbortSignal.timeout(GIVE_UP_MS), headers: { Accept: "application/json" } })
  const t3 = performance.now()
  if (!response.ok) return
  const state = await response.json()
  measure(session.clock, state, t0, t3)
  session.polled(state)
}

/** An answer that says when it was made is a pong, if a coarse one. @param {import("../core/clock.js").Clock} clock @param {any} state @param {number} t0 @param {number} t3 */
function measure(clock, { timestamp, clock_id }, t0, t3) {
  if (typeof timestamp !== "number") return
  clock.answered({ t0, t1: timestamp, t2: timestamp, clock_id: clock_id ?? clock.clockId ?? "" }, t3)
}
