import assert from "node:assert/strict"
import { test } from "node:test"

import { Taps } from "../../../static/js/core/touch/taps.js"

const LEFT = 0.1
const MIDDLE = 0.5
const RIGHT = 0.9

/** Effects of taps given as [time in ms, share of the width]. */
function effectsOf(...taps) {
  const recogniser = new Taps()
  return taps.map(([atMs, share]) => recogniser.tap({ atMs, share }))
}

test("a single tap does nothing, wherever it is", () => {
  for (const share of [0, LEFT, MIDDLE, RIGHT, 1]) assert.deepEqual(effectsOf([0, share]), [null])
})

test("a double tap seeks back on the left and forward on the right", () => {
  assert.deepEqual(effectsOf([0, LEFT], [200, LEFT]).at(-1), { do: "seek", stepS: -10, totalS: -10 })
  assert.deepEqual(effectsOf([0, RIGHT], [200, RIGHT]).at(-1), { do: "seek", stepS: 10, totalS: 10 })
})

test("further taps seek again, and the total grows", () => {
  const effects = effectsOf([0, RIGHT], [200, RIGHT], [800, RIGHT], [1400, RIGHT])
  assert.deepEqual(
    effects.slice(1).map(({ stepS, totalS }) => [stepS, totalS]),
    [
      [10, 10],
      [10, 20],
      [10, 30],
    ],
  )
})

test("slow taps are single taps", () => {
  assert.deepEqual(effectsOf([0, LEFT], [400, LEFT], [800, LEFT]), [null, null, null])
  assert.equal(effectsOf([0, LEFT], [200, LEFT], [1000, LEFT]).at(-1), null)
})

test("taps on different sides are single taps", () => {
  assert.deepEqual(effectsOf([0, LEFT], [100, RIGHT], [200, MIDDLE], [300, LEFT]), [null, null, null, null])
})

test("a double tap in the middle toggles fullscreen once", () => {
  const effects = effectsOf([0, MIDDLE], [100, MIDDLE], [200, MIDDLE], [300, MIDDLE])
  assert.deepEqual(effects, [null, { do: "fullscreen" }, null, { do: "fullscreen" }])
})

test("a clock that goes back makes no double tap", () => {
  assert.deepEqual(effectsOf([1000, LEFT], [900, LEFT]), [null, null])
})
