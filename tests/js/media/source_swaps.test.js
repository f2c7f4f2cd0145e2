import assert from "node:assert/strict"
import { test } from "node:test"
import { mediaProblem } from "../../../static/js/page/media/status_report.js"
import { each } from "../random.js"
import { Viewer, playing, standing } from "../sync/simulated_room.js"

const SETTLED_MS = 8000

/** A member who is in step in media of an hour, ten seconds in. */
function inStep(random) {
  const viewer = new Viewer(random, { durationS: 3600 })
  viewer.follow(playing(250, 5))
  return viewer.run(5000)
}

/** The source opens again, as for another quality: its data are there after `forMs`, at the start that it was given. */
function reopen(viewer, forMs, startS = 0) {
  viewer.controller.newSource({ again: true })
  viewer.player.empty(forMs, startS)
  viewer.tick()
}

/** @param {any} viewer */
function assertInStep(viewer) {
  assert.equal(mediaProblem(viewer.controller, viewer.seen()), null)
  assert.ok(Math.abs(viewer.errorMs) < 25, `${viewer.errorMs} ms`)
}

test("a seek while the source is opened again is carried out when its data are there", () =>
  each(20, (random) => {
    const viewer = inStep(random)
    reopen(viewer, 1500, 10)
    viewer.run(random.between(0, 1500))
    viewer.follow(playing(viewer.nowMs + 300, 40))
    viewer.run(SETTLED_MS)
    assertInStep(viewer)
  }))

test("a seek that other data interrupt has failed nowhere, however often", () =>
  each(20, (random) => {
    const viewer = inStep(random)
    viewer.follow(playing(viewer.nowMs + 300, 40))
    for (let i = 0; i < 5; i++) {
      viewer.run(random.between(1, 15)) // it is still seeking
      reopen(viewer, 200)
      viewer.run(200)
    }
    viewer.run(SETTLED_MS)
    assertInStep(viewer)
  }))

test("data that a source takes away by itself during a seek are sought again", () =>
  each(20, (random) => {
    const viewer = inStep(random)
    for (const room of [playing(0, 40), standing(0, 60)]) {
      viewer.follow({ ...room, timestamp: viewer.nowMs + 300 })
      for (let i = 0; i < 2; i++) {
        viewer.run(5)
        viewer.player.empty(300)
        viewer.run(300)
      }
      viewer.run(SETTLED_MS)
      assertInStep(viewer)
    }
  }))

test("a viewer may change quality or language as often as they like", () =>
  each(20, (random) => {
    const viewer = inStep(random)
    for (let i = 0; i < 8; i++) {
      reopen(viewer, 300)
      viewer.run(900)
    }
    viewer.run(2000)
    assertInStep(viewer)
  }))

test("a source that takes its data away at every seek is not sought forever", () =>
  each(20, (random) => {
    const viewer = inStep(random)
    const seek = viewer.player.seek.bind(viewer.player)
    viewer.player.seek = (toS) => (seek(toS), viewer.player.empty(100))
    viewer.player.allSeeks = []
    viewer.follow(playing(viewer.nowMs + 300, 40))
    viewer.run(60_000)
    assert.ok(viewer.player.allSeeks.length <= 10, `${viewer.player.allSeeks.length} in a minute`)
  }))
