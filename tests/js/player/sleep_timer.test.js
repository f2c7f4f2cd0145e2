import assert from "node:assert/strict"
import { beforeEach, mock, test } from "node:test"
import { simulateBrowser } from "../sync/simulated_element.js"

simulateBrowser()
const { SleepTimer } = await import("../../../static/js/page/player_audio/sleep_timer.js")

const MINUTE_MS = 60_000

const stored = new Map()
/** @type {any} */
const browser = globalThis
browser.localStorage = {
  getItem: (key) => stored.get(key) ?? null,
  setItem: (key, value) => stored.set(key, value),
}

/** The timer of one tab, with the pauses and events that it caused. */
function timerIn({ here = true } = {}) {
  const pauses = []
  const events = []
  /** @type {any} */
  const session = { sound: { here }, emit: (name) => events.push(name) }
  /** @type {any} */
  const commands = { pause: () => pauses.push(Date.now()) }
  return {
    timer: new SleepTimer(session, commands),
    session,
    pauses,
    events,
  }
}

beforeEach(() => {
  stored.clear()
  mock.timers.reset()
  mock.timers.enable({ apis: ["Date"], now: 1_000_000 })
})

test("playback pauses once when the chosen minutes are over, and not before", () => {
  const { timer, pauses, events } = timerIn()
  timer.choose("15")
  mock.timers.tick(15 * MINUTE_MS - 1)
  timer.check()
  assert.deepEqual(pauses, [])
  mock.timers.tick(1)
  timer.check()
  timer.check()
  assert.equal(pauses.length, 1)
  assert.deepEqual(events, ["sleep"])
  assert.equal(timer.setting, null)
})

test("only the tab that plays the sound pauses, and only that one clears the timer", () => {
  const silent = timerIn({ here: false })
  const playing = timerIn()
  silent.timer.choose("1")
  mock.timers.tick(MINUTE_MS)
  silent.timer.check()
  assert.deepEqual(silent.pauses, [])
  assert.ok(playing.timer.setting?.untilMs)
  playing.timer.check()
  assert.equal(playing.pauses.length, 1)
  assert.equal(silent.timer.setting, null)
})

test("a timer until the end of the track ends with the first track that is over", () => {
  const { timer, pauses, events } = timerIn()
  timer.choose("track")
  mock.timers.tick(60 * MINUTE_MS)
  timer.check()
  assert.deepEqual(pauses, []) // the player stops by itself there
  assert.equal(timer.trackEnded(), true)
  assert.equal(timer.trackEnded(), false)
  assert.deepEqual(events, ["sleep"])
})

test("a timer of minutes does not stop playback at the end of a track", () => {
  const { timer } = timerIn()
  timer.choose("30")
  assert.equal(timer.trackEnded(), false)
  assert.ok(timer.setting?.untilMs)
})

test("the empty choice turns the timer off", () => {
  const { timer, pauses } = timerIn()
  timer.choose("15")
  timer.choose("")
  mock.timers.tick(20 * MINUTE_MS)
  timer.check()
  assert.equal(timer.setting, null)
  assert.deepEqual(pauses, [])
})

test("a timer that ran out more than a minute ago, while no tab was open, is forgotten", () => {
  const { timer, pauses } = timerIn()
  timer.choose("15")
  mock.timers.tick(16 * MINUTE_MS + 1)
  timer.check()
  assert.equal(timer.setting, null)
  assert.deepEqual(pauses, [])
})
