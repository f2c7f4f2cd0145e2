import assert from "node:assert/strict"
import { test } from "node:test"
import { SETTLE_MS, RateControl } from "../../../static/js/core/sync/rate_control.js"
import { each } from "../random.js"
import { positionAt } from "../../../static/js/core/sync/timeline.js"
import { Seat, playing, standing } from "./simulated_room.js"

/** Somebody who plays already, `errorMs` behind the room, in steady state. */
function behind(random, errorMs, habits) {
  const seat = new Seat(random, habits)
  seat.follow(playing(0, 100))
  seat.player.seek(100)
  seat.player.play()
  seat.player.standsUntilMs = 0
  seat.player.fresh = false
  seat.player.seekingUntilMs = 0
  seat.machine.launch.plan = null
  seat.player.positionS = 100 - errorMs / 1000
  seat.forgetTrace()
  seat.machine.resync()
  seat.machine.forced = false
  seat.tick()
  return seat
}

test("an error within the threshold is slewed away, never sought, never overshot", () =>
  each(150, (random) => {
    const errorMs = random.between(-390, 390)
    const seat = behind(random, errorMs).run(14000)
    assert.equal(seat.player.seeks, 0)
    assert.ok(Math.abs(seat.errorMs) <= 8.5, `${seat.errorMs} left of ${errorMs}`)
    const beyond = seat.trace.map((look) => -Math.sign(errorMs) * look.errorMs)
    assert.ok(
      Math.max(...beyond) <= (Math.abs(errorMs) > 8 ? 5 : 8.5),
      `overshot by ${Math.max(...beyond)} from ${errorMs}`,
    )
  }))

test("it takes one excursion, not a dozen", () =>
  each(60, (random) => {
    const errorMs = random.pick([-1, 1]) * random.between(12, 390)
    const seat = behind(random, errorMs).run(15000)
    assert.equal(seat.player.excursions, 1)
  }))

test("inside the dead zone only what nobody hears is done", () =>
  each(60, (random) => {
    const seat = behind(random, 0).run(6000)
    Object.assign(seat.player, { excursions: 0, fastest: 0 })
    seat.player.positionS += random.between(-0.0048, 0.0048)
    seat.run(30000)
    assert.equal(seat.player.excursions, 0)
    assert.ok(seat.player.fastest <= 600e-6 + 1e-9)
    assert.ok(Math.abs(seat.errorMs) < 3)
  }))

test("right after a start more is mended, once, so that two of them are together to any ear", () =>
  each(60, (random) => {
    const errorMs = random.pick([-1, 1]) * random.between(3, 5)
    const seat = behind(random, errorMs).run(SETTLE_MS + 3 * 50 + 1200)
    assert.equal(seat.player.excursions, 1)
    assert.ok(Math.abs(seat.errorMs) < 2, `${seat.errorMs} left of ${errorMs}`)
    assert.ok(seat.player.fastest < 0.01)
  }))

test("rates stay within what was promised", () =>
  each(60, (random) => {
    const errorMs = random.between(-390, 390)
    const seat = behind(random, errorMs).run(12000)
    assert.ok(seat.player.fastest <= 0.08 + 1e-9)
  }))

test("in steady state a small error is mended more gently than anybody notices", () =>
  each(60, (random) => {
    const seat = behind(random, 0).run(6000)
    seat.player.fastest = 0
    seat.player.positionS += random.between(-0.055, 0.055)
    seat.run(12000)
    assert.ok(Math.abs(seat.errorMs) <= 5.5, `${seat.errorMs} left`)
    assert.ok(seat.player.fastest <= 0.015 + 1e-9, `${seat.player.fastest}`)
  }))

test("right after a start an error that would be seen is gone within half a second", () =>
  each(60, (random) => {
    const seat = behind(random, random.between(25, 60)).run(SETTLE_MS + 3 * 50 + 500)
    assert.ok(Math.abs(seat.errorMs) < 25, `${seat.errorMs}`)
  }))

test("a clock that moves in steps makes it patient, not nervous", () =>
  each(20, (random) => {
    const seat = behind(random, random.between(-300, 300), { model: "staircase" }).run(20000)
    seat.forgetTrace()
    seat.run(120000)
    assert.equal(seat.player.seeks, 0)
    assert.ok(seat.player.excursions <= 3, `${seat.player.excursions} excursions in two minutes`)
    assert.ok(Math.abs(seat.errorMs) < 60)
  }))

test("where a clock moves in steps the middle of them is in step, four seconds after a start", () =>
  each(20, (random) => {
    const seat = new Seat(random, {
      model: "staircase",
      ppm: random.between(-50, 50),
      startMs: random.between(20, 120),
    })
    seat.follow(standing(0, 30))
    seat.run(500)
    seat.follow(playing(750, 30))
    seat.run(250 + 4000)
    const off = []
    for (let i = 0; i < 600; i++) {
      seat.run(random.between(50, 150))
      off.push(Math.abs(seat.player.currentTimeS - positionAt(seat.timeline, seat.nowMs)) * 1000)
    }
    off.sort((a, b) => a - b)
    assert.ok(off[570] <= 25, `p95 of what the element says: ${off[570]} ms`)
    assert.equal(seat.player.seeks, 1) // the one before the start
    assert.equal(seat.machine.steering.capability.slewOk, true)
  }))

test("a glitch in the middle of an excursion is answered at once, not when the excursion is over", () =>
  each(20, (random) => {
    const seat = behind(random, 15).run(1500)
    seat.player.positionS -= 0.12
    seat.run(5500)
    assert.ok(Math.abs(seat.errorMs) < 10, `${seat.errorMs} ms left`)
  }))

test("where rates do nothing it learns so, and seeks seldom", () =>
  each(20, (random) => {
    const seat = behind(random, random.pick([-1, 1]) * random.between(170, 390), {
      model: "rateIgnored",
    }).run(60000)
    assert.equal(seat.machine.steering.capability.slewOk, false)
    assert.ok(seat.player.seeks >= 1 && seat.player.seeks <= 3, `${seat.player.seeks} seeks`)
    assert.ok(Math.abs(seat.errorMs) < 150)
  }))

test("a device that cannot keep up is sought a few times, then left in peace", () =>
  each(10, (random) => {
    const seat = behind(random, 0)
    let lost = 0
    seat.run(2000)
    for (let i = 0; i < 40; i++) {
      seat.player.positionS -= 0.6
      lost += 1
      seat.run(3000)
    }
    assert.ok(seat.player.seeks < lost, `${seat.player.seeks} seeks`)
    assert.ok(seat.machine.helm.degraded || seat.player.seeks < 30)
  }))

test("nothing is sped into an empty buffer", () => {
  const steering = new RateControl({ engine: "chromium" })
  const look = {
    errorMs: 50,
    roomRate: 1,
    reliable: true,
    bufferedAheadS: 1,
    remainingS: 100,
    hidden: false,
    movementMs: 0,
  }
  for (let nowMs = 0; nowMs < 5000; nowMs += 250) assert.ok(steering.tick({ ...look, nowMs }).rate <= 1.0006)
})

test("the last moments are left alone", () => {
  const steering = new RateControl({ engine: "chromium" })
  const look = {
    errorMs: 800,
    roomRate: 1,
    reliable: true,
    bufferedAheadS: 1,
    remainingS: 1,
    hidden: false,
    movementMs: 0,
  }
  for (let nowMs = 0; nowMs < 5000; nowMs += 250) assert.equal(steering.tick({ ...look, nowMs }).seek, false)
})

test("the clock's own movement is not chased", () => {
  const steering = new RateControl({ engine: "chromium" })
  const look = {
    errorMs: 12,
    roomRate: 1,
    reliable: true,
    bufferedAheadS: 9,
    remainingS: 100,
    hidden: false,
    movementMs: 10,
  }
  for (let nowMs = 0; nowMs < 3000; nowMs += 250)
    assert.notEqual(steering.tick({ ...look, nowMs }).zone, "fine")
})

test("time stretching stays on at another room rate and off while bending at 1", () => {
  for (const [roomRate, kept] of [
    [1, false],
    [1.5, true],
  ]) {
    const steering = new RateControl({ engine: "chromium" })
    const look = {
      errorMs: 40,
      roomRate,
      reliable: true,
      bufferedAheadS: 9,
      remainingS: 100,
      hidden: false,
      movementMs: 0,
    }
    const decisions = [5000, 5100, 5200, 5300].map((nowMs) => steering.tick({ ...look, nowMs }))
    const bent = decisions.find(({ zone }) => zone === "fine")
    assert.equal(bent.preservesPitch, kept)
    assert.ok(Math.abs(bent.rate - roomRate * (1 + 40 / 3000)) < 1e-9)
  }
})
