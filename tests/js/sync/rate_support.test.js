import assert from "node:assert/strict"
import { test } from "node:test"
import { RateSupport } from "../../../static/js/core/sync/rate_support.js"
import { each } from "../random.js"
import { Viewer, playing } from "./simulated_room.js"

const TEN_MINUTES_MS = 600_000
const DAY_MS = 86_400_000

/** Two excursions without effect. */
function miss(rateSupport, nowMs) {
  for (let i = 0; i < 2; i++) {
    rateSupport.excursionFinished(60)
    rateSupport.verify(58, nowMs)
  }
}

test("rates without effect are tried again, less and less often, at least once a day", () => {
  const rateSupport = new RateSupport("chromium")
  let nowMs = 1000
  let lastMs = 0
  for (let i = 0; i < 8; i++) {
    miss(rateSupport, nowMs)
    assert.equal(rateSupport.slewOk, false)
    const fromMs = nowMs
    while (!rateSupport.slewOk) rateSupport.update((nowMs += 60_000))
    assert.ok(nowMs - fromMs >= Math.max(lastMs, TEN_MINUTES_MS))
    assert.ok(nowMs - fromMs <= DAY_MS + 60_000)
    lastMs = nowMs - fromMs
  }
})

test("one excursion with its planned effect ends the doubt", () => {
  const rateSupport = new RateSupport("firefox")
  miss(rateSupport, 0)
  miss(rateSupport, DAY_MS)
  rateSupport.update(3 * DAY_MS)
  rateSupport.excursionFinished(60)
  rateSupport.verify(2, 3 * DAY_MS)
  miss(rateSupport, 3 * DAY_MS)
  rateSupport.update(3 * DAY_MS + TEN_MINUTES_MS)
  assert.equal(rateSupport.slewOk, true)
})

test("a page that is opened later restores the result and its expiry, whatever was stored", () =>
  each(20, (random) => {
    const rateSupport = new RateSupport("chromium")
    miss(rateSupport, 5000)
    const kept = JSON.parse(JSON.stringify(rateSupport.snapshot()))
    assert.equal(new RateSupport("chromium", kept, 6000).slewOk, false)
    assert.equal(new RateSupport("chromium", kept, 5000 + TEN_MINUTES_MS).slewOk, true)
    const spoilt = random.pick([
      null,
      {},
      { slewOk: false },
      { notBeforeMs: null, retryMs: 1 },
      { notBeforeMs: "x", retryMs: NaN },
    ])
    assert.equal(new RateSupport("chromium", spoilt, 0).slewOk, true)
    const far = { notBeforeMs: 1e15, retryMs: random.pick([1, 1e15]) }
    assert.equal(new RateSupport("chromium", far, DAY_MS).slewOk, false)
    const bounded = new RateSupport("chromium", far, 0)
    bounded.update(DAY_MS)
    assert.equal(bounded.slewOk, true)
  }))

test("WebKit's rates are never tried", () => {
  const rateSupport = new RateSupport("webkit")
  rateSupport.update(1e12)
  assert.equal(rateSupport.slewOk, false)
})

test("late timers on a busy machine do not count against the rates", () =>
  each(20, (random) => {
    const viewer = new Viewer(random, { model: random.pick(["chromium", "staircase"]) })
    viewer.lateMs = 300
    viewer.follow(playing(-5000, 0))
    for (let i = 0; i < 40; i++) {
      viewer.run(3000)
      viewer.player.positionS -= random.between(0, 0.2) // a pipeline without CPU time loses this
    }
    assert.equal(viewer.controller.rateControl.rateSupport.slewOk, true)
  }))
