import assert from "node:assert/strict"
import { test } from "node:test"
import { LatencyModel } from "../../../static/js/core/sync/latency_model.js"

test("latencies are learned, stored and never absurd", () => {
  const latencies = new LatencyModel("chromium")
  for (let i = 0; i < 20; i++) latencies.recordStart("fresh", 120 - latencies.startMs.fresh)
  assert.ok(Math.abs(latencies.startMs.fresh - 120) < 1)
  latencies.recordStart("fresh", 1e6)
  latencies.recordSeek("buffered", -1e6)
  assert.deepEqual([latencies.startMs.fresh, latencies.seekMs.buffered], [250, 0])
  assert.deepEqual(
    new LatencyModel("chromium", JSON.parse(JSON.stringify(latencies.snapshot()))).snapshot(),
    latencies.snapshot(),
  )
  const spoilt = new LatencyModel("chromium", { startMs: { fresh: "x", rest: NaN }, seekMs: null })
  assert.deepEqual(spoilt.snapshot(), new LatencyModel("chromium").snapshot())
})

test("a longer time to place is learned at once, a shorter one slowly, and one above a second never", () => {
  const latencies = new LatencyModel("chromium")
  latencies.recordPlacing("buffered", 490)
  assert.equal(latencies.placeMs.buffered, 90 + 0.7 * 400)
  latencies.recordPlacing("buffered", 270)
  assert.equal(latencies.placeMs.buffered, 370 - 0.15 * 100)
  for (let i = 0; i < 20; i++) latencies.recordPlacing("buffered", 9000)
  assert.deepEqual(latencies.placeMs, { buffered: 1000, unbuffered: 400 })
})
