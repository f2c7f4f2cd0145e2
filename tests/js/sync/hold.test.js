import assert from "node:assert/strict"
import { test } from "node:test"
import { urgentState, reportedState } from "../../../static/js/page/media/status_report.js"
import { each } from "../random.js"
import { Viewer, playing, standing } from "./simulated_room.js"

const holding = (atMs, positionS, revision) => ({
  ...standing(atMs, positionS),
  phase: "holding",
  revision,
  hold: { why: "stall", who: [], until: atMs + 8000 },
})

function inStep(random, behaviour) {
  const viewer = new Viewer(random, behaviour)
  viewer.follow(playing(-1000, 30))
  return viewer.run(8000)
}

/** Time until the player first reports that it is ready. */
function readyAfterMs(viewer, withinMs) {
  const fromMs = viewer.nowMs
  while (viewer.nowMs < fromMs + withinMs) {
    if (urgentState(viewer.controller)?.startsWith("ready")) return viewer.nowMs - fromMs
    viewer.run(10)
  }
  return Infinity
}

test("while the room holds the player stands exactly there, and reports ready for each hold", () =>
  each(40, (random) => {
    const viewer = inStep(random)
    for (let revision = 5; revision < 8; revision++) {
      const whereS = random.between(0, 900)
      viewer.follow(holding(viewer.nowMs - random.between(0, 100), whereS, revision))
      assert.equal(urgentState(viewer.controller), null) // not before it is there
      assert.ok(readyAfterMs(viewer, 500) < 300)
      assert.ok(viewer.player.paused)
      assert.equal(viewer.player.positionS, whereS)
      assert.equal(urgentState(viewer.controller), `ready ${revision}`)
      viewer.follow(playing(viewer.nowMs + 250, whereS))
      viewer.run(5000)
      assert.ok(Math.abs(viewer.errorMs) < 10)
    }
  }))

test("a hold that only names other members changes nothing for a player that is ready", () =>
  each(10, (random) => {
    const viewer = inStep(random)
    viewer.follow(holding(viewer.nowMs, 50, 5))
    viewer.run(500)
    viewer.forgetTrace()
    viewer.follow(holding(viewer.timeline.timestamp, 50, 6))
    assert.equal(urgentState(viewer.controller), "ready 6")
    viewer.run(1000)
    assert.equal(viewer.player.seeks, 0)
  }))

test("a stall is reported soon even without a `waiting` event, and stays reported until the data arrives", () =>
  each(40, (random) => {
    const viewer = inStep(random)
    const lastsMs = random.between(1500, 6000)
    const fromMs = viewer.nowMs
    viewer.player.starvedUntilMs = fromMs + lastsMs
    while (urgentState(viewer.controller) !== "stalled" && viewer.nowMs < fromMs + 1000) viewer.run(10)
    assert.ok(
      viewer.nowMs - fromMs >= 250 && viewer.nowMs - fromMs < 250 + 250 + 150,
      `${viewer.nowMs - fromMs} ms`,
    )
    assert.deepEqual(viewer.reports, ["buffer_start"])
    viewer.follow(holding(viewer.nowMs, viewer.player.positionS, 9))
    viewer.run(300)
    assert.equal(reportedState(viewer.controller, false), "stalled")
    assert.deepEqual(viewer.reports, ["buffer_start"])
    viewer.run(fromMs + lastsMs - viewer.nowMs + 200)
    assert.equal(reportedState(viewer.controller, false), "ready")
    assert.deepEqual(viewer.reports, ["buffer_start", "buffer_end"])
  }))

test("a pause ends a stall: a paused player is not stalled", () =>
  each(10, (random) => {
    const viewer = inStep(random)
    viewer.player.starvedUntilMs = viewer.nowMs + 5000
    viewer.run(1000)
    viewer.follow(standing(viewer.nowMs, 40))
    viewer.run(100)
    assert.deepEqual(viewer.reports, ["buffer_start", "buffer_end"])
  }))

test("a browser that loads no further while paused is ready with what it has", () => {
  each(5, (random) => {
    const viewer = new Viewer(random)
    Object.defineProperty(viewer.player, "readyState", { get: () => 2 })
    viewer.player.aheadS = 0.5
    viewer.follow(holding(0, 0, 3))
    viewer.run(500)
    assert.equal(reportedState(viewer.controller, false), "loading")
    viewer.fetching = false
    viewer.run(200)
    assert.equal(reportedState(viewer.controller, false), "ready")
  })
})

test("the room does not wait for players that are hidden, refused, unaligned or degraded", () =>
  each(5, (random) => {
    const viewer = inStep(random)
    assert.equal(reportedState(viewer.controller, true), "hidden")
    viewer.controller.driftControl.degraded = true
    assert.equal(reportedState(viewer.controller, false), "degraded")
    viewer.controller.interference.blocked = true
    viewer.follow(holding(viewer.nowMs, 40, 4))
    viewer.run(500)
    assert.equal(reportedState(viewer.controller, false), "blocked")
    viewer.controller.leaveAlone(true)
    viewer.tick()
    assert.equal(reportedState(viewer.controller, true), "off")
  }))

test("a player that was about to start when the room began to wait stops again", () =>
  each(30, (random) => {
    const viewer = new Viewer(random)
    viewer.follow(standing(0, 30))
    viewer.run(500)
    viewer.follow(playing(viewer.nowMs + 250, 30))
    viewer.run(random.between(0, 400))
    viewer.follow(holding(viewer.nowMs, 30.1, 7))
    viewer.run(1500)
    assert.ok(viewer.player.paused)
    assert.ok(Math.abs(viewer.player.positionS - 30.1) < 0.02, `${viewer.player.positionS}`) // the same frame
  }))
