import assert from "node:assert/strict"
import { test } from "node:test"
import {
  StallDetector,
  Standstill,
  hasData,
  hasEnough,
  stallReason,
} from "../../../static/js/core/sync/stall_detector.js"
import { each } from "../random.js"

const changesOf = (random, { moves, readyState, aheadS, rate = 1 }) => {
  const detector = new StallDetector()
  const changes = new Set()
  let timeS = random.between(0, 100)
  for (let nowMs = 0; nowMs < 6000;) {
    const stepMs = random.between(20, 260)
    nowMs += stepMs
    if (moves) timeS += (rate * stepMs) / 1000
    const shownS = Math.floor(timeS / 0.04) * 0.04 // the coarsest known clock
    changes.add(
      detector.update({
        nowMs,
        currentTimeS: shownS,
        durationS: 1000,
        readyState,
        seeking: false,
        paused: false,
        bufferedAheadS: aheadS,
        idle: false,
        rate,
      }),
    )
  }
  return changes
}

test("a player that moves at its rate with data ahead is not stalled, whatever its readyState is", () =>
  each(60, (random) => {
    const changes = changesOf(random, {
      moves: true,
      readyState: random.pick([2, 3, 4]),
      aheadS: random.between(1, 60),
      rate: random.pick([0.5, 1, 1.5, 3]),
    })
    assert.deepEqual([...changes], ["fine"])
  }))

test("a player that stands, or reports no data ahead, is stalled", () =>
  each(60, (random) => {
    assert.ok(
      changesOf(random, {
        moves: false,
        readyState: random.pick([1, 2, 3, 4]),
        aheadS: random.between(0, 60),
      }).has("began"),
    )
    assert.ok(changesOf(random, { moves: true, readyState: random.pick([1, 2]), aheadS: 0 }).has("began"))
  }))

test("a player that moves at a fraction of its rate is stalled", () =>
  each(20, (random) => {
    const detector = new StallDetector()
    let began = false
    for (let nowMs = 0; nowMs < 5000; nowMs += 100) {
      const element = {
        nowMs,
        currentTimeS: 10 + nowMs / 1e4,
        durationS: 1000,
        readyState: 2,
        seeking: false,
        paused: false,
        bufferedAheadS: 30,
        rate: random.pick([1, 1.5, 2]),
      }
      began ||= detector.update(element) === "began"
    }
    assert.ok(began)
  }))

test("buffered data counts, not readyState; near the end the remaining data is enough", () => {
  const element = { currentTimeS: 10, durationS: 100, readyState: 2, bufferedAheadS: 5, idle: false }
  assert.ok(hasData(element))
  assert.ok(hasEnough(element))
  assert.ok(!hasData({ ...element, bufferedAheadS: 0.4 }))
  assert.ok(!hasEnough({ ...element, bufferedAheadS: 2 }))
  assert.ok(hasData({ ...element, currentTimeS: 99.6, bufferedAheadS: 0.3 }))
  assert.ok(!hasData({ ...element, readyState: 1 }))
})

test("the reason of a stall is reported", () => {
  const element = { hidden: false, seeking: false, readyState: 2 }
  assert.equal(stallReason(element), "network")
  assert.equal(stallReason({ ...element, readyState: 4 }), "decode")
  assert.equal(stallReason({ ...element, seeking: true }), "seek")
  assert.equal(stallReason({ ...element, seeking: true, hidden: true }), "hidden")
})

test("a player is late after three seconds without a new picture, however its state is called meanwhile", () => {
  const standstill = new Standstill()
  assert.equal(standstill.leftMs(0), Infinity)
  standstill.update(true, 10_700, 10_000)
  assert.equal(standstill.leftMs(10_700), 2300)
  standstill.update(true, 12_999)
  assert.equal(standstill.late, false)
  standstill.update(true, 13_000)
  assert.equal(standstill.late, true)
  assert.equal(standstill.leftMs(13_000), Infinity)
  standstill.update(false, 13_100)
  assert.equal(standstill.late, false)
  standstill.update(true, 20_000)
  assert.equal(standstill.leftMs(20_000), 3000)
})
