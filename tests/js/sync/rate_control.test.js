import assert from "node:assert/strict"
import { test } from "node:test"
import { SETTLE_MS, RateControl } from "../../../static/js/core/sync/rate_control.js"
import { each } from "../random.js"
import { positionAt } from "../../../static/js/core/sync/timeline.js"
import { Viewer, playing, standing } from "./simulated_room.js"

/** A viewer who plays already, `errorMs` behind the room, in steady state. */
function behind(random, errorMs, behaviour) {
  const viewer = new Viewer(random, behaviour)
  viewer.follow(playing(0, 100))
  viewer.player.seek(100)
  viewer.player.play()
  viewer.player.standsUntilMs = 0
  viewer.player.fresh = false
  viewer.player.seekingUntilMs = 0
  viewer.controller.startControl.plan = null
  viewer.player.positionS = 100 - errorMs / 1000
  viewer.forgetTrace()
  viewer.controller.resync()
  viewer.controller.playControl.forced = false
  viewer.tick()
  return viewer
}

test("an error within the threshold is slewed away, without a seek and without overshoot", () =>
  each(150, (random) => {
    const errorMs = random.between(-390, 390)
    const viewer = behind(random, errorMs).run(14000)
    assert.equal(viewer.player.seeks, 0)
    assert.ok(Math.abs(viewer.errorMs) <= 8.5, `${viewer.errorMs} left of ${errorMs}`)
    const beyond = viewer.trace.map((look) => -Math.sign(errorMs) * look.errorMs)
    assert.ok(
      Math.max(...beyond) <= (Math.abs(errorMs) > 8 ? 5 : 8.5),
      `overshot by ${Math.max(...beyond)} from ${errorMs}`,
    )
  }))

test("a correction takes one excursion, not a dozen", () =>
  each(60, (random) => {
    const errorMs = random.pick([-1, 1]) * random.between(12, 390)
    const viewer = behind(random, errorMs).run(15000)
    assert.equal(viewer.player.excursions, 1)
  }))

test("inside the dead zone only inaudible corrections are made", () =>
  each(60, (random) => {
    const viewer = behind(random, 0).run(6000)
    Object.assign(viewer.player, { excursions: 0, fastest: 0 })
    viewer.player.positionS += random.between(-0.0048, 0.0048)
    viewer.run(30000)
    assert.equal(viewer.player.excursions, 0)
    assert.ok(viewer.player.fastest <= 600e-6 + 1e-9)
    assert.ok(Math.abs(viewer.errorMs) < 3)
  }))

test("right after a start smaller errors are corrected, once, so that two players sound together", () =>
  each(60, (random) => {
    const errorMs = random.pick([-1, 1]) * random.between(3, 5)
    const viewer = behind(random, errorMs).run(SETTLE_MS + 3 * 50 + 1200)
    assert.equal(viewer.player.excursions, 1)
    assert.ok(Math.abs(viewer.errorMs) < 2, `${viewer.errorMs} left of ${errorMs}`)
    assert.ok(viewer.player.fastest < 0.01)
  }))

test("rates stay within the documented limits", () =>
  each(60, (random) => {
    const errorMs = random.between(-390, 390)
    const viewer = behind(random, errorMs).run(12000)
    assert.ok(viewer.player.fastest <= 0.08 + 1e-9)
  }))

test("in steady state a small error is corrected imperceptibly", () =>
  each(60, (random) => {
    const viewer = behind(random, 0).run(6000)
    viewer.player.fastest = 0
    viewer.player.positionS += random.between(-0.055, 0.055)
    viewer.run(12000)
    assert.ok(Math.abs(viewer.errorMs) <= 5.5, `${viewer.errorMs} left`)
    assert.ok(viewer.player.fastest <= 0.015 + 1e-9, `${viewer.player.fastest}`)
  }))

test("right after a start a visible error is gone within half a second", () =>
  each(60, (random) => {
    const viewer = behind(random, random.between(25, 60)).run(SETTLE_MS + 3 * 50 + 500)
    assert.ok(Math.abs(viewer.errorMs) < 25, `${viewer.errorMs}`)
  }))

test("a clock that moves in steps makes the control patient, not nervous", () =>
  each(20, (random) => {
    const viewer = behind(random, random.between(-300, 300), { model: "staircase" }).run(20000)
    viewer.forgetTrace()
    viewer.run(120000)
    assert.equal(viewer.player.seeks, 0)
    assert.ok(viewer.player.excursions <= 3, `${viewer.player.excursions} excursions in two minutes`)
    assert.ok(Math.abs(viewer.errorMs) < 60)
  }))

test("with a clock that moves in steps the middle of them is in step, four seconds after a start", () =>
  each(20, (random) => {
    const viewer = new Viewer(random, {
      model: "staircase",
      ppm: random.between(-50, 50),
      startMs: random.between(20, 120),
    })
    viewer.follow(standing(0, 30))
    viewer.run(500)
    viewer.follow(playing(750, 30))
    viewer.run(250 + 4000)
    const off = []
    for (let i = 0; i < 600; i++) {
      viewer.run(random.between(50, 150))
      off.push(Math.abs(viewer.player.currentTimeS - positionAt(viewer.timeline, viewer.nowMs)) * 1000)
    }
    off.sort((a, b) => a - b)
    assert.ok(off[570] <= 25, `p95 by the element: ${off[570]} ms`)
    assert.equal(viewer.player.seeks, 1) // the one before the start
    assert.equal(viewer.controller.rateControl.rateSupport.slewOk, true)
  }))

test("a glitch in the middle of an excursion is corrected at once, not when the excursion is over", () =>
  each(20, (random) => {
    const viewer = behind(random, 15).run(1500)
    viewer.player.positionS -= 0.12
    viewer.run(5500)
    assert.ok(Math.abs(viewer.errorMs) < 10, `${viewer.errorMs} ms left`)
  }))

test("rates without effect are detected, and seeks stay rare", () =>
  each(20, (random) => {
    const viewer = behind(random, random.pick([-1, 1]) * random.between(170, 390), {
      model: "rateIgnored",
    }).run(60000)
    assert.equal(viewer.controller.rateControl.rateSupport.slewOk, false)
    assert.ok(viewer.player.seeks >= 1 && viewer.player.seeks <= 3, `${viewer.player.seeks} seeks`)
    assert.ok(Math.abs(viewer.errorMs) < 150)
  }))

test("a device that cannot keep up seeks a few times, then is left alone", () =>
  each(10, (random) => {
    const viewer = behind(random, 0)
    let lost = 0
    viewer.run(2000)
    for (let i = 0; i < 40; i++) {
      viewer.player.positionS -= 0.6
      lost += 1
      viewer.run(3000)
    }
    assert.ok(viewer.player.seeks < lost, `${viewer.player.seeks} seeks`)
    assert.ok(viewer.controller.driftControl.degraded || viewer.player.seeks < 30)
  }))

test("the rate is never raised into an empty buffer", () => {
  const rateControl = new RateControl({ engine: "chromium" })
  const sample = {
    errorMs: 50,
    roomRate: 1,
    reliable: true,
    bufferedAheadS: 1,
    remainingS: 100,
    hidden: false,
    movementMs: 0,
  }
  for (let nowMs = 0; nowMs < 5000; nowMs += 250)
    assert.ok(rateControl.tick({ ...sample, nowMs }).rate <= 1.0006)
})

test("the last moments are left alone", () => {
  const rateControl = new RateControl({ engine: "chromium" })
  const sample = {
    errorMs: 800,
    roomRate: 1,
    reliable: true,
    bufferedAheadS: 1,
    remainingS: 1,
    hidden: false,
    movementMs: 0,
  }
  for (let nowMs = 0; nowMs < 5000; nowMs += 250)
    assert.equal(rateControl.tick({ ...sample, nowMs }).seek, false)
})

test("movement of the clock's own estimate is not chased", () => {
  const rateControl = new RateControl({ engine: "chromium" })
  const sample = {
    errorMs: 12,
    roomRate: 1,
    reliable: true,
    bufferedAheadS: 9,
    remainingS: 100,
    hidden: false,
    movementMs: 10,
  }
  for (let nowMs = 0; nowMs < 3000; nowMs += 250)
    assert.notEqual(rateControl.tick({ ...sample, nowMs }).zone, "fine")
})

test("time stretching stays on at another room rate, and off during an excursion at 1", () => {
  for (const [roomRate, kept] of /** @type {[number, boolean][]} */ ([
    [1, false],
    [1.5, true],
  ])) {
    const rateControl = new RateControl({ engine: "chromium" })
    const sample = {
      errorMs: 40,
      roomRate,
      reliable: true,
      bufferedAheadS: 9,
      remainingS: 100,
      hidden: false,
      movementMs: 0,
    }
    const decisions = [5000, 5100, 5200, 5300].map((nowMs) => rateControl.tick({ ...sample, nowMs }))
    const excursion = decisions.find(({ zone }) => zone === "fine")
    assert.equal(excursion?.preservesPitch, kept)
    assert.ok(Math.abs(excursion?.rate - roomRate * (1 + 40 / 3000)) < 1e-9)
  }
})
