import assert from "node:assert/strict"
import { test } from "node:test"
import { each } from "../random.js"
import { Viewer, playing, standing } from "../sync/simulated_room.js"

const FROM_S = 30
const LONG_S = 40

/**
 * A viewer near the end of media that this browser takes for `durationS` long.
 * @param {any} random
 * @param {any} [behaviour]
 */
function nearTheEnd(random, { durationS = LONG_S, ...behaviour } = {}) {
  const viewer = new Viewer(random, { durationS, ...behaviour })
  viewer.follow({ ...standing(0, FROM_S), duration: LONG_S })
  viewer.run(500)
  viewer.follow({ ...playing(750, FROM_S), duration: LONG_S })
  return viewer.run(5000)
}

test("the end is left alone: no seek, no rate change, no start in the last moments", () =>
  each(30, (random) => {
    const viewer = nearTheEnd(random)
    viewer.run(750 + (LONG_S - FROM_S - 1.4) * 1000 - viewer.nowMs)
    viewer.forgetTrace()
    viewer.player.positionS -= random.between(-0.2, 0.3) // would be corrected anywhere else
    const { rate } = viewer.player
    viewer.run(1300)
    assert.equal(viewer.player.rate, rate)
    viewer.run(5000)
    assert.equal(viewer.player.seeks, 0)
    assert.ok(viewer.player.positionS > LONG_S - 0.4)
  }))

test("an excursion does not continue into the last moments", () =>
  each(20, (random) => {
    const viewer = nearTheEnd(random)
    viewer.run(750 + (LONG_S - FROM_S - 4) * 1000 - viewer.nowMs)
    viewer.player.positionS -= 0.2
    viewer.run(2200)
    assert.ok(viewer.player.fastest > 0.015)
    viewer.run(600)
    assert.ok(Math.abs(viewer.player.rate - 1) <= 600e-6 + 1e-9, `still at ${viewer.player.rate}`)
  }))

test("the browser's own pause at the end is expected, whether it comes early or late", () =>
  each(40, (random) => {
    const viewer = nearTheEnd(random, { durationS: LONG_S + random.between(-0.9, 0.9) })
    viewer.forgetTrace()
    viewer.run(9000)
    assert.ok(viewer.player.paused)
    assert.ok(!viewer.controller.interference.blocked)
    assert.equal(viewer.player.seeks, 0)
    viewer.follow({ ...standing(750 + (LONG_S - FROM_S) * 1000, LONG_S), phase: "ended", duration: LONG_S })
    viewer.run(2000)
    assert.equal(viewer.controller.state, "ended")
    assert.equal(viewer.player.seeks, 0)
  }))

test("no player is placed where ends differ between browsers", () =>
  each(30, (random) => {
    const viewer = new Viewer(random, { durationS: LONG_S })
    const wheresS = []
    const seek = viewer.player.seek.bind(viewer.player)
    viewer.player.seek = (toS) => {
      wheresS.push(toS)
      seek(toS)
    }
    for (let i = 0; i < 6; i++) {
      const change = random.chance(0.5)
        ? playing(viewer.nowMs + random.between(-500, 500), LONG_S - random.between(0, 1))
        : standing(viewer.nowMs, LONG_S)
      viewer.follow({ ...change, duration: LONG_S })
      viewer.run(random.between(100, 2000))
    }
    assert.ok(wheresS.every((toS) => toS <= LONG_S - 0.25 + 1e-9))
  }))

test("a loop starts its next lap in time, without a pause", () =>
  each(20, (random) => {
    const viewer = nearTheEnd(random)
    for (let round = 0; round < 3; round++) {
      const { timestamp, current_time } = viewer.timeline
      const endsMs = timestamp + (LONG_S - current_time) * 1000
      viewer.run(endsMs - viewer.nowMs + random.between(50, 1000)) // the server checks once a second
      const startsMs = viewer.nowMs + 400
      viewer.follow({ ...playing(startsMs, 0), duration: LONG_S })
      viewer.run(4000)
      assert.ok(viewer.worstMs(startsMs + 50) < 50, `${viewer.worstMs(startsMs + 50)} ms`)
      assert.ok(!viewer.controller.interference.blocked)
    }
  }))

test("a lap that was announced before the end of the last one follows without a stop", () =>
  each(40, (random) => {
    const viewer = nearTheEnd(random, { ppm: random.between(-50, 50) })
    const starts = []
    const play = viewer.player.play.bind(viewer.player)
    viewer.player.play = () => {
      starts.push(viewer.nowMs)
      play()
    }
    for (let round = 0; round < 3; round++) {
      const { timestamp, current_time } = viewer.timeline
      const endsMs = timestamp + (LONG_S - current_time) * 1000
      viewer.run(endsMs - random.between(300, 2000) - viewer.nowMs)
      viewer.timeline = null // between two laps the trace would use the wrong timeline
      const next = { ...playing(endsMs, 0), duration: LONG_S }
      viewer.follow(next)
      viewer.timeline = null
      viewer.run(endsMs - 150 - viewer.nowMs)
      assert.ok(viewer.player.positionS > LONG_S - 0.4, "stays to the end")
      viewer.run(150 + 200)
      viewer.timeline = next
      viewer.run(2500)
      assert.ok(viewer.worstMs(endsMs + 250) < 45, `${viewer.worstMs(endsMs + 250)} ms`)
      viewer.timeline = { ...next, revision: 1 }
      viewer.run(4000)
    }
    assert.deepEqual(starts, [])
    assert.deepEqual(viewer.foreignEvents, [])
  }))
