import assert from "node:assert/strict"
import { test } from "node:test"
import { each } from "../random.js"
import { Viewer, playing, standing } from "./simulated_room.js"

const OPERATIONS = 1000
const EFFECTS = new Set(["play", "pause", "seek", "rate", "report", "learned"])
const REPORTS = new Set(["buffer_start", "buffer_end"])

/**
 * Events that happen to a player: the room moves, the network stalls it, its viewer presses a button.
 */
const EVENTS = {
  room: (viewer, random) =>
    viewer.follow(
      random.chance(0.7)
        ? playing(
            viewer.nowMs + random.between(-400, 600),
            random.between(0, 3600),
            random.pick([1, 1, 1, 1.5]),
          )
        : standing(viewer.nowMs, random.between(0, 3600)),
    ),
  holds: (viewer, random) =>
    viewer.follow({
      ...standing(viewer.nowMs, random.between(0, 3600)),
      phase: "holding",
      hold: { why: "ready", who: [], until: viewer.nowMs + 8000 },
    }),
  starves: (viewer, random) => (viewer.player.starvedUntilMs = viewer.nowMs + random.between(50, 3000)),
  clock: (viewer) => (viewer.clockSteps += 1),
  lost: (viewer, random) => (viewer.locked = random.chance(0.7)),
  resync: (viewer) => viewer.controller.resync(),
  alone: (viewer, random) => viewer.controller.leaveAlone(random.chance(0.3)),
  waits: () => {},
}

/** Actions of the browser, which must be recognized as foreign. */
const BROWSER_ACTIONS = {
  hides: (viewer, random) => viewer.hidden || viewer.hide({ audible: random.chance(0.5) }),
  shows: (viewer) => viewer.hidden && viewer.show(),
  freezes: (viewer, random) => viewer.freeze(random.between(100, 5000)),
}

test("a thousand events happen to a player, and it sends no command", () =>
  each(6, (random) => {
    const viewer = new Viewer(random)
    viewer.follow(playing(200, 30))
    for (let i = 0; i < OPERATIONS; i++) {
      const kinds = random.chance(0.15) ? BROWSER_ACTIONS : EVENTS
      kinds[random.pick(Object.keys(kinds))](viewer, random)
      viewer.run(random.between(5, 700))
    }
    assert.ok(
      [...viewer.effects].every((kind) => EFFECTS.has(kind)),
      `${[...viewer.effects]}`,
    )
    assert.ok(viewer.reports.every((type) => REPORTS.has(type)))
  }))

test("of a thousand own actions none is taken for a foreign one", () =>
  each(6, (random) => {
    const viewer = new Viewer(random)
    viewer.follow(playing(200, 30))
    for (let i = 0; i < OPERATIONS; i++) {
      EVENTS[random.pick(Object.keys(EVENTS))](viewer, random)
      viewer.run(random.between(5, 700))
    }
    assert.deepEqual(viewer.foreignEvents, [])
  }))

test("after all of it the player is where the room is", () =>
  each(12, (random) => {
    const viewer = new Viewer(random)
    for (let i = 0; i < 100; i++) {
      const kinds = random.chance(0.15) ? BROWSER_ACTIONS : EVENTS
      kinds[random.pick(Object.keys(kinds))](viewer, random)
      viewer.run(random.between(5, 700))
    }
    if (viewer.hidden) viewer.show()
    viewer.locked = true
    viewer.controller.leaveAlone(false)
    viewer.controller.resync()
    viewer.follow(playing(viewer.nowMs + 250, 60))
    viewer.run(8000)
    assert.ok(Math.abs(viewer.errorMs) < 20, `${viewer.errorMs} ms`)
  }))

test("foreign seeks and pauses are corrected, and cause no command", () =>
  each(30, (random) => {
    const viewer = new Viewer(random)
    viewer.follow(playing(-1000, 30))
    viewer.run(6000)
    random.chance(0.5) ? viewer.player.pause() : viewer.player.seek(random.between(100, 900))
    viewer.run(6000)
    assert.ok(!viewer.player.paused)
    assert.ok(Math.abs(viewer.errorMs) < 20, `${viewer.errorMs} ms`)
    assert.deepEqual(viewer.reports, [])
  }))
