import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { instantOf, positionAt, timelineOf, untilSwitchMs } from "../../../static/js/core/sync/timeline.js"
import { each, Random } from "../random.js"

const vectors = JSON.parse(readFileSync(new URL("../../vectors/timeline.json", import.meta.url), "utf8"))

const fromVector = (v) => ({
  timestamp: v.at_ms,
  current_time: v.position_s,
  is_playing: v.playing,
  rate: v.rate,
  duration: v.duration_s,
  duration_source: v.duration_source,
})

test("positions agree with the examples that Python reads too", () => {
  for (const { timeline, now_ms, position_s } of vectors) {
    const got = positionAt(fromVector(timeline), now_ms)
    assert.ok(
      Math.abs(got - position_s) < 1e-6,
      `${JSON.stringify(timeline)} at ${now_ms}: ${got}, not ${position_s}`,
    )
  }
})

const anyTimeline = (random) => ({
  timestamp: random.between(0, 1e13),
  current_time: random.between(0, 5000),
  is_playing: random.chance(0.7),
  rate: random.between(0.25, 3),
  duration: random.chance(0.3) ? null : random.between(5000, 9000),
})

test("a paused room stands still", () =>
  each(500, (random) => {
    const timeline = { ...anyTimeline(random), is_playing: false }
    assert.equal(positionAt(timeline, timeline.timestamp + random.between(-1e6, 1e6)), timeline.current_time)
  }))

test("a playing room stands still until its timestamp, then moves by its rate until it ends", () =>
  each(500, (random) => {
    const timeline = { ...anyTimeline(random), is_playing: true }
    assert.equal(positionAt(timeline, timeline.timestamp - random.between(0, 1e6)), timeline.current_time)
    const elapsedMs = random.between(0, 1e6)
    const moved = Math.min(
      timeline.current_time + (timeline.rate * elapsedMs) / 1000,
      timeline.duration ?? Infinity,
    )
    assert.ok(Math.abs(positionAt(timeline, timeline.timestamp + elapsedMs) - moved) < 1e-4)
  }))

test("at the instant of a position the timeline has that position", () =>
  each(500, (random) => {
    const timeline = {
      ...anyTimeline(random),
      is_playing: true,
      timestamp: random.between(0, 1e9),
      duration: null,
    }
    const positionS = timeline.current_time + random.between(0, 5000)
    assert.ok(Math.abs(positionAt(timeline, instantOf(timeline, positionS)) - positionS) < 1e-3)
  }))

test("media that play go on until other media, announced before, are about to start", () => {
  const own = { ...anyTimeline(new Random(1)), is_playing: true }
  const next = { ...own, timestamp: 10_000 }
  assert.equal(untilSwitchMs(own, next, 8000), 1700)
  assert.equal(untilSwitchMs(own, next, 9800), 0)
  assert.equal(untilSwitchMs(own, next, 12_000), 0)
  assert.equal(untilSwitchMs({ ...own, is_playing: false }, next, 8000), 0)
  assert.equal(untilSwitchMs(own, { ...next, is_playing: false }, 8000), 0)
  assert.equal(untilSwitchMs(null, next, 8000), 0)
})

test("an event contains a complete timeline", () => {
  const payload = {
    current_time: 83.2,
    is_playing: true,
    rate: 1.5,
    phase: "playing",
    duration: 90,
    media: null,
  }
  assert.deepEqual(timelineOf({ type: "seek", room_id: "r", timestamp: 5, revision: 42, payload }), {
    revision: 42,
    timestamp: 5,
    ...payload,
    hold: null,
    duration_source: null,
  })
})
