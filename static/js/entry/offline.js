// @ts-check
/**
 * The offline page polls the server and reloads the requested page when the server answers. It polls first,
 * because a blind reload would flicker. The wait is kept across reloads, in case the health check answers but
 * pages do not. This module has no imports: only the page and this file are cached in the browser.
 */

const ASKED = "/healthz/live"
const ITSELF = "/offline/"
const KEPT = "watchium:offline"
const FIRST_MS = 2000
const LONGEST_MS = 30_000
const LOADING_MS = 60_000 // a later visit starts with the shortest wait again

let waitMs = kept()
let timer = 0
let asking = false

async function look() {
  clearTimeout(timer)
  if (asking || document.hidden) return // shown again, it looks at once
  asking = true
  const there = await answers()
  asking = false
  if (there) load()
  else later()
}

async function answers() {
  try {
    return (await fetch(ASKED, { cache: "no-store" })).ok
  } catch {
    return false
  }
}

/** Clients that wait for the same server retry at different times. */
function later() {
  timer = setTimeout(look, waitMs * (0.5 + Math.random() / 2))
  waitMs = Math.min(waitMs * 2, LONGEST_MS)
}

function load() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ waitMs, sinceMs: Date.now() }))
  } catch {
    // Then it begins with the shortest.
  }
  location.reload()
}

/** @returns {number} */
function kept() {
  try {
    const { waitMs, sinceMs } = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}")
    return Date.now() - sinceMs < LOADING_MS ? waitMs : FIRST_MS
  } catch {
    return FIRST_MS
  }
}

// Opened under its own address it would load itself for ever.
if (location.pathname !== ITSELF) {
  for (const standing of document.querySelectorAll("[data-standing]"))
    /** @type {HTMLElement} */ (standing).hidden = false
  window.addEventListener("online", look)
  document.addEventListener("visibilitychange", look)
  later()
}
