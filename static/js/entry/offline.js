// @ts-check
/**
 * The offline page polls the server and reloads the requested page when the server responds. It polls first,
 * because a blind reload would flicker. The wait is kept across reloads, in case the health check responds but
 * pages do not. This module has no imports: only the page and this file are cached in the browser.
 */

const HEALTH_URL = "/healthz/live"
const OFFLINE_PATH = "/offline/"
const WAIT_KEY = "watchium:offline"
const MIN_WAIT_MS = 2000
const MAX_WAIT_MS = 30_000
const WAIT_EXPIRES_MS = 60_000 // a later visit starts with the shortest wait again

let waitMs = storedWaitMs()
let timer = 0
let polling = false

async function poll() {
  clearTimeout(timer)
  if (polling || document.hidden) return // it polls as soon as the page is shown again
  polling = true
  const reachable = await isServerReachable()
  polling = false
  if (reachable) reload()
  else pollLater()
}

async function isServerReachable() {
  try {
    return (await fetch(HEALTH_URL, { cache: "no-store" })).ok
  } catch {
    return false
  }
}

/** Clients that wait for the same server retry at different times. */
function pollLater() {
  timer = setTimeout(poll, waitMs * (0.5 + Math.random() / 2))
  waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)
}

function reload() {
  try {
    sessionStorage.setItem(WAIT_KEY, JSON.stringify({ waitMs, sinceMs: Date.now() }))
  } catch {
    // Without storage the next page begins with the shortest wait.
  }
  location.reload()
}

/** @returns {number} */
function storedWaitMs() {
  try {
    const { waitMs, sinceMs } = JSON.parse(sessionStorage.getItem(WAIT_KEY) ?? "{}")
    return Date.now() - sinceMs < WAIT_EXPIRES_MS ? waitMs : MIN_WAIT_MS
  } catch {
    return MIN_WAIT_MS
  }
}

// Opened at its own address, it would reload itself forever.
if (location.pathname !== OFFLINE_PATH) {
  for (const hint of document.querySelectorAll("[data-standing]"))
    /** @type {HTMLElement} */ (hint).hidden = false
  window.addEventListener("online", poll)
  document.addEventListener("visibilitychange", poll)
  pollLater()
}
