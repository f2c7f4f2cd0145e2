import assert from "node:assert/strict"
import { test } from "node:test"
import { RateSupport } from "../../../static/js/core/sync/rate_support.js"
import { each } from "../random.js"
import { Seat, playing } from "./simulated_room.js"

const TEN_MINUTES_MS = 600_000
const DAY_MS = 86_400_000

/** Two excursions that left everything as it was. */
function miss(capability, nowMs) {
  for (let i = 0; i < 2; i++) {
    capability.finished(60)
    capability.verify(58, nowMs)
  }
}

test("what was learned of a browser's rates is tried again, ever more seldom, at least once a day", () => {
  const capability = new RateSupport("chromium")
  let nowMs = 1000
  let lastMs = 0
  for (let i = 0; i < 8; i++) {
    miss(capability, nowMs)
    assert.equal(capability.slewOk, false)
    const fromMs = nowMs
    while (!capability.slewOk) capability.look((nowMs += 60_000))
    assert.ok(nowMs - fromMs >= Math.max(lastMs, TEN_MINUTES_MS))
    assert.ok(nowMs - fromMs <= DAY_MS + 60_000)
    lastMs = nowMs - fromMs
  }
})

test("one excursion that does what was planned ends the doubt", () => {
  const capability = new RateSupport("firefox")
  miss(capability, 0)
  miss(capability, DAY_MS)
  capability.look(3 * DAY_MS)
  capability.finished(60)
  capability.verify(2, 3 * DAY_MS)
  miss(capability, 3 * DAY_MS)
  capability.look(3 * DAY_MS + TEN_MINUTES_MS)
  assert.equal(capability.slewOk, true)
})

test("a page that is opened later remembers the verdict and its end, whatever was kept", () =>
  each(20, (random) => {
    const capability = new RateSupport("chromium")
    miss(capability, 5000)
    const kept = JSON.parse(JSON.stringify(capability.remember()))
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
    bounded.look(DAY_MS)
    assert.equal(bounded.slewOk, true)
  }))

test("WebKit's rates are not tried at all", () => {
  const capability = new RateSupport("webkit")
  capability.look(1e12)
  assert.equal(capability.slewOk, false)
})

test("on a machine whose timers are late nothing is learned of the rates", () =>
  each(20, (random) => {
    const seat = new Seat(random, { model: random.pick(["chromium", "staircase"]) })
    seat.lateMs = 300
    seat.follow(playing(-5000, 0))
    for (let i = 0; i < 40; i++) {
      seat.run(3000)
      seat.player.positionS -= random.between(0, 0.2) // what a pipeline loses that gets no processor
    }
    assert.equal(seat.machine.steering.capability.slewOk, true)
  }))
