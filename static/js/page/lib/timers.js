// @ts-check
/** Timers that keep time in a hidden tab. One worker serves the whole page. */

const here = import.meta.resolve
  ? import.meta.resolve("./metronome.js")
  : new URL("./timer_worker.js", import.meta.url).href

/** @type {Map<number, () => void>} */
const waiting = new Map()
let count = 0
/** @type {Worker | null} */
let worker = null
try {
  worker = new Worker(here)
  worker.onmessage = ({ data }) => ring(data)
  worker.onerror = fallBack
} catch {
  worker = null // then the page's own timers must do
}

/** Without the worker whatever waits for it would wait forever. */
function fallBack() {
  worker = null
  for (const id of waiting.keys()) setTimeout(() => ring(id), 0)
}

/** @param {number} id */
function ring(id) {
  const fn = waiting.get(id)
  waiting.delete(id)
  fn?.()
}

/**
 * @param {number} ms @param {() => void} fn
 * @returns {() => void} cancels it
 */
export function after(ms, fn) {
  const id = ++count
  waiting.set(id, fn)
  if (worker) worker.postMessage({ id, ms })
  else setTimeout(() => ring(id), ms)
  return () => void waiting.delete(id)
}

/** @param {number} ms @param {() => void} fn */
export function every(ms, fn) {
  let cancel = () => {}
  const again = () => {
    cancel = after(ms, again)
    fn()
  }
  cancel = after(ms, again)
  return () => cancel()
}

const channel = new MessageChannel()
/** @type {(() => void) | null} */
let atOnce = null
channel.port1.onmessage = () => {
  const fn = atOnce
  atOnce = null
  fn?.()
}

// timers are late by up to this; the rest is spent spinning, and no more than that: it blocks the page
const SPIN_MS = 8
const STRIDE_MS = 100 // look again so often on the way: the clock may have moved

/**
 * As near to `ms` from now as a page can be. It may call early; whoever needs the instant looks at the clock
 * and asks again.
 * @param {number} ms
 * @param {() => void} fn
 */
export function precisely(ms, fn) {
  if (ms > SPIN_MS + 4) return after(Math.min(ms - SPIN_MS, STRIDE_MS), fn)
  atOnce = fn
  channel.port2.postMessage(null)
  return () => void (atOnce === fn && (atOnce = null))
}
