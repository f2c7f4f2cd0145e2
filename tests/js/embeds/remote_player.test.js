import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { RemotePlayer } from "../../../static/js/core/embeds/remote_player.js"

const WALL_MS = 1_700_000_000_000
let nowMs = 0
/** @type {any[]} */
let sent = []
/** @type {string[]} */
let events = []
/** @type {RemotePlayer} */
let player

const NAMES = [
  "play",
  "pause",
  "seeked",
  "ratechange",
  "loadedmetadata",
  "canplay",
  "playing",
  "waiting",
  "ended",
  "error",
]

beforeEach(() => {
  nowMs = 10_000
  player = new RemotePlayer((command) => sent.push(command), {
    now: () => nowMs,
    wallNow: () => WALL_MS + nowMs,
    later: (callback) => callback(),
  })
  for (const name of NAMES) player.addEventListener(name, () => events.push(name))
  sent = []
  events = []
})

const stampS = (ageMs = 0) => (WALL_MS + nowMs - ageMs) / 1000
const after = (ms) => (nowMs += ms)
const did = () => sent.splice(0).map(({ do: what, ...rest }) => [what, ...Object.values(rest)].join(" "))

/** A player that plays from 30 s on. */
function playing() {
  player.receive({ ready: true, durationS: 100, loadedShare: 0.5 })
  player.currentTime = 30
  void player.play().catch(() => {})
  after(200)
  player.receive({ state: "buffering" })
  player.receive({ state: "playing" })
  player.receive({ positionS: 30.05, stampS: stampS() })
  sent = []
  events = []
}

test("before it is ready it takes settings and sends them once it is", () => {
  player.volume = 0.5
  player.muted = true
  assert.equal(player.readyState, 0)
  sent = []
  player.receive({ ready: true })
  assert.deepEqual(did(), ["volume 0.5", "muted true"])
  assert.deepEqual(events, ["loadedmetadata"])
  assert.equal(player.readyState, 4)
})

test("a seek before the first start is kept: sent at once it would start the player", async () => {
  player.receive({ ready: true, durationS: 100 })
  did()
  player.currentTime = 42
  assert.deepEqual(did(), [])
  assert.equal(player.currentTime, 42)
  assert.equal(player.seeking, false)
  const started = player.play()
  assert.deepEqual(did(), ["seek 42", "play"])
  player.receive({ state: "playing" })
  await started
})

test("an advertisement is loading, whatever it reports, and explained after four seconds", () => {
  player.receive({ ready: true, durationS: 100 })
  player.currentTime = 30
  void player.play().catch(() => {})
  player.receive({ state: "unstarted", positionS: 3, stampS: stampS() })
  assert.equal(player.readyState, 0)
  assert.equal(player.isSlow, false)
  after(5000)
  player.receive({ positionS: 8, stampS: stampS() })
  assert.equal(player.readyState, 0)
  assert.equal(player.isSlow, true)
  player.receive({ state: "playing" })
  player.receive({ positionS: 30.1, stampS: stampS() })
  assert.equal(player.readyState, 4)
  assert.equal(player.isSlow, false)
  assert.ok(Math.abs(player.currentTime - 30.1) < 1e-9)
})

test("a position counts from when it was read, and moves on at the player's rate for a second", () => {
  playing()
  player.receive({ positionS: 40, stampS: stampS(80) })
  assert.ok(Math.abs(player.currentTime - 40.08) < 1e-6)
  after(100)
  assert.ok(Math.abs(player.currentTime - 40.18) < 1e-6)
  player.receive({ rate: 1.25 })
  after(100)
  assert.ok(Math.abs(player.currentTime - 40.305) < 1e-6)
  after(60_000)
  assert.ok(player.currentTime < 42)
})

test("a stamp of another clock is ignored", () => {
  playing()
  player.receive({ positionS: 40, stampS: stampS(3_600_000) })
  assert.equal(player.currentTime, 40)
  player.receive({ positionS: 41, stampS: stampS(-3_600_000) })
  assert.equal(player.currentTime, 41)
})

test("reports from before a pause do not undo it", () => {
  playing()
  player.pause()
  assert.deepEqual(did(), ["pause"])
  assert.deepEqual(events.splice(0), ["pause"])
  after(20)
  player.receive({ state: "playing", positionS: 30.3, stampS: stampS(40) })
  assert.equal(player.paused, true)
  after(100)
  player.receive({ state: "paused", positionS: 30.4, stampS: stampS() })
  after(5000)
  player.check()
  assert.equal(player.paused, true)
  assert.equal(player.currentTime, 30.4)
  assert.ok(!events.includes("play"))
})

test("a pause and a start that others made are noticed", () => {
  playing()
  after(3000)
  player.receive({ state: "paused" })
  assert.equal(player.paused, true)
  assert.ok(events.includes("pause"))
  after(3000)
  player.receive({ state: "playing" })
  assert.equal(player.paused, false)
  assert.ok(events.includes("play"))
  assert.deepEqual(did(), [])
})

test("a seek is over when a position near its goal arrives, and not before", () => {
  playing()
  player.currentTime = 80
  assert.deepEqual(did(), ["seek 80"])
  after(10)
  player.receive({ positionS: 30.4, stampS: stampS(30) })
  assert.equal(player.seeking, true)
  assert.equal(player.currentTime, 80)
  player.receive({ state: "buffering" })
  assert.equal(player.readyState, 1)
  after(500)
  player.receive({ state: "playing" })
  player.receive({ positionS: 80.02, stampS: stampS() })
  assert.equal(player.seeking, false)
  assert.ok(events.includes("canplay"))
  assert.ok(Math.abs(player.currentTime - 80.02) < 1e-9)
})

test("a paused player stands exactly where it was sent", () => {
  playing()
  player.pause()
  player.receive({ state: "paused" })
  player.currentTime = 55.5
  after(300)
  player.receive({ state: "buffering" })
  player.receive({ state: "paused" })
  player.receive({ positionS: 55.483, stampS: stampS() })
  assert.equal(player.currentTime, 55.5)
  assert.equal(player.seeking, false)
})

test("a paused player that loads on only when it plays counts as content after a while", () => {
  playing()
  player.pause()
  player.receive({ state: "paused" })
  player.currentTime = 80
  player.receive({ state: "buffering" })
  assert.equal(player.readyState, 2)
  assert.equal(player.buffered.length, 0)
})

test("a seek without any effect is over after some seconds", () => {
  playing()
  player.currentTime = 80
  for (let i = 0; i < 20; i++) {
    after(250)
    player.receive({ positionS: 30 + i / 4, stampS: stampS() })
  }
  assert.equal(player.seeking, false)
  assert.ok(player.currentTime < 40)
})

test("refused autoplay rejects play() as a media element does, and the start position is kept", async () => {
  player.receive({ ready: true, durationS: 100 })
  player.currentTime = 42
  const started = player.play()
  player.receive({ blocked: true, state: "unstarted" })
  await assert.rejects(started, { name: "NotAllowedError" })
  assert.equal(player.paused, true)
  assert.equal(player.currentTime, 42)
  did()
  player.muted = true
  void player.play().catch(() => {})
  assert.deepEqual(did(), ["muted true", "seek 42", "play"])
})

test("at its end it is paused and ended; a seek from there does not start it", () => {
  playing()
  player.receive({ state: "ended" })
  assert.equal(player.ended, true)
  assert.equal(player.paused, true)
  assert.equal(player.currentTime, 100)
  player.currentTime = 0
  assert.equal(player.ended, false)
  assert.deepEqual(did(), ["seek 0", "pause"])
})

test("an error is final, and has a name", async () => {
  playing()
  const started = player.play()
  player.receive({ failure: "not_embeddable" })
  await assert.rejects(started, { name: "AbortError" })
  assert.equal(player.error?.reason, "not_embeddable")
  assert.equal(player.readyState, 0)
  assert.ok(events.includes("error"))
  events = []
  player.receive({ failure: "not_found", state: "playing" })
  assert.deepEqual(events, [])
})

test("a live stream has no length and nothing to seek in", () => {
  playing()
  player.receive({ live: true, durationS: 4000 })
  assert.equal(player.duration, Infinity)
  assert.equal(player.seekable.length, 0)
})
