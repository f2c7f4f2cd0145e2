import assert from "node:assert/strict"
import { test } from "node:test"
import { each } from "../random.js"
import { Seat, playing, standing } from "../sync/simulated_room.js"

const FROM_S = 30
const LONG_S = 40

/** Playing towards the end of a medium that this browser takes for `durationS` long. */
function nearTheEnd(random, { durationS = LONG_S, ...habits } = {}) {
  const seat = new Seat(random, { durationS, ...habits })
  seat.follow({ ...standing(0, FROM_S), duration: LONG_S })
  seat.run(500)
  seat.follow({ ...playing(750, FROM_S), duration: LONG_S })
  return seat.run(5000)
}

test("the end is left alone: no seek, no bend, no start in the last moments", () =>
  each(30, (random) => {
    const seat = nearTheEnd(random)
    seat.run(750 + (LONG_S - FROM_S - 1.4) * 1000 - seat.nowMs)
    seat.forgetTrace()
    seat.player.positionS -= random.between(-0.2, 0.3) // would be mended anywhere else
    const { rate } = seat.player
    seat.run(1300)
    assert.equal(seat.player.rate, rate)
    seat.run(5000)
    assert.equal(seat.player.seeks, 0)
    assert.ok(seat.player.positionS > LONG_S - 0.4)
  }))

test("an excursion does not run on into the last moments", () =>
  each(20, (random) => {
    const seat = nearTheEnd(random)
    seat.run(750 + (LONG_S - FROM_S - 4) * 1000 - seat.nowMs)
    seat.player.positionS -= 0.2
    seat.run(2200)
    assert.ok(seat.player.fastest > 0.015)
    seat.run(600)
    assert.ok(Math.abs(seat.player.rate - 1) <= 600e-6 + 1e-9, `still at ${seat.player.rate}`)
  }))

test("the browser's own pause at the end is nobody's, whether it comes early or late", () =>
  each(40, (random) => {
    const seat = nearTheEnd(random, { durationS: LONG_S + random.between(-0.9, 0.9) })
    seat.forgetTrace()
    seat.run(9000)
    assert.ok(seat.player.paused)
    assert.ok(!seat.machine.others.blocked)
    assert.equal(seat.player.seeks, 0)
    seat.follow({ ...standing(750 + (LONG_S - FROM_S) * 1000, LONG_S), phase: "ended", duration: LONG_S })
    seat.run(2000)
    assert.equal(seat.machine.state, "ended")
    assert.equal(seat.player.seeks, 0)
  }))

test("nobody is ever placed where ends differ", () =>
  each(30, (random) => {
    const seat = new Seat(random, { durationS: LONG_S })
    const wheresS = []
    const seek = seat.player.seek.bind(seat.player)
    seat.player.seek = (toS) => {
      wheresS.push(toS)
      seek(toS)
    }
    for (let i = 0; i < 6; i++) {
      const change = random.chance(0.5)
        ? playing(seat.nowMs + random.between(-500, 500), LONG_S - random.between(0, 1))
        : standing(seat.nowMs, LONG_S)
      seat.follow({ ...change, duration: LONG_S })
      seat.run(random.between(100, 2000))
    }
    assert.ok(wheresS.every((toS) => toS <= LONG_S - 0.25 + 1e-9))
  }))

test("what plays in a loop starts anew in time, without anybody's pause", () =>
  each(20, (random) => {
    const seat = nearTheEnd(random)
    for (let round = 0; round < 3; round++) {
      const { timestamp, current_time } = seat.timeline
      const endsMs = timestamp + (LONG_S - current_time) * 1000
      seat.run(endsMs - seat.nowMs + random.between(50, 1000)) // the server looks once a second
      const startsMs = seat.nowMs + 400
      seat.follow({ ...playing(startsMs, 0), duration: LONG_S })
      seat.run(4000)
      assert.ok(seat.worstMs(startsMs + 50) < 50, `${seat.worstMs(startsMs + 50)} ms`)
      assert.ok(!seat.machine.others.blocked)
    }
  }))

test("a lap that was told before the last one's end follows without a stop", () =>
  each(40, (random) => {
    const seat = nearTheEnd(random, { ppm: random.between(-50, 50) })
    const starts = []
    const play = seat.player.play.bind(seat.player)
    seat.player.play = () => {
      starts.push(seat.nowMs)
      play()
    }
    for (let round = 0; round < 3; round++) {
      const { timestamp, current_time } = seat.timeline
      const endsMs = timestamp + (LONG_S - current_time) * 1000
      seat.run(endsMs - random.between(300, 2000) - seat.nowMs)
      seat.timeline = null // between two laps the trace would compare with the wrong one
      const next = { ...playing(endsMs, 0), duration: LONG_S }
      seat.follow(next)
      seat.timeline = null
      seat.run(endsMs - 150 - seat.nowMs)
      assert.ok(seat.player.positionS > LONG_S - 0.4, "stays to the end")
      seat.run(150 + 200)
      seat.timeline = next
      seat.run(2500)
      assert.ok(seat.worstMs(endsMs + 250) < 45, `${seat.worstMs(endsMs + 250)} ms`)
      seat.timeline = { ...next, revision: 1 }
      seat.run(4000)
    }
    assert.deepEqual(starts, [])
    assert.deepEqual(seat.strangers, [])
  }))
