// One page, one event loop, one clock: all positions are read in one task, so skew needs no mapping of clocks.

const EVERY_MS = 50
const UNREADY = 3 // readyState below it cannot play
const frames = new Map()
let rows = []

/** Adds a player at the end of the row. */
function enter(name, url) {
  const frame = document.createElement("iframe")
  frame.name = name
  frame.allow = "autoplay"
  frame.src = url
  document.body.append(frame)
  frames.set(name, frame)
}

const mediaOf = (name) => frames.get(name)?.contentDocument?.querySelector("[data-media]")

/** Position, 0 or the reason for standing still, rate, and its estimate of the server's clock minus this page's. */
function look(name, now) {
  const media = mediaOf(name)
  if (!media) return null
  const still = media.paused ? 1 : media.seeking ? 2 : media.readyState < UNREADY ? 3 : 0
  return [
    media.currentTime,
    still,
    media.playbackRate,
    believed(frames.get(name).contentWindow, now),
    media.readyState,
  ]
}

function believed(page, now) {
  const ahead = page.watchium?.room.clock.output ?? page.benchClock?.()
  return ahead == null ? null : page.performance.now() + ahead - now
}

setInterval(() => {
  const now = performance.now()
  rows.push([now, ...[...frames.keys()].map((name) => look(name, now))])
}, EVERY_MS)

/** Returns the samples since the last call. */
function take() {
  const taken = rows
  rows = []
  const ops = Object.fromEntries(
    [...frames].map(([name, frame]) => [name, frame.contentWindow.benchOps?.splice(0) ?? []]),
  )
  return { names: [...frames.keys()], rows: taken, ops }
}

function ready(name) {
  const page = frames.get(name)?.contentWindow
  const known = page?.watchium ? page.watchium.room.clock.locked : page?.benchClock?.() != null
  return Boolean(known && mediaOf(name)?.readyState >= UNREADY)
}

/** Uses the host's controls. Returns the time. */
function press(name, what, value) {
  const page = frames.get(name).contentDocument
  const at = performance.now()
  if (what === "toggle") page.querySelector("[data-controls] [data-play]").click()
  else change(page.querySelector(`[data-controls] [data-${what}]`), value)
  return at
}

function change(control, value) {
  control.value = String(value)
  for (const type of ["input", "change"])
    control.dispatchEvent(new control.ownerDocument.defaultView.Event(type, { bubbles: true }))
}

/** Changes a media element like a headset, an extension or the operating system, without a command. */
function meddle(name, what, value) {
  const media = mediaOf(name)
  if (what === "move") media.currentTime = value
  else if (what === "speed") media.playbackRate = value
  else media[what]()?.catch(() => {})
}

/** Turns a player's corrections off: it measures, starts on time and learns, but never changes its rate. */
function doNotSteer(name) {
  const { rateControl } = frames.get(name).contentWindow.watchium.room.player.controller
  const decide = rateControl.tick.bind(rateControl)
  rateControl.tick = (sample) => ({
    ...decide(sample),
    rate: sample.roomRate,
    preservesPitch: true,
    seek: false,
  })
}

/** The fastest of many exchanges with a clock on this machine: [round trip, its clock minus ours]. */
function compareClock(port, times) {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`)
    let best = [Infinity, 0]
    const ask = () => socket.send(String(performance.now()))
    socket.onopen = ask
    socket.onmessage = ({ data }) => {
      const t3 = performance.now()
      const [t0, there] = data.split(" ").map(Number)
      if (t3 - t0 < best[0]) best = [t3 - t0, there - (t0 + t3) / 2]
      if (--times > 0) return ask()
      socket.close()
      resolve(best)
    }
  })
}

const SQUARES = 24
const SQUARE = 8
const FPS = 25

/** Frame numbers in the picture and the browser's times: [mediaTime, frame / 25, currentTime when shown]. */
function readFrames(name, count) {
  const media = mediaOf(name)
  const canvas = document.createElement("canvas")
  canvas.width = SQUARES * SQUARE
  canvas.height = SQUARE
  const context = canvas.getContext("2d", { willReadFrequently: true })
  const seen = []
  return new Promise((resolve) => {
    const next = (now, { mediaTime, expectedDisplayTime }) => {
      const shownS = media.currentTime + (media.playbackRate * (expectedDisplayTime - now)) / 1000
      seen.push([mediaTime, numberOf(context, media) / FPS, shownS])
      seen.length < count ? media.requestVideoFrameCallback(next) : resolve(seen)
    }
    media.requestVideoFrameCallback(next)
  })
}

function numberOf(context, media) {
  context.drawImage(media, 0, 0)
  const { data } = context.getImageData(0, SQUARE / 2, SQUARES * SQUARE, 1)
  let number = 0
  for (let i = 0; i < SQUARES; i++) number = number * 2 + (data[(i * SQUARE + SQUARE / 2) * 4] > 127 ? 1 : 0)
  return number
}

function dropped(name) {
  const { droppedVideoFrames, totalVideoFrames } = mediaOf(name).getVideoPlaybackQuality()
  return [droppedVideoFrames, totalVideoFrames]
}
