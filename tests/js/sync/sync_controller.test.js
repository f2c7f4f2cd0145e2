import assert from "node:assert/strict"
import { test } from "node:test"
import { each } from "../random.js"
import { Viewer, playing, standing } from "./simulated_room.js"

const LEAD_MS = 250

/** A viewer in a paused room that starts `LEAD_MS` from now. */
function started(random, behaviour, positionS = 30) {
  const viewer = new Viewer(random, behaviour)
  viewer.follow(standing(0, positionS))
  viewer.run(500)
  viewer.follow(playing(500 + LEAD_MS, positionS))
  return viewer
}

test("a scheduled start is heard within two audio buffers, and within a frame soon after", () =>
  each(60, (random) => {
    const viewer = started(random).run(8000)
    const startMs = 500 + LEAD_MS
    assert.ok(
      viewer.worstMs(startMs + 50, startMs + 500) <= 45,
      `${viewer.worstMs(startMs + 50, startMs + 500)} ms at first`,
    )
    assert.ok(viewer.worstMs(startMs + 1000) < 25)
    assert.ok(viewer.worstMs(startMs + 4000) < 10)
  }))

test("a start latency above the guess is learned", () =>
  each(20, (random) => {
    const viewer = started(random, { startMs: 150 }).run(6000)
    for (let i = 0; i < 4; i++) {
      viewer.follow(standing(viewer.nowMs, 100))
      viewer.run(500)
      viewer.follow(playing(viewer.nowMs + LEAD_MS, 100))
      viewer.run(6000)
    }
    assert.ok(
      Math.abs(viewer.latencyModel.startMs.fresh - 160) < 20,
      `learned ${viewer.latencyModel.startMs.fresh}`,
    )
  }))

test("a device that is slow to place reports it, and the room's lead time for a seek comes to cover it", () =>
  each(20, (random) => {
    const viewer = started(random, { readyMs: 500 }).run(3000)
    // as in playback/domain/start_lead.py, near the server
    const leadMs = () => viewer.latencyModel.placeMs.buffered + viewer.latencyModel.startMs.fresh + 40
    const seek = (times) => {
      for (let i = 0; i < times; i++) {
        viewer.follow(playing(viewer.nowMs + leadMs(), 40 + 10 * i))
        viewer.run(4000)
      }
    }
    seek(6)
    viewer.forgetTrace()
    seek(10)
    assert.ok(
      viewer.player.seeks <= 12,
      `${viewer.player.seeks} placings for ten seeks: the others were planned again`,
    )
  }))

test("time spent asleep is not taken for the time that placing takes", () =>
  each(20, (random) => {
    const viewer = started(random, { readyMs: 300 }).run(3000)
    viewer.follow(playing(viewer.nowMs + 300, 80))
    viewer.run(20)
    assert.ok(viewer.player.seeking)
    viewer.freeze(60000)
    viewer.run(3000)
    assert.ok(viewer.latencyModel.placeMs.buffered <= 300, `${viewer.latencyModel.placeMs.buffered} ms`)
  }))

test("in step nothing is sought and rates change little, whatever the drift of the sound card", () =>
  each(12, (random) => {
    const viewer = started(random, { ppm: random.between(-100, 100) }).run(15000)
    const fromMs = viewer.nowMs
    viewer.forgetTrace()
    viewer.run(600000)
    assert.equal(viewer.player.seeks, 0)
    assert.ok(viewer.player.excursions <= 2, `${viewer.player.excursions} excursions in ten minutes`)
    assert.ok(viewer.player.fastest <= 0.015)
    assert.ok(viewer.worstMs(fromMs) <= 10, `${viewer.worstMs(fromMs)} ms`)
  }))

test("two players are nearly always within ten milliseconds of each other", () =>
  each(6, (random) => {
    const two = [1, 2].map(() => started(random, { ppm: random.between(-50, 50) }).run(15000))
    two.forEach((viewer) => viewer.forgetTrace())
    two.forEach((viewer) => viewer.run(120000))
    const errors = two.map((viewer) => viewer.trace.map(({ errorMs }) => errorMs))
    const skews = errors[0]
      .slice(0, 11000)
      .map((error, i) => Math.abs(error - errors[1][i]))
      .sort((a, b) => a - b)
    assert.ok(skews[Math.floor(skews.length * 0.95)] <= 10)
    assert.ok(Number(skews.at(-1)) <= 20)
  }))

test("a pause stands exactly where the room stands", () =>
  each(50, (random) => {
    const viewer = started(random).run(5000)
    const whereS = random.between(0, 100)
    viewer.follow(standing(viewer.nowMs - random.between(0, 200), whereS))
    viewer.run(500)
    assert.ok(viewer.player.paused)
    assert.equal(viewer.player.positionS, whereS)
    assert.equal(viewer.player.rate, 1)
  }))

test("a late joiner is within a frame two seconds after the media is loaded", () =>
  each(50, (random) => {
    const viewer = new Viewer(random, { readyMs: random.between(10, 200) })
    viewer.follow(playing(-random.between(1000, 1e6), 0))
    viewer.run(6000)
    assert.ok(viewer.worstMs(2000) < 25, `${viewer.worstMs(2000)} ms`)
  }))

test("media that takes longer than planned is met further ahead", () =>
  each(20, (random) => {
    const viewer = new Viewer(random, { readyMs: random.between(600, 1500) })
    viewer.follow(playing(-60000, 0))
    viewer.run(15000)
    assert.ok(!viewer.player.paused)
    assert.ok(viewer.worstMs(10000) < 25, `${viewer.worstMs(10000)} ms`)
  }))

test("a player catches up with a seek that came too late to be scheduled", () =>
  each(30, (random) => {
    const viewer = started(random).run(5000)
    viewer.follow(playing(viewer.nowMs - random.between(0, 300), random.between(0, 3000)))
    viewer.run(6000)
    assert.ok(viewer.worstMs(viewer.nowMs - 1000) < 10)
  }))

test("another rate is adopted at once and kept in step", () =>
  each(30, (random) => {
    const viewer = started(random).run(6000)
    const rate = random.pick([0.5, 0.75, 1.25, 1.5, 2])
    const { nowMs } = viewer
    const atS = viewer.timeline.current_time + (nowMs - viewer.timeline.timestamp) / 1000
    viewer.follow(playing(nowMs - 40, atS - 0.04, rate))
    viewer.run(10000)
    assert.ok(Math.abs(viewer.errorMs) < 20, `${viewer.errorMs} ms at ${rate}`)
    assert.equal(viewer.player.seeks, 1) // the one before the start
  }))

test("a timeline that describes the same motion changes nothing", () =>
  each(20, (random) => {
    const viewer = started(random).run(6000)
    viewer.forgetTrace()
    const { timestamp, current_time } = viewer.timeline
    viewer.follow(playing(timestamp + 3000, current_time + 3))
    viewer.run(3000)
    assert.equal(viewer.player.seeks, 0)
    assert.ok(viewer.controller.playControl.tracking)
  }))

test("a stall is reported once, and its end", () =>
  each(20, (random) => {
    const viewer = started(random).run(6000)
    viewer.player.starvedUntilMs = viewer.nowMs + 3000
    viewer.run(12000)
    assert.deepEqual(viewer.reports, ["buffer_start", "buffer_end"])
    assert.ok(Math.abs(viewer.errorMs) < 10)
  }))

test("a gap of a tenth of a second is not reported", () =>
  each(20, (random) => {
    const viewer = started(random).run(6000)
    viewer.player.starvedUntilMs = viewer.nowMs + 100
    viewer.run(8000)
    assert.deepEqual(viewer.reports, [])
  }))

test("a refused start continues muted, and if that is refused too waits for a gesture", () =>
  each(5, (random) => {
    const viewer = new Viewer(random)
    viewer.player.refuses = "NotAllowedError"
    viewer.follow(playing(-5000, 0))
    viewer.run(3000)
    assert.ok(viewer.controller.interference.mutedByUs)
    assert.equal(viewer.controller.state, "blocked")
    viewer.player.refuses = null
    viewer.controller.resync()
    viewer.tick()
    viewer.run(5000)
    assert.ok(Math.abs(viewer.errorMs) < 10)
  }))

test("a foreign pause is corrected once, and respected when it comes again", () =>
  each(10, (random) => {
    const viewer = started(random).run(6000)
    const foreignPause = () => viewer.player.pause()
    foreignPause()
    viewer.run(5000)
    assert.ok(!viewer.player.paused)
    foreignPause()
    viewer.run(5000)
    assert.ok(viewer.player.paused)
    assert.equal(viewer.controller.state, "blocked")
  }))

test("without a clock nothing is corrected, and a playing player goes on", () =>
  each(10, (random) => {
    const viewer = started(random).run(6000)
    viewer.locked = false
    viewer.forgetTrace()
    viewer.run(20000)
    assert.equal(viewer.player.excursions, 0)
    assert.ok(!viewer.player.paused)
    assert.ok(Math.abs(viewer.errorMs) < 10)
  }))

test("a viewer who stops following is left alone, and is back in step after one press", () =>
  each(10, (random) => {
    const viewer = started(random).run(6000)
    viewer.controller.leaveAlone(true)
    viewer.player.pause()
    viewer.run(5000)
    assert.ok(viewer.player.paused)
    viewer.controller.leaveAlone(false)
    viewer.controller.resync()
    viewer.tick()
    viewer.run(5000)
    assert.ok(Math.abs(viewer.errorMs) < 10)
  }))

test("whatever the room does, the player ends where it is", () =>
  each(60, (random) => {
    const viewer = new Viewer(random, { ppm: random.between(-50, 50) })
    for (let i = 0; i < 12; i++) {
      const positionS = random.between(0, 3600)
      const rate = random.chance(0.2) ? random.pick([0.5, 1.5, 2]) : 1
      viewer.follow(
        random.chance(0.7)
          ? playing(viewer.nowMs + random.between(-500, 600), positionS, rate)
          : standing(viewer.nowMs, positionS, rate),
      )
      viewer.run(random.between(10, 1500))
    }
    viewer.run(8000)
    assert.equal(viewer.player.paused, !viewer.timeline.is_playing)
    assert.ok(Math.abs(viewer.errorMs) < 20, `${viewer.errorMs} ms`)
  }))
