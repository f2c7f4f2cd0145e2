import assert from "node:assert/strict"
import { test } from "node:test"

import { positionAt, shifted } from "../../../static/js/core/sync/timeline.js"

const PLAYING = { timestamp: 10_000, current_time: 5, is_playing: true, rate: 1.5, duration: 100 }
const PAUSED = { ...PLAYING, is_playing: false }

const clamp = (positionS, { duration }) => Math.min(Math.max(positionS, 0), duration)

test("a shifted copy is at the room's position and its shift, at every moment", () => {
  for (const timeline of [PLAYING, PAUSED])
    for (const shiftS of [0, 0.1, 3, 40, -0.1, -3, -5, -20])
      for (let nowMs = 9000; nowMs < 90_000; nowMs += 500) {
        const copy = shifted(timeline, shiftS)
        // before its own beginning, and beyond its own end, a copy stands still
        const want = clamp(positionAt({ ...timeline, duration: null }, nowMs) + shiftS, copy)
        const found = positionAt(copy, nowMs)
        assert.ok(Math.abs(found - want) < 1e-9, `${shiftS} s at ${nowMs}: ${found}, not ${want}`)
      }
})

test("a copy that begins later than the room waits for its beginning", () => {
  const copy = shifted(PLAYING, -20)
  assert.equal(copy.current_time, 0)
  assert.equal(copy.timestamp, 10_000 + (15 / 1.5) * 1000)
})

test("without a shift the timeline is the same object", () => {
  assert.equal(shifted(PLAYING, 0), PLAYING)
})

test("an unknown duration stays unknown", () => {
  assert.equal(shifted({ ...PLAYING, duration: null }, 5).duration, null)
})
