// @ts-check
/**
 * Where no socket can be had (a proxy, a network) people still follow, by asking for the room's state now and then.
 * Whether that is answered says what is wrong: the server is there and sockets do not get through, or nothing does.
 */

import { every } from "./timer.js"

const EVERY_MS = 4000
const UNTIL_LOCKED_MS = 1000 // each answer is a pong: nobody plays before there were five
const GIVE_UP_MS = 8000

/** @param {import("./session.js").Session} session */
export function poll(session) {
  let asking = false
  let askedMs = -Infinity
  return every(UNTIL_LOCKED_MS, async () => {
    if (session.connection.status !== "limited" || asking) return
    if (session.clock.locked && performance.now() - askedMs < EVERY_MS) return
    asking = true
    askedMs = performance.now()
    try {
      session.found(await ask(session))
    } catch {
      session.found(navigator.onLine ? "nothing" : "offline")
    } finally {
      asking = false
    }
  })
}

/** @param {import("./session.js").Session} session @returns {Promise<"http" | "refused" | "failing">} */
async function ask(session) {
  const t0 = performance.now()
  session.clock.sent(t0)
  const response = await fetch(session.boot.state_url, { signal: AbortSignal.timeout(GIVE_UP_MS), headers: { Accept: "application/json" } })
  const t3 = performance.now()
  if (!response.ok) return response.status < 500 ? "refused" : "failing"
  const state = await response.json()
  measure(session.clock, state, t0, t3)
  session.polled(state)
  return "http"
}

/** An answer that says when it was made is a pong, if a coarse one. @param {import("../core/clock.js").Clock} clock @param {any} state @param {number} t0 @param {number} t3 */
function measure(clock, { timestamp, clock_id }, t0, t3) {
  if (typeof timestamp !== "number") return
  clock.answered({ t0, t1: timestamp, t2: timestamp, clock_id: clock_id ?? clock.clockId ?? "" }, t3)
}
