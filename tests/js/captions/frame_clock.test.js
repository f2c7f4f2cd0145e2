import assert from "node:assert/strict"
import { test } from "node:test"
import { ForwardPosition, FrameClock } from "../../../static/js/core/captions/frame_clock.js"
import { each } from "../random.js"

test("between two frames the position goes on at the rate", () =>
  each(100, (random) => {
    const [clock, rate, startS] = [new FrameClock(), random.between(0.5, 2), random.between(0, 5000)]
    const elementS = (/** @type {number} */ ms) => startS + (Math.floor(ms / 40) * 40 * rate) / 1000 // in steps
    for (let ms = 0; ms < 2000; ms += 1000 / 24) {
      const isNews = clock.shown(startS + (ms * rate) / 1000, ms, rate)
      assert.equal(isNews, ms === 0)
      const laterMs = ms + random.between(0, 40)
      const positionS = clock.positionS(laterMs, elementS(laterMs))
      assert.ok(positionS !== null && Math.abs(positionS - startS - (laterMs * rate) / 1000) < 1e-6)
    }
  }))

test("a frame that is not shown yet, an old one and one of another place say nothing", () => {
  const clock = new FrameClock()
  assert.equal(clock.positionS(0, 10), null)
  clock.shown(10, 0, 2)
  assert.equal(clock.positionS(20, 10), 10.04)
  assert.equal(clock.shown(10.8, 40, 2), true)
  assert.equal(clock.positionS(40, 10.08), null)
  clock.shown(10.16, 80, 2)
  assert.equal(clock.positionS(500, 11), null)
  clock.shown(11, 500, 2)
  clock.forget()
  assert.equal(clock.positionS(501, 11), null)
})

test("the position never goes back while it is only a little wrong, and is never far from it", () =>
  each(100, (random) => {
    const [position, rate, startS] = [new ForwardPosition(), random.between(0.5, 2), random.between(0, 5000)]
    let before = -Infinity
    for (let ms = 0; ms < 2000; ms += random.between(1, 100)) {
      const knownS = startS + ((ms + random.between(-100, 100)) * rate) / 1000
      const foundS = position.at(knownS, rate)
      assert.ok(foundS >= before)
      assert.ok(foundS - knownS <= (200 * rate) / 1000)
      before = foundS
    }
  }))

test("another place is where it is", () => {
  const position = new ForwardPosition()
  assert.equal(position.at(100, 1), 100)
  assert.equal(position.at(99.9, 1), 100)
  assert.equal(position.at(99, 1), 99)
  assert.equal(position.at(200, 1), 200)
  position.forget()
  assert.equal(position.at(199.9, 1), 199.9)
})
