import assert from "node:assert/strict"
import { test } from "node:test"
import { StallDetector, hasEnough, hasData } from "../../../static/js/core/sync/stall_detector.js"
import { each } from "../random.js"
import { Viewer, playing, standing } from "./simulated_room.js"

const LEAD_MS = 250
const WEBKIT = { model: "webkit" }

/** Somebody in WebKit who was placed in a paused room and follows its start. */
function started(random, habits, positionS = 30) {
  const viewer = new Viewer(random, { ...WEBKIT, ...habits })
  viewer.follow(standing(0, positionS))
  viewer.run(500)
  viewer.follow(playing(500 + LEAD_MS, positionS))
  return viewer
}

const looks = (random, { moves, readyState, aheadS, rate = 1 }) => {
  const watch = new StallDetector()
  const news = new Set()
  let timeS = random.between(0, 100)
  for (let nowMs = 0; nowMs < 6000;) {
    const stepMs = random.between(20, 260)
    nowMs += stepMs
    if (moves) timeS += (rate * stepMs) / 1000
    const shownS = Math.floor(timeS / 0.04) * 0.04 // the coarsest clock there is
    news.add(
      watch.update({
        nowMs,
        currentTimeS: shownS,
        durationS: 1000,
        readyState,
        seeking: false,
        paused: false,
        bufferedAheadS: aheadS,
        idle: false,
        rate,
      }),
    )
  }
  return news
}

test("what moves at its rate with data ahead does not starve, whatever its readyState says", () =>
  each(60, (random) => {
    const news = looks(random, {
      moves: true,
      readyState: random.pick([2, 3, 4]),
      aheadS: random.between(1, 60),
      rate: random.pick([0.5, 1, 1.5, 3]),
    })
    assert.deepEqual([...news], ["fine"])
  }))

test("what stands, or has nothing ahead and says so, starves", () =>
  each(60, (random) => {
    assert.ok(
      looks(random, {
        moves: false,
        readyState: random.pick([1, 2, 3, 4]),
        aheadS: random.between(0, 60),
      }).has("began"),
    )
    assert.ok(looks(random, { moves: true, readyState: random.pick([1, 2]), aheadS: 0 }).has("began"))
  }))

test("what creeps along at a fraction of its rate is not believed to move", () =>
  each(20, (random) => {
    const watch = new StallDetector()
    let began = false
    for (let nowMs = 0; nowMs < 5000; nowMs += 100) {
      const seen = {
        nowMs,
        currentTimeS: 10 + nowMs / 1e4,
        durationS: 1000,
        readyState: 2,
        seeking: false,
        paused: false,
        bufferedAheadS: 30,
        rate: random.pick([1, 1.5, 2]),
      }
      began ||= watch.update(seen) === "began"
    }
    assert.ok(began)
  }))

test("data is what lies ahead, not what readyState calls it; near the end what is left is enough", () => {
  const seen = { currentTimeS: 10, durationS: 100, readyState: 2, bufferedAheadS: 5, idle: false }
  assert.ok(hasData(seen))
  assert.ok(hasEnough(seen))
  assert.ok(!hasData({ ...seen, bufferedAheadS: 0.4 }))
  assert.ok(!hasEnough({ ...seen, bufferedAheadS: 2 }))
  assert.ok(hasData({ ...seen, currentTimeS: 99.6, bufferedAheadS: 0.3 }))
  assert.ok(!hasData({ ...seen, readyState: 1 }))
})

test("after any seek it plays soon, says so, and reports no stall", () =>
  each(40, (random) => {
    const viewer = started(random).run(4000)
    for (let i = 0; i < 4; i++) {
      viewer.follow(playing(viewer.nowMs + LEAD_MS, random.between(0, 3000)))
      viewer.run(LEAD_MS + 600)
      assert.equal(viewer.machine.state, "playing")
      assert.ok(!viewer.player.paused)
      viewer.run(random.between(1000, 6000))
    }
    assert.deepEqual(viewer.reports, [])
  }))

test("where the room waits it is ready as soon as it has data", () =>
  each(20, (random) => {
    const viewer = started(random).run(4000)
    viewer.follow({
      ...standing(viewer.nowMs, 50),
      phase: "holding",
      revision: 4,
      hold: { why: "stall", who: [], until: viewer.nowMs + 8000 },
    })
    viewer.run(300)
    assert.equal(viewer.machine.state, "ready")
  }))

test("it is within 50 ms of the room four seconds after a start or a seek, and nothing is sought from then on", () =>
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

test("whatever a start costs there, from the second on it lands within 50 ms", () =>
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

test("where seeks land anywhere it is left in peace up to 150 ms", () =>
  each(10, (random) => {
    const viewer = started(random).run(5000)
    Object.defineProperty(viewer.player, "seekMs", { get: () => random.between(0, 400) })
    viewer.player.positionS -= 0.1
    viewer.run(60000)
    viewer.forgetTrace()
    viewer.run(300000)
    assert.ok(viewer.player.seeks <= 3, `${viewer.player.seeks} seeks in five minutes`)
  }))

test("the room's speed is followed, up and down", () =>
  each(40, (random) => {
    const viewer = started(random).run(5000)
    for (const rate of [1.5, 1, 1.25, 0.75, 1]) {
      const { nowMs } = viewer
      const atMs = nowMs - random.between(0, 80)
      const atS =
        viewer.timeline.current_time + (viewer.timeline.rate * (atMs - viewer.timeline.timestamp)) / 1000
      viewer.follow(playing(atMs, atS, rate))
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

test("one that stays frozen whatever is done is placed a few times only", () =>
  each(5, (random) => {
    const viewer = started(random).run(5000)
    viewer.forgetTrace()
    Object.defineProperty(viewer.player, "frozen", { get: () => true, set: () => {} })
    viewer.run(600000)
    assert.ok(
      viewer.player.seeks >= 2 && viewer.player.seeks <= 12,
      `${viewer.player.seeks} seeks in ten minutes`,
    )
    assert.equal(viewer.machine.state, "buffering")
  }))
