import assert from "node:assert/strict"
import { test } from "node:test"
import { RateSupport } from "../../../static/js/core/sync/rate_support.js"
import { each } from "../random.js"
import { Viewer, playing } from "./simulated_room.js"

const TEN_MINUTES_MS = 600_000
const DAY_MS = 86_400_000

/** Two excursions that left everything as it was. */
function miss(rateSupport, nowMs) {
  for (let i = 0; i < 2; i++) {
    rateSupport.excursionFinished(60)
    rateSupport.verify(58, nowMs)
  }
}

test("what was learned of a browser's rates is tried again, ever more seldom, at least once a day", () => {
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

test("one excursion that does what was planned ends the doubt", () => {
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

test("a page that is opened later remembers the verdict and its end, whatever was kept", () =>
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

test("WebKit's rates are not tried at all", () => {
  const rateSupport = new RateSupport("webkit")
  rateSupport.update(1e12)
  assert.equal(rateSupport.slewOk, false)
})

test("on a machine whose timers are late nothing is learned of the rates", () =>
  each(20, (random) => {
    const viewer = new Viewer(random, { model: random.pick(["chromium", "staircase"]) })
    viewer.lateMs = 300
    viewer.follow(playing(-5000, 0))
    for (let i = 0; i < 40; i++) {
      viewer.run(3000)
      viewer.player.positionS -= random.between(0, 0.2) // what a pipeline loses that gets no processor
    }
    assert.equal(viewer.machine.rateControl.rateSupport.slewOk, true)
  }))
