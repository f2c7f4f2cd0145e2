import assert from "node:assert/strict"
import { test } from "node:test"
import { shareAfter } from "../../../static/js/core/media/preparation_progress.js"
import { each } from "../random.js"

const running = (progress, left_s) => ({ state: "running", progress, left_s })

test("between two looks the share is within five percent, also of a copy that takes six seconds", () =>
  each(300, (random) => {
    const takesS = random.between(6, 3600)
    const atS = random.between(0.1, takesS)
    const elapsedS = random.between(0, 1)
    const wrong = random.between(0.8, 1.2) // ffmpeg's speed is a mean since its start
    const report = running(atS / takesS, (takesS - atS) / wrong)
    const truth = Math.min(1, (atS + elapsedS) / takesS)
    assert.ok(Math.abs(shareAfter(report, elapsedS * 1000) - truth) <= 0.05)
  }))

test("it never runs backwards, away, or to the end", () => {
  assert.equal(shareAfter(running(0.5, 10), -100), 0.5)
  assert.equal(shareAfter(running(0.5, 10), 3_600_000), 0.6)
  assert.equal(shareAfter(running(0.9, 1), 2000), 0.99)
  assert.equal(shareAfter(running(0.5, null), 1000), 0.5)
  assert.equal(shareAfter({ state: "queued", progress: 0, left_s: null }, 1000), 0)
  assert.equal(shareAfter({ state: "done", progress: 1, left_s: null }, 1000), 1)
})
