import assert from "node:assert/strict"
import { test } from "node:test"

import { TransferRate } from "../../../static/js/core/media/transfer_rate.js"

function progressed(bytesPerS, seconds, rate = new TransferRate(), fromS = 0, from = 0) {
  for (let s = 0; s <= seconds * 10; s++) rate.add(from + (bytesPerS * s) / 10, (fromS + s / 10) * 1000)
  return rate
}

test("a steady transfer has its speed and the time that the rest takes", () => {
  const rate = progressed(2e6, 5)
  assert.equal(Math.round(rate.bytesPerS), 2e6)
  assert.equal(Math.round(rate.secondsLeft(60e6)), 30)
})

test("nothing is said in the first second, and of a transfer that stands still", () => {
  assert.equal(new TransferRate().bytesPerS, null)
  assert.equal(progressed(2e6, 0.5).secondsLeft(1), null)
  assert.equal(progressed(0, 20).bytesPerS, null)
})

test("only the last ten seconds count", () => {
  const rate = progressed(5e6, 20)
  progressed(1e6, 15, rate, 20, 100e6)
  assert.ok(Math.abs(rate.bytesPerS - 1e6) < 1e5, rate.bytesPerS)
})

test("a pause is not a slow transfer", () => {
  const rate = progressed(2e6, 5)
  rate.restart()
  progressed(2e6, 5, rate, 600, 10e6)
  assert.equal(Math.round(rate.bytesPerS), 2e6)
})
