// @ts-check
/**
 * The lock of a device's sound, held in the browser: it falls free by itself when its tab closes or crashes.
 *
 * While a page goes away WebKit rejects its requests, also those made meanwhile. A request made in answer to
 * a rejection would be rejected in the same task, without end, and the page would never be gone: it waits for
 * the next task.
 */

import { after } from "../lib/timers.js"

/** @typedef {import("./audio_focus.js").LockTells} LockTells */

/** @param {string} name @param {LockTells} tells @returns {import("./audio_focus.js").Lock} */
export function soundLock(name, tells) {
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

  /** By somebody who was faster, before or after it was ours. @param {boolean} had */
  function lost(had) {
    if (had) tells.robbed()
    else tells.missed()
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
      after(0, () => signal.aborted || ask({ signal }, tells.granted))
    },
    steal() {
      withdraw.abort()
      ask({ steal: true }, tells.stolen)
    },
    leave,
  }
}

export function hasLocks() {
  return Boolean(navigator.locks)
}
