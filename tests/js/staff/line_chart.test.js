import assert from "node:assert/strict"
import test from "node:test"

import { path, scale } from "../../../static/js/page/staff/line_chart.js"

const place = { fromMs: 0, spanMs: 600_000, top: 10 }
const at = (/** @type {number} */ second, /** @type {number | null} */ value) => ({
  at_ms: second * 1000,
  value,
})

test("a scale ends at the next round number, whatever the size", () => {
  assert.deepEqual([0.3, 1, 3, 9.9, 10, 11, 480, 5001].map(scale), [0.5, 1, 5, 10, 10, 20, 500, 10_000])
})

test("now is at the right edge, zero at the bottom, and the maximum at the top", () => {
  assert.equal(path([at(0, 0), at(1, 10)], "value", place), "M0.0 118.0L1.0 2.0")
  assert.equal(path([at(600, 5)], "value", place), "M600.0 60.0")
})

test("the line is interrupted where values are missing or a gap in time is long", () => {
  const drawn = path([at(1, 1), at(2, null), at(3, 1), at(10, 1), at(11, 1)], "value", place)
  assert.deepEqual([...drawn].filter((letter) => /[ML]/.test(letter)).join(""), "MLML")
})

test("values older than the chart, or above its scale, stay within it", () => {
  const drawn = path([at(-5, 3), at(1, 99)], "value", place)
  assert.equal(drawn, "M1.0 2.0")
})
