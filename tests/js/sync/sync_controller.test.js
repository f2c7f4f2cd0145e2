import assert from "node:assert/strict"
import { test } from "node:test"
import { each } from "../random.js"
import { Seat, playing, standing } from "./simulated_room.js"

const LEAD_MS = 250

/** Somebody in a paused room that starts `LEAD_MS` from now. */
function started(random, habits, positionS = 30) {
  const seat = new Seat(random, habits)
  seat.follow(standing(0, positionS))
  seat.run(500)
  seat.follow(playing(500 + LEAD_MS, positionS))
  return seat
}

test("a scheduled start is heard within two audio buffers, and within a frame soon after", () =>
  each(60, (random) => {
    const seat = started(random).run(8000)
    const startMs = 500 + LEAD_MS
    assert.ok(
      seat.worstMs(startMs + 50, startMs + 500) <= 45,
      `${seat.worstMs(startMs + 50, startMs + 500)} ms at first`,
    )
    assert.ok(seat.worstMs(startMs + 1000) < 25)
    assert.ok(seat.worstMs(startMs + 4000) < 10)
  }))

test("a device whose starts cost more than guessed learns it", () =>
  each(20, (random) => {
    const seat = started(random, { startMs: 150 }).run(6000)
    for (let i = 0; i < 4; i++) {
      seat.follow(standing(seat.nowMs, 100))
      seat.run(500)
      seat.follow(playing(seat.nowMs + LEAD_MS, 100))
      seat.run(6000)
    }
    assert.ok(Math.abs(seat.costs.startMs.fresh - 160) < 20, `learned ${seat.costs.startMs.fresh}`)
  }))

test("a device that is slow to place says so, and the room's lead for a seek comes to cover it", () =>
  each(20, (random) => {
    const seat = started(random, { readyMs: 500 }).run(3000)
    // as playback/domain/start_lead.py makes it, near the server
    const leadMs = () => seat.costs.placeMs.buffered + seat.costs.startMs.fresh + 40
    const seek = (times) => {
      for (let i = 0; i < times; i++) {
        seat.follow(playing(seat.nowMs + leadMs(), 40 + 10 * i))
        seat.run(4000)
      }
    }
    seek(6)
    seat.forgetTrace()
    seek(10)
    assert.ok(
      seat.player.seeks <= 12,
      `${seat.player.seeks} placings for ten seeks: the others were planned anew`,
    )
  }))

test("what was slept through is not taken for the time that placing takes", () =>
  each(20, (random) => {
    const seat = started(random, { readyMs: 300 }).run(3000)
    seat.follow(playing(seat.nowMs + 300, 80))
    seat.run(20)
    assert.ok(seat.player.seeking)
    seat.freeze(60000)
    seat.run(3000)
    assert.ok(seat.costs.placeMs.buffered <= 300, `${seat.costs.placeMs.buffered} ms`)
  }))

test("in step nothing is sought and little is bent, whatever the sound card's drift", () =>
  each(12, (random) => {
    const seat = started(random, { ppm: random.between(-100, 100) }).run(15000)
    const fromMs = seat.nowMs
    seat.forgetTrace()
    seat.run(600000)
    assert.equal(seat.player.seeks, 0)
    assert.ok(seat.player.excursions <= 2, `${seat.player.excursions} excursions in ten minutes`)
    assert.ok(seat.player.fastest <= 0.015)
    assert.ok(seat.worstMs(fromMs) <= 10, `${seat.worstMs(fromMs)} ms`)
  }))

test("two people are within ten milliseconds of each other nearly always", () =>
  each(6, (random) => {
    const two = [1, 2].map(() => started(random, { ppm: random.between(-50, 50) }).run(15000))
    two.forEach((seat) => seat.forgetTrace())
    two.forEach((seat) => seat.run(120000))
    const errors = two.map((seat) => seat.trace.map(({ errorMs }) => errorMs))
    const skews = errors[0]
      .slice(0, 11000)
      .map((error, i) => Math.abs(error - errors[1][i]))
      .sort((a, b) => a - b)
    assert.ok(skews[Math.floor(skews.length * 0.95)] <= 10)
    assert.ok(skews.at(-1) <= 20)
  }))

test("a pause stands exactly where the room stands", () =>
  each(50, (random) => {
    const seat = started(random).run(5000)
    const whereS = random.between(0, 100)
    seat.follow(standing(seat.nowMs - random.between(0, 200), whereS))
    seat.run(500)
    assert.ok(seat.player.paused)
    assert.equal(seat.player.positionS, whereS)
    assert.equal(seat.player.rate, 1)
  }))

test("who comes late is within a frame two seconds after the medium is there", () =>
  each(50, (random) => {
    const seat = new Seat(random, { readyMs: random.between(10, 200) })
    seat.follow(playing(-random.between(1000, 1e6), 0))
    seat.run(6000)
    assert.ok(seat.worstMs(2000) < 25, `${seat.worstMs(2000)} ms`)
  }))

test("a medium that takes longer than hoped is met further ahead", () =>
  each(20, (random) => {
    const seat = new Seat(random, { readyMs: random.between(600, 1500) })
    seat.follow(playing(-60000, 0))
    seat.run(15000)
    assert.ok(!seat.player.paused)
    assert.ok(seat.worstMs(10000) < 25, `${seat.worstMs(10000)} ms`)
  }))

test("a seek that came too late to be scheduled is caught up with", () =>
  each(30, (random) => {
    const seat = started(random).run(5000)
    seat.follow(playing(seat.nowMs - random.between(0, 300), random.between(0, 3000)))
    seat.run(6000)
    assert.ok(seat.worstMs(seat.nowMs - 1000) < 10)
  }))

test("another rate is taken up at once and kept in step", () =>
  each(30, (random) => {
    const seat = started(random).run(6000)
    const rate = random.pick([0.5, 0.75, 1.25, 1.5, 2])
    const { nowMs } = seat
    const atS = seat.timeline.current_time + (nowMs - seat.timeline.timestamp) / 1000
    seat.follow(playing(nowMs - 40, atS - 0.04, rate))
    seat.run(10000)
    assert.ok(Math.abs(seat.errorMs) < 20, `${seat.errorMs} ms at ${rate}`)
    assert.equal(seat.player.seeks, 1) // the one before the start
  }))

test("a timeline that describes the same motion changes nothing", () =>
  each(20, (random) => {
    const seat = started(random).run(6000)
    seat.forgetTrace()
    const { timestamp, current_time } = seat.timeline
    seat.follow(playing(timestamp + 3000, current_time + 3))
    seat.run(3000)
    assert.equal(seat.player.seeks, 0)
    assert.ok(seat.machine.tracking)
  }))

test("starving is reported once, and its end", () =>
  each(20, (random) => {
    const seat = started(random).run(6000)
    seat.player.starvedUntilMs = seat.nowMs + 3000
    seat.run(12000)
    assert.deepEqual(seat.reports, ["buffer_start", "buffer_end"])
    assert.ok(Math.abs(seat.errorMs) < 10)
  }))

test("a gap of a tenth of a second is not worth a report", () =>
  each(20, (random) => {
    const seat = started(random).run(6000)
    seat.player.starvedUntilMs = seat.nowMs + 100
    seat.run(8000)
    assert.deepEqual(seat.reports, [])
  }))

test("a refused start goes on without sound, and where that is refused too waits for a gesture", () =>
  each(5, (random) => {
    const seat = new Seat(random)
    seat.player.refuses = "NotAllowedError"
    seat.follow(playing(-5000, 0))
    seat.run(3000)
    assert.ok(seat.machine.others.mutedByUs)
    assert.equal(seat.machine.state, "blocked")
    seat.player.refuses = null
    seat.machine.resync()
    seat.tick()
    seat.run(5000)
    assert.ok(Math.abs(seat.errorMs) < 10)
  }))

test("somebody else's pause is mended once, and respected when it comes again", () =>
  each(10, (random) => {
    const seat = started(random).run(6000)
    const intrude = () => seat.player.pause()
    intrude()
    seat.run(5000)
    assert.ok(!seat.player.paused)
    intrude()
    seat.run(5000)
    assert.ok(seat.player.paused)
    assert.equal(seat.machine.state, "blocked")
  }))

test("without a clock nothing is corrected, and what plays goes on", () =>
  each(10, (random) => {
    const seat = started(random).run(6000)
    seat.locked = false
    seat.forgetTrace()
    seat.run(20000)
    assert.equal(seat.player.excursions, 0)
    assert.ok(!seat.player.paused)
    assert.ok(Math.abs(seat.errorMs) < 10)
  }))

test("who stops following is left alone, and is back in step after one press", () =>
  each(10, (random) => {
    const seat = started(random).run(6000)
    seat.machine.leaveAlone(true)
    seat.player.pause()
    seat.run(5000)
    assert.ok(seat.player.paused)
    seat.machine.leaveAlone(false)
    seat.machine.resync()
    seat.tick()
    seat.run(5000)
    assert.ok(Math.abs(seat.errorMs) < 10)
  }))

test("whatever the room does, everybody ends where it is", () =>
  each(60, (random) => {
    const seat = new Seat(random, { ppm: random.between(-50, 50) })
    for (let i = 0; i < 12; i++) {
      const positionS = random.between(0, 3600)
      const rate = random.chance(0.2) ? random.pick([0.5, 1.5, 2]) : 1
      seat.follow(
        random.chance(0.7)
          ? playing(seat.nowMs + random.between(-500, 600), positionS, rate)
          : standing(seat.nowMs, positionS, rate),
      )
      seat.run(random.between(10, 1500))
    }
    seat.run(8000)
    assert.equal(seat.player.paused, !seat.timeline.is_playing)
    assert.ok(Math.abs(seat.errorMs) < 20, `${seat.errorMs} ms`)
  }))
