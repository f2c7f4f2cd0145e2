import assert from "node:assert/strict"
import { test } from "node:test"
import { dataEndS, isOut, LoadActivity } from "../../../static/js/page/streams/hls_activity.js"

test("hls.js is idle since its last part ended, however it ended, and not during a long transfer", () => {
  const listeners = new Map()
  const hls = { on: (type, listener) => listeners.set(type, listener) }
  let nowMs = 1000
  const activity = new LoadActivity(
    hls,
    { FRAG_LOADING: "loading", FRAG_LOADED: "loaded", ERROR: "error" },
    () => nowMs,
  )
  const happens = (type, afterMs) => {
    nowMs += afterMs
    listeners.get(type)?.()
  }
  nowMs += 50
  assert.equal(activity.idleMs, 50)
  for (const end of ["loaded", "error"]) {
    happens("loading", 0)
    nowMs += 60_000
    assert.ok(activity.idleMs < 0)
    happens(end, 0)
    nowMs += 7000
    assert.equal(activity.idleMs, 7000)
  }
  activity.restarted()
  assert.equal(activity.idleMs, 0)
})

test("what is left to play goes on across small gaps, which browsers play across, and ends at a hole", () => {
  const element = (currentTime, ...ranges) =>
    /** @type {any} */ ({
      currentTime,
      buffered: { length: ranges.length, start: (i) => ranges[i][0], end: (i) => ranges[i][1] },
    })
  const ranges = [
    [2, 17.999999],
    [18, 24],
    [26, 30],
  ]
  assert.equal(dataEndS(element(17.9, ...ranges)), 24)
  assert.equal(isOut(element(17.9, ...ranges)), false)
  assert.equal(isOut(element(23.8, ...ranges)), true)
  assert.equal(isOut(element(25, ...ranges)), true)
  assert.equal(isOut(element(5)), true)
})
