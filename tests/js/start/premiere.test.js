import assert from "node:assert/strict"
import { test } from "node:test"

import { isAwaited, premiereChange, timeLeft } from "../../../static/js/core/start/premiere.js"

const NOW_MS = 1_795_219_200_000
const LATER_MS = NOW_MS + 60_000

test("the time left is rounded up, so that it is 0 at the instant only", () => {
  assert.deepEqual(timeLeft(86_400_000 * 2 + 3_723_000), { days: 2, hours: 1, minutes: 2, seconds: 3 })
  assert.equal(timeLeft(1).seconds, 1)
  assert.equal(timeLeft(0).seconds, 0)
  assert.equal(timeLeft(-5000).seconds, 0)
})

test("members wait while it is ahead and nothing plays", () => {
  const playing = (timestamp) => ({ is_playing: true, timestamp })
  assert.equal(isAwaited(LATER_MS, null, NOW_MS), true)
  assert.equal(isAwaited(LATER_MS, playing(LATER_MS), NOW_MS), true, "announced, and not started yet")
  assert.equal(isAwaited(LATER_MS, playing(NOW_MS - 1), NOW_MS), false)
  assert.equal(isAwaited(NOW_MS, null, NOW_MS), false)
  assert.equal(isAwaited(null, null, NOW_MS), false)
})

test("a change is reported if it concerns members who wait", () => {
  assert.equal(premiereChange(null, LATER_MS, NOW_MS), "set")
  assert.equal(premiereChange(LATER_MS, LATER_MS + 1, NOW_MS), "moved")
  assert.equal(premiereChange(LATER_MS, null, NOW_MS), "cancelled")
  assert.equal(premiereChange(LATER_MS, LATER_MS, NOW_MS), null)
  assert.equal(premiereChange(NOW_MS - 1, null, NOW_MS), null, "it took place")
})
