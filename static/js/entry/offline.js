// @ts-check
/**
 * The page for when there is no line looks by itself whether there is one again, and then loads what was
 * asked for. It is asked first: loading blindly would blink. How long it waits, it keeps for the case that it
 * comes back all the same: there is a house that answers, and gives nobody its pages. On its own: it is kept
 * in the browser with the page, and nothing else is.
 */

const ASKED = "/healthz/live"
const ITSELF = "/offline/"
const KEPT = "watchium:offline"
const FIRST_MS = 2000
const LONGEST_MS = 30_000
const LOADING_MS = 60_000 // whoever comes back later than that was somewhere else meanwhile

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

/** All who wait for the same house do not come at the same instant. */
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
