import assert from "node:assert/strict"
import { test } from "node:test"
import { newsOf, stateOf } from "../../../static/js/page/media/status_report.js"
import { each } from "../random.js"
import { Seat, playing, standing } from "./simulated_room.js"

const holding = (atMs, positionS, revision) => ({
  ...standing(atMs, positionS),
  phase: "holding",
  revision,
  hold: { why: "stall", who: [], until: atMs + 8000 },
})

function inStep(random, habits) {
  const seat = new Seat(random, habits)
  seat.follow(playing(-1000, 30))
  return seat.run(8000)
}

/** When, from now on, the player first says it is ready. */
function readyAfterMs(seat, withinMs) {
  const fromMs = seat.nowMs
  while (seat.nowMs < fromMs + withinMs) {
    if (newsOf(seat.machine)?.startsWith("ready")) return seat.nowMs - fromMs
    seat.run(10)
  }
  return Infinity
}

test("while the room holds the player stands exactly there, and says so for each hold anew", () =>
  each(40, (random) => {
    const seat = inStep(random)
    for (let revision = 5; revision < 8; revision++) {
      const whereS = random.between(0, 900)
      seat.follow(holding(seat.nowMs - random.between(0, 100), whereS, revision))
      assert.equal(newsOf(seat.machine), null) // not before it is there
      assert.ok(readyAfterMs(seat, 500) < 300)
      assert.ok(seat.player.paused)
      assert.equal(seat.player.positionS, whereS)
      assert.equal(newsOf(seat.machine), `ready ${revision}`)
      seat.follow(playing(seat.nowMs + 250, whereS))
      seat.run(5000)
      assert.ok(Math.abs(seat.errorMs) < 10)
    }
  }))

test("a hold that only names others changes nothing for who is ready", () =>
  each(10, (random) => {
    const seat = inStep(random)
    seat.follow(holding(seat.nowMs, 50, 5))
    seat.run(500)
    seat.forgetTrace()
    seat.follow(holding(seat.timeline.timestamp, 50, 6))
    assert.equal(newsOf(seat.machine), "ready 6")
    seat.run(1000)
    assert.equal(seat.player.seeks, 0)
  }))

test("starving is told soon even where nothing says `waiting`, and stays told while the room waits, until the data is there", () =>
  each(40, (random) => {
    const seat = inStep(random)
    const lastsMs = random.between(1500, 6000)
    const fromMs = seat.nowMs
    seat.player.starvedUntilMs = fromMs + lastsMs
    while (newsOf(seat.machine) !== "stalled" && seat.nowMs < fromMs + 1000) seat.run(10)
    assert.ok(
      seat.nowMs - fromMs >= 250 && seat.nowMs - fromMs < 250 + 250 + 150,
      `${seat.nowMs - fromMs} ms`,
    )
    assert.deepEqual(seat.reports, ["buffer_start"])
    seat.follow(holding(seat.nowMs, seat.player.positionS, 9))
    seat.run(300)
    assert.equal(stateOf(seat.machine, false), "stalled")
    assert.deepEqual(seat.reports, ["buffer_start"])
    seat.run(fromMs + lastsMs - seat.nowMs + 200)
    assert.equal(stateOf(seat.machine, false), "ready")
    assert.deepEqual(seat.reports, ["buffer_start", "buffer_end"])
  }))

test("a pause ends a stall: what stands does not starve", () =>
  each(10, (random) => {
    const seat = inStep(random)
    seat.player.starvedUntilMs = seat.nowMs + 5000
    seat.run(1000)
    seat.follow(standing(seat.nowMs, 40))
    seat.run(100)
    assert.deepEqual(seat.reports, ["buffer_start", "buffer_end"])
  }))

test("a browser that fetches no further while it stands is taken at its word", () => {
  each(5, (random) => {
    const seat = new Seat(random)
    Object.defineProperty(seat.player, "readyState", { get: () => 2 })
    seat.player.aheadS = 0.5
    seat.follow(holding(0, 0, 3))
    seat.run(500)
    assert.equal(stateOf(seat.machine, false), "loading")
    seat.fetching = false
    seat.run(200)
    assert.equal(stateOf(seat.machine, false), "ready")
  })
})

test("nobody is waited for who is hidden, was refused, keeps out or cannot keep up", () =>
  each(5, (random) => {
    const seat = inStep(random)
    assert.equal(stateOf(seat.machine, true), "hidden")
    seat.machine.helm.degraded = true
    assert.equal(stateOf(seat.machine, false), "degraded")
    seat.machine.others.blocked = true
    seat.follow(holding(seat.nowMs, 40, 4))
    seat.run(500)
    assert.equal(stateOf(seat.machine, false), "blocked")
    seat.machine.leaveAlone(true)
    seat.tick()
    assert.equal(stateOf(seat.machine, true), "off")
  }))

test("whoever was about to start when the room began to wait stops again", () =>
  each(30, (random) => {
    const seat = new Seat(random)
    seat.follow(standing(0, 30))
    seat.run(500)
    seat.follow(playing(seat.nowMs + 250, 30))
    seat.run(random.between(0, 400))
    seat.follow(holding(seat.nowMs, 30.1, 7))
    seat.run(1500)
    assert.ok(seat.player.paused)
    assert.ok(Math.abs(seat.player.positionS - 30.1) < 0.02, `${seat.player.positionS}`) // the same frame
  }))
