// A minimal player with the published correction rule of Jellyfin's SyncPlay, with corrections on (they are off by
// default). The published parameters are below. It receives the events of our protocol.

const MIN_SPEED_MS = 60 // errors from here on are corrected by speed
const MAX_SPEED_MS = 3000
const SPEED_FOR_MS = 1000
const MIN_SKIP_MS = 400 // beyond the above, or to place before a start, by a seek
const MIN_SPEED = 0.2
const MEASUREMENTS = 8
const GREEDY = { pings: 3, everyMs: 1000 }
const LATER_MS = 60000
const CHANGES = new Set(["play", "pause", "seek", "set_rate", "load", "timeline"])

const media = document.querySelector("[data-media]")
const asked = new URLSearchParams(location.search)
const measurements = []
let timeline = null
let enabled = false
let lastSyncMs = 0
let timers = []

const now = () => performance.now()
const best = () => measurements.reduce((a, b) => (b.delayMs < a.delayMs ? b : a), measurements[0])
const serverNow = () => now() + (best()?.offsetMs ?? 0)
window.benchClock = () => best()?.offsetMs ?? null

const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/rooms/${asked.get("room")}/`)
let pings = 0
socket.onmessage = ({ data }) => hear(JSON.parse(data), now())
const ping = () => socket.send(JSON.stringify({ type: "ping", payload: { t0: now() } }))

function hear({ type, payload, timestamp }, t3) {
  if (type === "pong") return measured(payload, t3)
  if (type === "welcome") setTimeout(ping, GREEDY.everyMs)
  if (type === "welcome" && payload.timeline) follow(payload.timeline)
  if (CHANGES.has(type)) follow({ ...payload, timestamp })
}

function measured({ t0, t1, t2 }, t3) {
  measurements.push({ offsetMs: (t1 - t0 + t2 - t3) / 2, delayMs: t3 - t0 - (t2 - t1) })
  if (measurements.length > MEASUREMENTS) measurements.shift()
  setTimeout(ping, pings++ >= GREEDY.pings ? LATER_MS : GREEDY.everyMs)
}

const expectedS = () => timeline.current_time + (timeline.rate * Math.max(0, serverNow() - timeline.timestamp)) / 1000
const later = (ms, fn) => timers.push(setTimeout(fn, Math.max(0, ms)))

function follow(told) {
  for (const timer of timers) clearTimeout(timer)
  timers = []
  enabled = false
  timeline = told
  const url = told.media?.url
  if (url && media.getAttribute("src") !== url) media.src = url
  media.playbackRate = told.rate
  if (!told.is_playing) return stand()
  const waitMs = told.timestamp - serverNow()
  if (waitMs > 0) startLater(waitMs)
  else startLate()
}

function stand() {
  media.pause()
  media.currentTime = timeline.current_time
}

/** A seek of the room during playback pauses, seeks and restarts. */
function startLater(waitMs) {
  media.pause()
  if (Math.abs(media.currentTime - timeline.current_time) * 1000 > MIN_SKIP_MS) media.currentTime = timeline.current_time
  later(waitMs, () => { media.play(); enableLater() })
}

/** Play first, then seek to the room's position at the time of the decision. */
function startLate() {
  const toS = expectedS()
  if (media.paused || Math.abs(media.currentTime - toS) * 1000 > MIN_SKIP_MS) {
    media.play()
    media.addEventListener("playing", () => (media.currentTime = toS), { once: true })
  }
  enableLater()
}

const enableLater = () => later(MAX_SPEED_MS / 2, () => (enabled = true))

media.addEventListener("timeupdate", () => {
  if (!timeline?.is_playing || media.paused || now() - lastSyncMs < MAX_SPEED_MS / 2) return
  lastSyncMs = now()
  if (enabled) correct((expectedS() - media.currentTime) * 1000)
})

function correct(errorMs) {
  const size = Math.abs(errorMs)
  if (size >= MIN_SPEED_MS && size < MAX_SPEED_MS) speedToSync(errorMs)
  else if (size >= MIN_SKIP_MS) skipToSync()
}

function speedToSync(errorMs) {
  const forMs = errorMs <= -SPEED_FOR_MS * MIN_SPEED ? Math.abs(errorMs) / (1 - MIN_SPEED) : SPEED_FOR_MS
  media.playbackRate = timeline.rate * (1 + errorMs / forMs)
  enabled = false
  later(forMs, () => { media.playbackRate = timeline.rate; enabled = true })
}

function skipToSync() {
  media.currentTime = expectedS()
  enabled = false
  enableLater()
}
