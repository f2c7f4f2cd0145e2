import assert from "node:assert/strict"
import { test } from "node:test"
import { Clock } from "../../../static/js/core/clock/clock.js"
import { each } from "../random.js"
import { Viewer, playing, standing } from "../sync/simulated_room.js"

const FRAME_MS = 40

/** A viewer who has been in step for some seconds. */
function inStep(random, behaviour) {
  const viewer = new Viewer(random, behaviour)
  viewer.follow(standing(0, 30))
  viewer.run(500)
  viewer.follow(playing(750, 30))
  return viewer.run(8000)
}

/** The largest true error, starting `afterMs` from now. */
function worstAfter(viewer, afterMs, forMs = 6000) {
  const fromMs = viewer.nowMs
  viewer.run(forMs)
  return viewer.worstMs(fromMs + afterMs)
}

test("a hidden tab with sound is kept in step by ticks a second apart", () =>
  each(10, (random) => {
    const viewer = inStep(random, { ppm: random.between(-100, 100) })
    viewer.hide({ audible: true })
    viewer.run(5000)
    viewer.forgetTrace()
    let ticks = 0
    const tick = viewer.tick.bind(viewer)
    viewer.tick = () => {
      ticks += 1
      tick()
    }
    const fromMs = viewer.nowMs
    viewer.run(120000)
    assert.ok(ticks <= 130, `${ticks} ticks in two minutes`)
    assert.equal(viewer.player.seeks, 0)
    assert.ok(!viewer.player.paused)
    assert.ok(viewer.worstMs(fromMs) <= 10)
    viewer.show()
    assert.ok(worstAfter(viewer, 0) <= 10)
    assert.equal(viewer.player.seeks, 0)
  }))

test("a hidden tab that the browser paused waits, however the room moves, and never plays while hidden", () =>
  each(20, (random) => {
    const viewer = inStep(random)
    viewer.hide()
    viewer.run(1000)
    assert.equal(viewer.controller.state, "suspended")
    for (let i = 0; i < 5; i++) {
      viewer.follow(playing(viewer.nowMs + random.between(-300, 400), random.between(0, 900)))
      viewer.run(random.between(500, 4000))
      assert.ok(viewer.player.paused)
      assert.equal(viewer.controller.state, "suspended")
    }
    assert.ok(!viewer.controller.interference.blocked)
  }))

test("a tab is in step within two seconds of being shown, and the browser's own pause and play do not block it", () =>
  each(60, (random) => {
    const viewer = inStep(random)
    for (let i = 0; i < 3; i++) {
      viewer.hide()
      viewer.run(random.between(50, 20000))
      viewer.show()
      assert.ok(worstAfter(viewer, 2000) < FRAME_MS, `${viewer.errorMs} ms`)
      assert.ok(!viewer.player.paused)
      assert.ok(!viewer.controller.interference.blocked)
    }
    assert.ok(Math.abs(viewer.errorMs) < 10)
  }))

test("a room that was paused while the tab was hidden is shown paused, on the same frame", () =>
  each(20, (random) => {
    const viewer = inStep(random)
    viewer.hide()
    viewer.run(3000)
    viewer.follow(standing(viewer.nowMs, 77.5))
    viewer.run(1000)
    viewer.show()
    viewer.run(1500)
    assert.ok(viewer.player.paused)
    assert.ok(Math.abs(viewer.player.positionS - 77.5) < 0.02, `${viewer.player.positionS}`) // the same frame
  }))

test("a frozen tab is in step within two seconds of thawing, and its late pause event is attributed to the browser", () =>
  each(40, (random) => {
    const viewer = inStep(random)
    for (let i = 0; i < 2; i++) {
      viewer.freeze(random.between(1000, 60000))
      assert.ok(worstAfter(viewer, 2000) < FRAME_MS)
      assert.ok(!viewer.player.paused)
      assert.ok(!viewer.controller.interference.blocked)
    }
    assert.deepEqual(viewer.foreignEvents, [])
  }))

test("after a sleep nothing is corrected until the clock is known again, then the player is in step within two seconds", () =>
  each(40, (random) => {
    let sleptMs = 0
    const viewer = inStep(random, { clockErrorMs: () => sleptMs })
    const truth = () => viewer.nowMs + random.slept
    random.slept = random.between(5000, 600000)
    viewer.locked = false // the local clock stood still while the room continued
    viewer.forgetTrace()
    viewer.wake()
    viewer.run(random.between(300, 500)) // five pongs of a burst
    assert.equal(viewer.player.seeks, 0)
    sleptMs = random.slept
    viewer.clockSteps += 1
    viewer.locked = true
    viewer.tick()
    viewer.run(1500)
    const behindMs =
      (viewer.timeline.current_time +
        (truth() - viewer.timeline.timestamp) / 1000 -
        viewer.player.positionS) *
      1000
    assert.ok(Math.abs(behindMs) < FRAME_MS, `${behindMs} ms`)
  }))

test("an outage is not a sleep: the clock keeps its samples if both local clocks agree", () => {
  const clock = new Clock()
  for (let i = 0; i < 6; i++) {
    clock.pingSent(i * 80)
    clock.pongReceived({ t0: i * 80, t1: i * 80 + 9, t2: i * 80 + 9, clock_id: "a" }, i * 80 + 4)
  }
  for (let nowMs = 1000; nowMs < 60000; nowMs += 1000)
    assert.equal(clock.detectSleep(nowMs + 5, nowMs), false)
  assert.ok(clock.locked)
})
