// @ts-check
/**
 * Timers that are accurate in a hidden tab, throttling, retries, and detection of sleep. One worker serves the whole
 * page.
 */

import { Backoff } from "../../core/net/connection_timing.js"

const WORKER_URL =
  "resolve" in import.meta
    ? import.meta.resolve("./timer_worker.js")
    : new URL("./timer_worker.js", import.meta.url).href

/** @type {Map<number, () => void>} */
const callbacks = new Map()
let lastId = 0
/** @type {Worker | null} */
let worker = null
try {
  worker = new Worker(WORKER_URL)
  worker.onmessage = ({ data }) => fire(data)
  worker.onerror = fallBackToPageTimers
} catch {
  worker = null // the page's own timers replace it
}

/** The callbacks that waited for the failed worker run now; otherwise they would wait forever. */
function fallBackToPageTimers() {
  worker = null
  for (const id of callbacks.keys()) setTimeout(() => fire(id), 0)
}

/** @param {number} id */
function fire(id) {
  const fn = callbacks.get(id)
  callbacks.delete(id)
  fn?.()
}

/**
 * @param {number} ms @param {() => void} fn
 * @returns {() => void} cancels it
 */
export function after(ms, fn) {
  const id = ++lastId
  callbacks.set(id, fn)
  if (worker) worker.postMessage({ id, ms })
  else setTimeout(() => fire(id), ms)
  return () => void callbacks.delete(id)
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

/** @type {(() => void) | null} */
let nextTask = null
/** Created on first use. @type {MessagePort | null} */
let port = null

function openPort() {
  const channel = new MessageChannel()
  channel.port1.onmessage = () => {
    const fn = nextTask
    nextTask = null
    fn?.()
  }
  return channel.port2
}

// timers are late by up to this; only this last part is spent spinning, because it blocks the page
const SPIN_MS = 8
const RECHECK_MS = 100 // check again at this interval until then: the clock may have moved

/**
 * Call `fn` as close to `ms` from now as a page can. It may be early; the caller checks the clock and calls
 * again.
 * @param {number} ms
 * @param {() => void} fn
 */
export function precisely(ms, fn) {
  if (ms > SPIN_MS + 4) return after(Math.min(ms - SPIN_MS, RECHECK_MS), fn)
  nextTask = fn
  port ??= openPort()
  port.postMessage(null)
  return () => void (nextTask === fn && (nextTask = null))
}

/**
 * Call `act` immediately, then at most once every `gapMs`, with the latest value.
 * @template T
 * @param {number} gapMs
 * @param {(value: T) => void} act
 * @returns {(value: T) => void}
 */
export function throttle(gapMs, act) {
  let lastMs = -Infinity
  let timer = 0
  /** @type {T} */
  let newest

  function go() {
    timer = 0
    lastMs = performance.now()
    act(newest)
  }

  return (value) => {
    newest = value
    if (timer) return
    const waitMs = lastMs + gapMs - performance.now()
    if (waitMs <= 0) go()
    else timer = Number(setTimeout(go, waitMs))
  }
}

/** Repeats a failed request when the network is back, when the page is shown, or after a growing wait. */
export class Retry {
  /** @param {AbortSignal} signal cancels the retry */
  constructor(signal) {
    this.backoff = new Backoff(Math.random)
    /** @type {(() => void) | null} */
    this.attempt = null
    this.cancel = () => {}
    window.addEventListener("online", () => this.#now(), { signal })
    document.addEventListener("visibilitychange", () => this.#now(), { signal })
    signal.addEventListener("abort", () => this.forget())
    this.signal = signal
  }

  /** An attempt failed: schedule the next one. @param {() => void} attempt */
  schedule(attempt) {
    this.forget()
    if (this.signal.aborted) return
    this.attempt = attempt
    this.cancel = after(this.backoff.next(), () => this.#now())
  }

  /** Cancel the retry: the request was made again, or another one replaces it. */
  forget() {
    this.cancel()
    this.attempt = null
  }

  succeeded() {
    this.forget()
    this.backoff.connected(this.backoff.spreadMs)
  }

  /** Retry now, unless the page is hidden. */
  #now() {
    const { attempt } = this
    if (document.hidden || !attempt) return
    this.forget()
    attempt()
  }
}

const CLOCK_CHECK_MS = 1000

/**
 * Detect time that the page did not notice: a hidden tab is shown, a frozen one resumes, a laptop is opened, the
 * network is back. The clocks are compared once a second, with or without a connection: a lost connection is no
 * sleep.
 * @param {import("../../core/clock/clock.js").Clock} clock
 * @param {{woke: () => void, hidden: () => void, networkChanged: () => void}} callbacks
 */
export function detectWakeUps(clock, { woke, hidden, networkChanged }) {
  const slept = () => clock.detectSleep(Date.now(), performance.now())
  const back = () => {
    slept() // first, so that `woke` does not use a clock that stood still
    woke()
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? hidden() : back()))
  document.addEventListener("resume", back)
  window.addEventListener("pageshow", ({ persisted }) => persisted && back())
  window.addEventListener("online", networkChanged)
  const { connection } = /** @type {{connection?: EventTarget}} */ (navigator)
  connection?.addEventListener("change", networkChanged)
  return every(CLOCK_CHECK_MS, () => {
    if (slept()) woke()
  })
}
