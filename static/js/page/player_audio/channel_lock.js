// @ts-check
/**
 * A lock among the tabs of a browser for pages that have no Web Locks because they were not loaded securely:
 * the holder answers every question, and a holder that does not answer any more is gone.
 */

import { after, every } from "../lib/timers.js"

const ANSWER_MS = 150
const ASK_EVERY_MS = 1000
const GONE_MS = 2500 // two questions without an answer, and some

/** @typedef {{say: "who" | "held" | "mine", atMs: number, tab: string}} Word */

/**
 * @param {string} name
 * @param {string} tab
 * @param {import("./audio_focus.js").LockTells} tells
 * @returns {import("./audio_focus.js").Lock}
 */
export function channelLock(name, tab, tells) {
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
      if (told) tells.robbed()
      else tells.missed()
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

  every(ASK_EVERY_MS, () => {
    if (!queued) return
    if (performance.now() - heldMs > GONE_MS) take(tells.granted)
    else say("who")
  })
  addEventListener("pagehide", leave)

  return {
    async held() {
      say("who")
      const askedMs = performance.now()
      await new Promise((done) => after(ANSWER_MS, () => done(undefined)))
      return heldMs >= askedMs
    },
    queue() {
      queued = true
      heldMs = Math.max(heldMs, performance.now()) // the holder has that long to say so
    },
    steal() {
      take(tells.stolen)
    },
    leave,
  }
}

/**
 * Which of two claims wins: the later one, and of two at the same time that of one tab, the same for both.
 * @param {{atMs: number, tab: string}} theirs
 * @param {{atMs: number, tab: string}} ours
 */
export function isLater(theirs, ours) {
  return theirs.atMs - ours.atMs > 0 || (theirs.atMs === ours.atMs && theirs.tab > ours.tab)
}
