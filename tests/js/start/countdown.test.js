import assert from "node:assert/strict"
import { test } from "node:test"

import { digitAt, digitChangesInMs } from "../../../static/js/core/start/countdown.js"

const START_MS = 1_795_219_200_000

test("three digits, a second each, and none at the start", () => {
  const at = (leftMs) => digitAt(START_MS, START_MS - leftMs)
  assert.deepEqual([3001, 3000, 2001, 2000, 1001, 1000, 1, 0, -5].map(at), [0, 3, 3, 2, 2, 1, 1, 0, 0])
})

test("following the announced changes shows each digit once, at its own instant, from any beginning", () => {
  for (const beginMs of [5000, 4321.5, 3000, 2999.5, 1500.25, 700]) {
    let nowMs = START_MS - beginMs
    const shown = []
    for (let steps = 0; ; steps++) {
      assert.ok(steps < 6, "it ends")
      shown.push([digitAt(START_MS, nowMs), Math.round(START_MS - nowMs)])
      const inMs = digitChangesInMs(START_MS, nowMs)
      if (inMs === null) break
      nowMs += inMs
    }
    const digits = shown.map(([digit]) => digit).filter(Boolean)
    assert.deepEqual(digits, [3, 2, 1].slice(3 - digits.length))
    assert.deepEqual(shown.at(-1), [0, 0])
    for (const [digit, leftMs] of shown.slice(1)) assert.equal(leftMs, digit * 1000)
  }
})
