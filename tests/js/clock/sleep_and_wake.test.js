import assert from "node:assert/strict"
import { test } from "node:test"
import { PingSchedule } from "../../../static/js/core/net/connection_timing.js"
import { Clock } from "../../../static/js/core/clock/clock.js"
import { each } from "../random.js"
import { Seat, playing, standing } from "../sync/simulated_room.js"

const FRAME_MS = 40

/** Somebody in step for some seconds. */
function inStep(random, habits) {
  const seat = new Seat(random, habits)
  seat.follow(standing(0, 30))
  seat.run(500)
  seat.follow(playing(750, 30))
  return seat.run(8000)
}

/** Largest true error from `afterMs` after now on. */
function worstAfter(seat, afterMs, forMs = 6000) {
  const fromMs = seat.nowMs
  seat.run(forMs)
  return seat.worstMs(fromMs + afterMs)
}

test("a hidden tab with sound is kept in step by looks a second apart", () =>
  each(10, (random) => {
    const seat = inStep(random, { ppm: random.between(-100, 100) })
    seat.hide({ audible: true })
    seat.run(5000)
    seat.forgetTrace()
    let looks = 0
    const tick = seat.tick.bind(seat)
    seat.tick = () => {
      looks += 1
      tick()
    }
    const fromMs = seat.nowMs
    seat.run(120000)
    assert.ok(looks <= 130, `${looks} looks in two minutes`)
    assert.equal(seat.player.seeks, 0)
    assert.ok(!seat.player.paused)
    assert.ok(seat.worstMs(fromMs) <= 10)
    seat.show()
    assert.ok(worstAfter(seat, 0) <= 10)
    assert.equal(seat.player.seeks, 0)
  }))

test("a hidden tab that the browser paused waits, however the room moves, and never plays unseen", () =>
  each(20, (random) => {
    const seat = inStep(random)
    seat.hide()
    seat.run(1000)
    assert.equal(seat.machine.state, "suspended")
    for (let i = 0; i < 5; i++) {
      seat.follow(playing(seat.nowMs + random.between(-300, 400), random.between(0, 900)))
      seat.run(random.between(500, 4000))
      assert.ok(seat.player.paused)
      assert.equal(seat.machine.state, "suspended")
    }
    assert.ok(!seat.machine.others.blocked)
  }))

test("shown again it is in step within two seconds, and nobody is blamed for the browser's own pause and play", () =>
  each(60, (random) => {
    const seat = inStep(random)
    for (let i = 0; i < 3; i++) {
      seat.hide()
      seat.run(random.between(50, 20000))
      seat.show()
      assert.ok(worstAfter(seat, 2000) < FRAME_MS, `${seat.errorMs} ms`)
      assert.ok(!seat.player.paused)
      assert.ok(!seat.machine.others.blocked)
    }
    assert.ok(Math.abs(seat.errorMs) < 10)
  }))

test("a room that was paused while nobody looked is found paused, on that frame", () =>
  each(20, (random) => {
    const seat = inStep(random)
    seat.hide()
    seat.run(3000)
    seat.follow(standing(seat.nowMs, 77.5))
    seat.run(1000)
    seat.show()
    seat.run(1500)
    assert.ok(seat.player.paused)
    assert.ok(Math.abs(seat.player.positionS - 77.5) < 0.02, `${seat.player.positionS}`) // the same frame
  }))

test("a frozen tab thaws in step within two seconds, and its late pause event is taken for the browser's", () =>
  each(40, (random) => {
    const seat = inStep(random)
    for (let i = 0; i < 2; i++) {
      seat.freeze(random.between(1000, 60000))
      assert.ok(worstAfter(seat, 2000) < FRAME_MS)
      assert.ok(!seat.player.paused)
      assert.ok(!seat.machine.others.blocked)
    }
    assert.deepEqual(seat.strangers, [])
  }))

test("after a sleep nothing is corrected until the clock is known again, then it is in step within two seconds", () =>
  each(40, (random) => {
    let sleptMs = 0
    const seat = inStep(random, { clockErrorMs: () => sleptMs })
    const truth = () => seat.nowMs + random.slept
    random.slept = random.between(5000, 600000)
    seat.locked = false // the local clock stood still while the room went on
    seat.forgetTrace()
    seat.wake()
    seat.run(random.between(300, 500)) // five pongs of a burst
    assert.equal(seat.player.seeks, 0)
    sleptMs = random.slept
    seat.clockSteps += 1
    seat.locked = true
    seat.tick()
    seat.run(1500)
    const behindMs =
      (seat.timeline.current_time + (truth() - seat.timeline.timestamp) / 1000 - seat.player.positionS) * 1000
    assert.ok(Math.abs(behindMs) < FRAME_MS, `${behindMs} ms`)
  }))

test("an outage is no sleep: clocks that were compared meanwhile keep their samples", () => {
  const clock = new Clock()
  for (let i = 0; i < 6; i++) {
    clock.pingSent(i * 80)
    clock.pongReceived({ t0: i * 80, t1: i * 80 + 9, t2: i * 80 + 9, clock_id: "a" }, i * 80 + 4)
  }
  for (let nowMs = 1000; nowMs < 60000; nowMs += 1000)
    assert.equal(clock.detectSleep(nowMs + 5, nowMs), false)
  assert.ok(clock.locked)
})

test("a connection that says nothing after a wake-up is given up at once, one that answers is kept", () => {
  for (const answers of [true, false]) {
    const schedule = new PingSchedule()
    schedule.start(true)
    for (let i = 0; i < 8; i++) schedule.pingSent(i * 80, { playing: true, hidden: true })
    schedule.burst(90000) // slept: what was asked before is no sign
    assert.equal(schedule.silent(90000), false)
    schedule.pingSent(90000, { playing: true, hidden: false })
    if (answers) schedule.pongReceived()
    assert.equal(schedule.silent(92600), !answers)
  }
})
