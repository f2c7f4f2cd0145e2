import assert from "node:assert/strict"
import { mock, test } from "node:test"
import { simulateBrowser } from "../sync/simulated_element.js"

const made = simulateBrowser()
const { AudioOutput } = await import("../../../static/js/page/player_audio/output.js")

/** @returns {any} */
const item = (id) => ({
  id,
  title: "t",
  artist: "",
  album: "",
  album_id: null,
  duration: 100,
  kind: "audio",
  mime: "audio/ogg",
  url: `/media/library/${id}`,
  cover: null,
  missing: false,
})
const STATE = {
  revision: 3,
  entries: [
    { id: "1.0", item: 7 },
    { id: "1.1", item: 8 },
  ],
  current: "1.0",
  position: 10,
  at: 0,
  is_playing: true,
  rate: 1,
  repeat: "off",
  can_undo: false,
  can_redo: false,
}

/** An output that plays, and the events it reported. */
function playing() {
  const told = []
  const tell = (what) => () => void told.push(what)
  const line = { cut: false }
  const voice = new AudioOutput({
    isOffline: () => line.cut,
    ended: tell("ended"),
    refused: tell("refused"),
    halted: tell("halted"),
    failed: tell("failed"),
    moved() {},
    placed() {},
    picture() {},
  })
  const follow = (changed = {}, id = 7) =>
    voice.follow({ state: { ...STATE, ...changed }, item: item(id), nextItem: item(8) }, 0)
  follow()
  const element = /** @type {any} */ (voice.track?.element)
  element.deliver()
  return { voice: /** @type {any} */ (voice), told, follow, line, element }
}

test("the player's own pause is reported to no listener, however late its event comes", () => {
  const { told, follow, element } = playing()
  follow({ is_playing: false })
  follow()
  element.deliver()
  follow({ is_playing: false })
  element.deliver()
  assert.deepEqual(told, [])
})

test("a foreign pause is reported once, and only a user action resumes", () => {
  const { voice, told, follow, element } = playing()
  element.pause()
  element.deliver()
  assert.deepEqual(told, ["halted"])
  follow({ at: 5 })
  assert.ok(element.paused)
  voice.halted = false // a user action, or the player is paused
  follow()
  assert.equal(element.paused, false)
  element.deliver()
  element.pause()
  element.deliver()
  assert.deepEqual(told, ["halted", "halted"])
})

test("an own pause after a refused play is still expected", () => {
  const { voice, told, follow, element } = playing()
  follow({ is_playing: false })
  element.play = () => Promise.reject(Object.assign(new Error(), { name: "AbortError" }))
  voice.track.play()
  element.deliver()
  assert.deepEqual(told, [])
})

test("an end well before the library's duration is detected, whatever position the browser reports", () => {
  const { voice, element } = playing()
  element.runTo(14)
  element.runTo(15)
  element.end()
  assert.equal(voice.track.truncation.claimedS, 100)
  assert.equal(voice.track.truncation.played, true)
  assert.ok(Math.abs(voice.track.truncation.endS - 15) <= 0.5)
  const whole = playing()
  whole.element.runTo(98.5)
  whole.element.runTo(99.5)
  whole.element.end()
  assert.equal(whole.voice.track.truncation, null)
})

test("a seek beyond the data is not an end of playback", () => {
  const { voice, element } = playing()
  element.runTo(14)
  element.fire("seeking", { seeking: true, currentTime: 60 })
  element.deliver()
  element.fire("seeked", { seeking: false, currentTime: 100, ended: true, paused: true })
  element.deliver()
  assert.deepEqual(voice.track.truncation, { endS: 60, claimedS: 100, played: false })
})

test("an end, and a track that is not playing any more, is not a foreign pause", () => {
  const { told, element } = playing()
  element.end()
  assert.deepEqual(told, ["ended"])
})

test("a reused element reports nothing about the previous track, even if its events come late", () => {
  made.dropsPending = false
  const { voice, told, follow } = playing()
  follow({ current: "1.1", position: 0 }, 8)
  voice.track.element.deliver()
  voice.drop()
  follow()
  voice.track.element.deliver()
  assert.deepEqual(told, [])
  made.dropsPending = true
})

test("playback that the system resumes by itself stays silent", () => {
  const { follow, element } = playing()
  element.pause()
  element.deliver()
  follow({ is_playing: false })
  element.play()
  element.deliver()
  assert.ok(element.paused)
})

test("a track that cannot be preloaded is released, and not loaded again before its turn", () => {
  const { voice, told, element } = playing()
  element.currentTime = 90
  voice.prepare(item(8))
  const { ahead } = voice
  voice.trackCallbacks.failed(ahead)
  assert.ok(ahead.controller.signal.aborted)
  voice.prepare(item(8))
  assert.equal(voice.ahead, null)
  voice.prepare(item(9))
  assert.equal(voice.ahead?.item.id, 9)
  assert.deepEqual(told, [])
})

test("a file that breaks off is loaded again once, and once more if it progressed in between", (context) => {
  mock.timers.enable({ apis: ["setTimeout"] })
  context.after(() => mock.timers.reset())
  const { told, element } = playing()
  const breaks = (atS) => {
    element.breakAt(atS)
    mock.timers.tick(2000)
    element.runTo(atS)
  }
  breaks(30)
  element.runTo(36)
  breaks(50)
  assert.deepEqual(told, [])
  element.breakAt(50.2) // at the same position again
  assert.deepEqual(told, ["failed"])
})

test("without a connection a file is waited for as long as it takes, and loaded as soon as there is one", (context) => {
  mock.timers.enable({ apis: ["setTimeout"] })
  context.after(() => mock.timers.reset())
  const { voice, told, line, element } = playing()
  line.cut = true
  for (let time = 0; time < 20; time += 1) {
    element.breakAt(30)
    mock.timers.tick(2000)
    assert.equal(element.error, null)
  }
  element.breakAt(30)
  line.cut = false
  voice.reconnected()
  assert.equal(element.error, null)
  element.deliver()
  assert.deepEqual([element.currentTime, element.paused], [30, false])
  voice.reconnected() // nothing is broken, so it plays on
  element.runTo(31)
  assert.deepEqual([element.currentTime, told.length], [31, 0])
})

test("a fade-in is audible from the beginning, so that a browser that needs a gesture refuses at once", () => {
  const { voice, follow } = playing()
  follow({ is_playing: false })
  voice.start()
  follow()
  const { volume } = voice.track.element
  assert.ok(volume > 0 && volume < 0.01, `${volume}`)
})

test("the player waits for data only if none is buffered ahead, whatever readyState is", () => {
  const { voice, element } = playing()
  const buffered = (endS) => ({ length: 1, start: () => 0, end: () => endS })
  const { currentTime } = element
  for (const [readyState, endS, waits] of [
    [4, 0, false],
    [3, 0, false],
    [2, currentTime + 5, false],
    [2, currentTime + 0.2, true],
    [1, currentTime + 5, true],
  ]) {
    Object.assign(element, { readyState, buffered: buffered(endS) })
    assert.equal(voice.waits, waits, `${readyState}, ${endS} s`)
  }
})
