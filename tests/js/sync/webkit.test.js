import assert from "node:assert/strict"
import { test } from "node:test"
import { StallWatch, enough, hasData } from "../../../static/js/core/sync/stall_detector.js"
import { each } from "../random.js"
import { Seat, playing, standing } from "./simulated_room.js"

const LEAD_MS = 250
const WEBKIT = { model: "webkit" }

/** Somebody in WebKit who was placed in a paused room and follows its start. */
function started(random, habits, positionS = 30) {
  const seat = new Seat(random, { ...WEBKIT, ...habits })
  seat.follow(standing(0, positionS))
  seat.run(500)
  seat.follow(playing(500 + LEAD_MS, positionS))
  return seat
}

const looks = (random, { moves, readyState, aheadS, rate = 1 }) => {
  const watch = new StallWatch()
  const news = new Set()
  let timeS = random.between(0, 100)
  for (let nowMs = 0; nowMs < 6000;) {
    const stepMs = random.between(20, 260)
    nowMs += stepMs
    if (moves) timeS += (rate * stepMs) / 1000
    const shownS = Math.floor(timeS / 0.04) * 0.04 // the coarsest clock there is
    news.add(
      watch.look({
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
    const watch = new StallWatch()
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
      began ||= watch.look(seen) === "began"
    }
    assert.ok(began)
  }))

test("data is what lies ahead, not what readyState calls it; near the end what is left is enough", () => {
  const seen = { currentTimeS: 10, durationS: 100, readyState: 2, bufferedAheadS: 5, idle: false }
  assert.ok(hasData(seen))
  assert.ok(enough(seen))
  assert.ok(!hasData({ ...seen, bufferedAheadS: 0.4 }))
  assert.ok(!enough({ ...seen, bufferedAheadS: 2 }))
  assert.ok(hasData({ ...seen, currentTimeS: 99.6, bufferedAheadS: 0.3 }))
  assert.ok(!hasData({ ...seen, readyState: 1 }))
})

test("after any seek it plays soon, says so, and reports no stall", () =>
  each(40, (random) => {
    const seat = started(random).run(4000)
    for (let i = 0; i < 4; i++) {
      seat.follow(playing(seat.nowMs + LEAD_MS, random.between(0, 3000)))
      seat.run(LEAD_MS + 600)
      assert.equal(seat.machine.state, "playing")
      assert.ok(!seat.player.paused)
      seat.run(random.between(1000, 6000))
    }
    assert.deepEqual(seat.reports, [])
  }))

test("where the room waits it is ready as soon as it has data", () =>
  each(20, (random) => {
    const seat = started(random).run(4000)
    seat.follow({
      ...standing(seat.nowMs, 50),
      phase: "holding",
      revision: 4,
      hold: { why: "stall", who: [], until: seat.nowMs + 8000 },
    })
    seat.run(300)
    assert.equal(seat.machine.state, "ready")
  }))

test("it is within 50 ms of the room four seconds after a start or a seek, and nothing is sought from then on", () =>
  each(40, (random) => {
    const seat = started(random).run(4500)
    const settled = () => {
      const fromMs = seat.nowMs
      seat.forgetTrace()
      seat.run(60000)
      assert.equal(seat.player.seeks, 0)
      assert.equal(seat.player.excursions, 0)
      assert.ok(seat.worstMs(fromMs) <= 50, `${seat.worstMs(fromMs)} ms`)
    }
    settled()
    for (let i = 0; i < 4; i++) {
      seat.follow(standing(seat.nowMs, random.between(0, 3000)))
      seat.run(random.between(200, 2000))
      seat.follow(playing(seat.nowMs + LEAD_MS, seat.timeline.current_time))
      seat.run(LEAD_MS + 4000)
      settled()
      seat.follow(playing(seat.nowMs + random.between(0, LEAD_MS), random.between(0, 3000)))
      seat.run(LEAD_MS + 4000)
      settled()
    }
  }))

test("whatever a start costs there, from the second on it lands within 50 ms", () =>
  each(40, (random) => {
    const seat = started(random)
    seat.player.startMs = random.between(0, 200)
    seat.run(8000)
    seat.follow(playing(seat.nowMs + LEAD_MS, 100))
    const fromMs = seat.nowMs + LEAD_MS + 300
    seat.run(8000)
    assert.ok(seat.worstMs(fromMs) <= 50, `${seat.worstMs(fromMs)} ms`)
  }))

test("a player that drifts away is brought back by few seeks, each of which helps", () =>
  each(10, (random) => {
    const seat = started(random, { ppm: random.pick([-1, 1]) * random.between(200, 400) }).run(5000)
    seat.forgetTrace()
    const fromMs = seat.nowMs
    seat.run(600000)
    assert.ok(seat.player.seeks >= 1 && seat.player.seeks <= 8, `${seat.player.seeks} seeks in ten minutes`)
    assert.ok(seat.worstMs(fromMs) <= 75, `${seat.worstMs(fromMs)} ms`)
  }))

test("where seeks land anywhere it is left in peace up to 150 ms", () =>
  each(10, (random) => {
    const seat = started(random).run(5000)
    Object.defineProperty(seat.player, "seekMs", { get: () => random.between(0, 400) })
    seat.player.positionS -= 0.1
    seat.run(60000)
    seat.forgetTrace()
    seat.run(300000)
    assert.ok(seat.player.seeks <= 3, `${seat.player.seeks} seeks in five minutes`)
  }))

test("the room's speed is followed, up and down", () =>
  each(40, (random) => {
    const seat = started(random).run(5000)
    for (const rate of [1.5, 1, 1.25, 0.75, 1]) {
      const { nowMs } = seat
      const atMs = nowMs - random.between(0, 80)
      const atS = seat.timeline.current_time + (seat.timeline.rate * (atMs - seat.timeline.timestamp)) / 1000
      seat.follow(playing(atMs, atS, rate))
      seat.run(4000)
      assert.equal(seat.player.rate, rate)
      seat.forgetTrace()
      seat.run(6000)
      assert.ok(
        seat.worstMs(nowMs + 4000) / rate <= 62,
        `${seat.worstMs(nowMs + 4000)} ms of film at ${rate}`,
      )
      assert.equal(seat.player.seeks, 0)
    }
    assert.deepEqual(seat.reports, [])
  }))

test("a player that a change of the rate froze is placed again and goes on", () =>
  each(20, (random) => {
    const seat = started(random, { freezes: random.pick([1, 2]) }).run(5000)
    seat.follow(playing(seat.nowMs, seat.player.positionS, 1.25))
    seat.run(12000)
    assert.ok(!seat.player.paused)
    assert.ok(Math.abs(seat.errorMs) <= 60, `${seat.errorMs} ms`)
    assert.deepEqual(
      seat.reports.filter((type) => type === "buffer_start").length,
      seat.reports.filter((type) => type === "buffer_end").length,
    )
  }))

test("one that stays frozen whatever is done is placed a few times only", () =>
  each(5, (random) => {
    const seat = started(random).run(5000)
    seat.forgetTrace()
    Object.defineProperty(seat.player, "frozen", { get: () => true, set: () => {} })
    seat.run(600000)
    assert.ok(seat.player.seeks >= 2 && seat.player.seeks <= 12, `${seat.player.seeks} seeks in ten minutes`)
    assert.equal(seat.machine.state, "buffering")
  }))
