import assert from "node:assert/strict"
import { test } from "node:test"
import { positionAt } from "../../../static/js/core/sync/timeline.js"
import { each } from "../random.js"
import { Viewer, playing, standing } from "./simulated_room.js"

const LEAD_MS = 250
const WEBKIT = { model: "webkit" }

/** A viewer in WebKit in a paused room that starts. */
function started(random, behaviour, positionS = 30) {
  const viewer = new Viewer(random, { ...WEBKIT, ...behaviour })
  viewer.follow(standing(0, positionS))
  viewer.run(500)
  viewer.follow(playing(500 + LEAD_MS, positionS))
  return viewer
}

test("after any seek the player plays soon, reports it, and reports no stall", () =>
  each(40, (random) => {
    const viewer = started(random).run(4000)
    for (let i = 0; i < 4; i++) {
      viewer.follow(playing(viewer.nowMs + LEAD_MS, random.between(0, 3000)))
      viewer.run(LEAD_MS + 600)
      assert.equal(viewer.controller.state, "playing")
      assert.ok(!viewer.player.paused)
      viewer.run(random.between(1000, 6000))
    }
    assert.deepEqual(viewer.reports, [])
  }))

test("while the room waits the player is ready as soon as it has data", () =>
  each(20, (random) => {
    const viewer = started(random).run(4000)
    viewer.follow({
      ...standing(viewer.nowMs, 50),
      phase: "holding",
      revision: 4,
      hold: { why: "stall", who: [], until: viewer.nowMs + 8000 },
    })
    viewer.run(300)
    assert.equal(viewer.controller.state, "ready")
  }))

test("the player is within 50 ms of the room four seconds after a start or a seek, and does not seek from then on", () =>
  each(40, (random) => {
    const viewer = started(random).run(4500)
    const settled = () => {
      const fromMs = viewer.nowMs
      viewer.forgetTrace()
      viewer.run(60000)
      assert.equal(viewer.player.seeks, 0)
      assert.equal(viewer.player.excursions, 0)
      assert.ok(viewer.worstMs(fromMs) <= 50, `${viewer.worstMs(fromMs)} ms`)
    }
    settled()
    for (let i = 0; i < 4; i++) {
      viewer.follow(standing(viewer.nowMs, random.between(0, 3000)))
      viewer.run(random.between(200, 2000))
      viewer.follow(playing(viewer.nowMs + LEAD_MS, viewer.timeline.current_time))
      viewer.run(LEAD_MS + 4000)
      settled()
      viewer.follow(playing(viewer.nowMs + random.between(0, LEAD_MS), random.between(0, 3000)))
      viewer.run(LEAD_MS + 4000)
      settled()
    }
  }))

test("whatever a start takes, from the second one on it lands within 50 ms", () =>
  each(40, (random) => {
    const viewer = started(random)
    viewer.player.startMs = random.between(0, 200)
    viewer.run(8000)
    viewer.follow(playing(viewer.nowMs + LEAD_MS, 100))
    const fromMs = viewer.nowMs + LEAD_MS + 300
    viewer.run(8000)
    assert.ok(viewer.worstMs(fromMs) <= 50, `${viewer.worstMs(fromMs)} ms`)
  }))

test("a player that drifts away is brought back by few seeks, each of which helps", () =>
  each(10, (random) => {
    const viewer = started(random, { ppm: random.pick([-1, 1]) * random.between(200, 400) }).run(5000)
    viewer.forgetTrace()
    const fromMs = viewer.nowMs
    viewer.run(600000)
    assert.ok(
      viewer.player.seeks >= 1 && viewer.player.seeks <= 8,
      `${viewer.player.seeks} seeks in ten minutes`,
    )
    assert.ok(viewer.worstMs(fromMs) <= 75, `${viewer.worstMs(fromMs)} ms`)
  }))

test("with inaccurate seeks the player is left alone up to 150 ms", () =>
  each(10, (random) => {
    const viewer = started(random).run(5000)
    Object.defineProperty(viewer.player, "seekMs", { get: () => random.between(0, 400) })
    viewer.player.positionS -= 0.1
    viewer.run(60000)
    viewer.forgetTrace()
    viewer.run(300000)
    assert.ok(viewer.player.seeks <= 3, `${viewer.player.seeks} seeks in five minutes`)
  }))

test("a first seek that takes unusually long is repeated at once, with the latency that it showed", () =>
  each(40, (random) => {
    const viewer = started(random).run(5000)
    viewer.player.seekMs = random.between(110, 140)
    viewer.player.positionS -= random.between(0.15, 0.3) // as a change of the rate does on a busy machine
    viewer.follow(playing(viewer.nowMs, positionAt(viewer.timeline, viewer.nowMs), 1.25))
    viewer.run(6000)
    viewer.forgetTrace()
    viewer.run(10000)
    assert.ok(viewer.worstMs(0) / 1.25 <= 62, `${viewer.worstMs(0)} ms of film`)
    assert.equal(viewer.player.seeks, 0)
  }))

test("the room's rate is followed, up and down", () =>
  each(40, (random) => {
    const viewer = started(random).run(5000)
    for (const rate of [1.5, 1, 1.25, 0.75, 1]) {
      const { nowMs } = viewer
      const atMs = nowMs - random.between(0, 80)
      viewer.follow(playing(atMs, positionAt(viewer.timeline, atMs), rate))
      viewer.run(4000)
      assert.equal(viewer.player.rate, rate)
      viewer.forgetTrace()
      viewer.run(6000)
      assert.ok(
        viewer.worstMs(nowMs + 4000) / rate <= 62,
        `${viewer.worstMs(nowMs + 4000)} ms of film at ${rate}`,
      )
      assert.equal(viewer.player.seeks, 0)
    }
    assert.deepEqual(viewer.reports, [])
  }))

test("a player that a change of the rate froze is placed again and goes on", () =>
  each(20, (random) => {
    const viewer = started(random, { freezes: random.pick([1, 2]) }).run(5000)
    viewer.follow(playing(viewer.nowMs, viewer.player.positionS, 1.25))
    viewer.run(12000)
    assert.ok(!viewer.player.paused)
    assert.ok(Math.abs(viewer.errorMs) <= 60, `${viewer.errorMs} ms`)
    assert.deepEqual(
      viewer.reports.filter((type) => type === "buffer_start").length,
      viewer.reports.filter((type) => type === "buffer_end").length,
    )
  }))

test("a player that stays frozen is placed a few times only", () =>
  each(5, (random) => {
    const viewer = started(random).run(5000)
    viewer.forgetTrace()
    Object.defineProperty(viewer.player, "frozen", { get: () => true, set: () => {} })
    viewer.run(600000)
    assert.ok(
      viewer.player.seeks >= 2 && viewer.player.seeks <= 12,
      `${viewer.player.seeks} seeks in ten minutes`,
    )
    assert.equal(viewer.controller.state, "buffering")
  }))
