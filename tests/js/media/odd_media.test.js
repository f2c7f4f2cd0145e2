import assert from "node:assert/strict"
import { test } from "node:test"
import { missingTrack, TrackCheck } from "../../../static/js/core/media/media_state.js"
import { playbackWarning } from "../../../static/js/page/room/media_errors.js"
import {
  mediaProblem,
  urgentReport,
  urgentState,
  statusReport,
  reportedState,
  standsStill,
} from "../../../static/js/page/media/status_report.js"
import { each, Random } from "../random.js"
import { Viewer, playing, standing } from "../sync/simulated_room.js"

/** @param {any} problem */
const warning = (problem) => String(playbackWarning(problem))
const MESSAGE_MS = 5000
const MOST_SEEKS = 3
const WITHIN_MS = 10_000

/** @returns {any} */
const trouble = (viewer) => mediaProblem(viewer.controller, viewer.seen())
const report = (viewer, { copy = null, copyShiftS = 0, late = false, warning = null } = {}) => {
  const { controller, latencyModel } = viewer
  /** @type {any} */
  const player = {
    seen: () => viewer.seen(),
    controller,
    latencyModel,
    clock: { delayMs: 1, jitterMs: 1 },
    fineTuneMs: 0,
    copy,
    copyShiftS,
    naturalEnd: { endS: null },
    standstill: { late },
    warning,
  }
  return /** @type {any} */ (statusReport(player, 500))
}

/** The largest number of seeks in any ten seconds. */
function mostSeeks({ player }) {
  return Math.max(
    0,
    ...player.allSeeks.map(
      (fromMs) => player.allSeeks.filter((ms) => ms >= fromMs && ms < fromMs + WITHIN_MS).length,
    ),
  )
}

/** A member who joins while the room plays. */
function lateJoiner(random, behaviour, positionS = 20) {
  const viewer = new Viewer(random, behaviour)
  viewer.follow(playing(-positionS * 1000, 0))
  return viewer
}

test("without range requests a late joiner plays from the start at once, without a seek, and reports the reason", () =>
  each(20, (random) => {
    const viewer = lateJoiner(random, { ranges: false, durationS: 600 }).run(MESSAGE_MS)
    assert.equal(trouble(viewer).kind, "not_seekable")
    assert.match(warning(trouble(viewer)), /does not support seeking/)
    viewer.run(60_000)
    assert.equal(viewer.player.allSeeks.length, 0)
    assert.ok(!viewer.player.paused)
    assert.ok(viewer.player.positionS > 60)
    assert.equal(reportedState(viewer.controller, false), "unaligned")
  }))

test("without range requests a seek ahead leaves players where they are, and a return to them brings them together", () =>
  each(20, (random) => {
    const viewer = new Viewer(random, { ranges: false, durationS: 600 })
    viewer.follow(playing(0, 0))
    viewer.run(5000)
    const { positionS } = viewer.player
    viewer.follow(playing(viewer.nowMs + 300, 100))
    viewer.run(5000)
    assert.ok(viewer.player.positionS > positionS + 4)
    assert.equal(trouble(viewer).kind, "not_seekable")
    viewer.follow(playing(viewer.nowMs + 300, viewer.player.positionS + 0.3))
    viewer.run(5000)
    assert.equal(trouble(viewer), null)
    assert.ok(Math.abs(viewer.errorMs) < 25, `${viewer.errorMs} ms`)
    assert.equal(viewer.player.allSeeks.length, 0)
  }))

test("a player that is ahead and cannot seek back waits for the room, for half a minute at most", () =>
  each(20, (random) => {
    const viewer = new Viewer(random, { ranges: false, durationS: 600 })
    viewer.follow(playing(0, 0))
    viewer.run(40_000)
    viewer.follow(playing(viewer.nowMs + 300, 33))
    viewer.run(3000)
    assert.ok(viewer.player.paused)
    assert.match(warning(trouble(viewer)), /waits at 0:39|waits at 0:40/)
    viewer.run(7000)
    assert.ok(Math.abs(viewer.errorMs) < 25, `${viewer.errorMs} ms`)
    assert.equal(trouble(viewer), null)
    viewer.follow(playing(viewer.nowMs + 300, 2))
    viewer.run(3000)
    assert.ok(!viewer.player.paused)
    assert.equal(viewer.player.allSeeks.length, 0)
  }))

test("without range requests a seek to the start works, and brings all players together", () =>
  each(20, (random) => {
    const viewer = lateJoiner(random, { ranges: false, durationS: 600 }).run(8000)
    viewer.follow(playing(viewer.nowMs + 300, 0))
    viewer.run(5000)
    assert.ok(Math.abs(viewer.errorMs) < 25)
    assert.equal(trouble(viewer), null)
    assert.equal(viewer.player.allSeeks.length, 1)
  }))

test("a late joiner plays an endless stream as it arrives, after one attempt to be in step", () =>
  each(20, (random) => {
    const viewer = lateJoiner(random, { live: true }).run(MESSAGE_MS)
    assert.equal(trouble(viewer).kind, "stream")
    assert.match(warning(trouble(viewer)), /no common position/)
    const { positionS } = viewer.player
    viewer.run(60_000)
    assert.ok(viewer.player.positionS > positionS + 55)
    assert.equal(viewer.player.allSeeks.length, 2)
    viewer.follow(standing(viewer.nowMs, 80))
    viewer.run(2000)
    assert.ok(viewer.player.paused)
    viewer.follow(playing(viewer.nowMs + 250, 80))
    viewer.run(20_000)
    assert.ok(!viewer.player.paused)
    assert.equal(viewer.player.allSeeks.length, 2)
  }))

test("media without a duration that can be sought is kept in step", () =>
  each(10, (random) => {
    const viewer = lateJoiner(random, { durationS: Infinity }).run(8000)
    assert.ok(Math.abs(viewer.errorMs) < 25)
    assert.equal(trouble(viewer), null)
  }))

test("a shifted copy reports the room's position, and only the room's own file reports its length", () =>
  each(5, (random) => {
    const viewer = new Viewer(random, { durationS: 300 })
    viewer.follow(playing(250, 10))
    viewer.run(5000)
    const own = viewer.seen().currentTimeS
    assert.equal(report(viewer).copy, undefined)
    for (const copy of ["similar", "different", "unknown"]) {
      const heartbeat = report(viewer, { copy, copyShiftS: 3 })
      assert.ok(Math.abs(heartbeat.current_time - (own - 3)) < 0.1)
      assert.deepEqual([heartbeat.copy, heartbeat.duration], [copy, undefined])
    }
    assert.equal(report(viewer, { copy: "same" }).duration, 300)
  }))

test("data that ends early stops the player there, without a seek, and the position is reported", () =>
  each(20, (random) => {
    const viewer = new Viewer(random, { durationS: 300, dataEndS: 20 })
    viewer.follow(playing(250, 10))
    viewer.run(30_000)
    assert.equal(viewer.controller.state, "broken_off")
    const { kind, atS } = trouble(viewer)
    assert.equal(kind, "broken_off")
    assert.ok(Math.abs(atS - 20) <= 0.5, `${atS} s`)
    assert.equal(viewer.player.allSeeks.length, 1) // to its start
    assert.ok(!viewer.controller.interference.blocked)
    const heartbeat = report(viewer)
    assert.equal(heartbeat.state, "broken_off")
    assert.ok(Math.abs(heartbeat.current_time - 20) <= 0.5)
    assert.equal(heartbeat.is_playing, false)
    viewer.follow({ ...standing(viewer.nowMs, 20), phase: "ended", duration: 20 })
    viewer.run(2000)
    assert.equal(viewer.controller.state, "ended")
    assert.equal(trouble(viewer), null)
    assert.ok(
      Math.abs(report(viewer).drift_ms) < 1000,
      `${report(viewer).drift_ms} ms: the element claims 300 s`,
    )
    assert.ok(Math.abs(report(viewer).current_time - 20) <= 0.5)
    assert.equal(viewer.player.allSeeks.length, 1)
  }))

test("a position without data is tried once, and a seek to a good part plays", () =>
  each(20, (random) => {
    const viewer = lateJoiner(random, { durationS: 300, dataEndS: 20 }, 40).run(MESSAGE_MS)
    assert.equal(trouble(viewer).kind, "no_data")
    assert.equal(reportedState(viewer.controller, false), "broken_off")
    viewer.run(30_000)
    assert.ok(mostSeeks(viewer) <= MOST_SEEKS)
    viewer.follow(playing(viewer.nowMs + 300, 5))
    viewer.run(5000)
    assert.equal(trouble(viewer), null)
    assert.ok(Math.abs(viewer.errorMs) < 25)
  }))

test("data that ends early is detected before the room knows a duration: `play()` would start again from 0", () =>
  each(20, (random) => {
    const viewer = new Viewer(random, { durationS: 300, dataEndS: 20 })
    viewer.follow({ ...standing(0, 0), duration: null })
    viewer.run(500)
    viewer.follow({ ...playing(viewer.nowMs + 300, 100), duration: null })
    viewer.run(5000)
    assert.equal(trouble(viewer).kind, "no_data")
    assert.equal(viewer.player.allSeeks.length, 1)
  }))

test("the end of media of unknown duration, and an end a moment early, are natural ends", () =>
  each(20, (random) => {
    const viewer = new Viewer(random, { durationS: 300, dataEndS: 298.8 })
    viewer.follow(playing(250, 290))
    viewer.run(12_000)
    assert.equal(trouble(viewer), null)
    const other = new Viewer(random, { durationS: 60 })
    other.follow({ ...playing(250, 55), duration: null })
    other.run(12_000)
    assert.equal(trouble(other), null)
  }))

test("media that begins late is waited for, and in step from then on", () =>
  each(20, (random) => {
    const viewer = new Viewer(random, { beginsS: 10, durationS: 40 })
    viewer.follow(standing(0, 0))
    viewer.run(1000)
    viewer.follow(playing(viewer.nowMs + 250, 0))
    viewer.run(5000)
    assert.ok(viewer.player.paused)
    assert.match(warning(trouble(viewer)), /no data at the room's position. Your player waits at 0:10/)
    viewer.run(7000)
    assert.ok(Math.abs(viewer.errorMs) < 25, `${viewer.errorMs} ms`)
    assert.equal(trouble(viewer), null)
    assert.equal(viewer.player.allSeeks.length, 1)
  }))

test("a seek that never succeeds, for whatever reason, is not repeated forever", () =>
  each(20, (random) => {
    const viewer = new Viewer(random, { durationS: 3600 })
    const seek = viewer.player.seek.bind(viewer.player)
    viewer.player.seek = () => seek(random.between(0, 10)) // whatever the requested position
    viewer.follow(playing(-20_000, 0))
    viewer.run(MESSAGE_MS)
    assert.ok(trouble(viewer))
    viewer.run(300_000)
    assert.ok(mostSeeks(viewer) <= MOST_SEEKS, `${mostSeeks(viewer)} in ten seconds`)
    assert.ok(viewer.player.allSeeks.length <= 6, `${viewer.player.allSeeks.length} in five minutes`)
    assert.ok(!viewer.player.paused)
  }))

test("a player that is always slower than planned is placed three times, then less and less often", () =>
  each(20, (random) => {
    const viewer = lateJoiner(random, { durationS: 7200, readyMs: 20_000 }).run(600_000)
    assert.ok(mostSeeks(viewer) <= MOST_SEEKS)
    assert.ok(viewer.player.allSeeks.length <= 12, `${viewer.player.allSeeks.length} in ten minutes`)
  }))

test("a room does not wait for a player that cannot reach its position", () =>
  each(5, (random) => {
    const viewer = new Viewer(random, { ranges: false, durationS: 600 })
    viewer.follow({
      ...standing(0, 30),
      phase: "holding",
      revision: 7,
      hold: { why: "ready", who: [], until: 8000 },
    })
    viewer.run(500)
    assert.equal(reportedState(viewer.controller, false), "unaligned")
    assert.equal(urgentState(viewer.controller), "not_seekable 7")
  }))

// ---------------------------------------------------------------- failures

/** The element fires `error`. */
function fail(viewer, retrying = false) {
  viewer.player.pause()
  viewer.player.events = []
  viewer.controller.failed(viewer.seen(), retrying)
  viewer.tick()
}

test("a decode error in the middle reports its position, and a room that moves back causes another attempt", () =>
  each(20, (random) => {
    const viewer = new Viewer(random, { durationS: 30 })
    viewer.follow(playing(250, 5))
    viewer.run(4000)
    assert.equal(urgentState(viewer.controller), null)
    fail(viewer, true)
    assert.equal(urgentState(viewer.controller), null)
    fail(viewer)
    assert.equal(urgentState(viewer.controller), "failed")
    assert.equal(viewer.controller.state, "error")
    assert.equal(trouble(viewer).kind, "broken_off")
    assert.ok(Math.abs(trouble(viewer).atS - 8.7) < 0.3, `${trouble(viewer).atS}`)
    assert.equal(report(viewer).state, "broken_off")
    viewer.follow(playing(viewer.nowMs + 250, 20))
    viewer.run(1000)
    assert.equal(viewer.fetches, 0)
    viewer.follow(playing(viewer.nowMs + 250, 2))
    viewer.run(4000)
    assert.equal(viewer.fetches, 1)
    assert.equal(trouble(viewer), null)
    assert.ok(Math.abs(viewer.errorMs) < 25)
  }))

test("one seek of the room causes at most three seeks of a slow player, even if the room waits for it", () =>
  each(40, (random) => {
    const viewer = new Viewer(random, { durationS: 300, readyMs: 600 })
    viewer.lateMs = 600
    viewer.follow(playing(250, 20))
    viewer.run(20_000)
    viewer.player.allSeeks = []
    viewer.follow({ ...standing(viewer.nowMs, 100), phase: "holding" })
    viewer.run(800)
    viewer.follow(playing(viewer.nowMs + 250, 100))
    viewer.run(10_000)
    assert.ok(mostSeeks(viewer) <= MOST_SEEKS, `${mostSeeks(viewer)}`)
  }))

test("a player that the room waits for repeatedly seeks at most three times in ten seconds", () =>
  each(40, (random) => {
    const slowMs = random.between(5, 600)
    const viewer = new Viewer(random, { durationS: 300, readyMs: slowMs })
    viewer.lateMs = slowMs
    viewer.follow(playing(250, 20))
    viewer.run(20_000)
    viewer.player.allSeeks = []
    for (let i = 0; i < 12; i++) {
      const positionS = viewer.controller.target?.positionAt(viewer.nowMs)
      viewer.follow({ ...standing(viewer.nowMs, positionS), phase: "holding" })
      viewer.run(700)
      viewer.follow(playing(viewer.nowMs + 250, positionS))
      viewer.run(900)
    }
    assert.ok(mostSeeks(viewer) <= MOST_SEEKS, `${mostSeeks(viewer)}`)
    viewer.player.readyMs = 20
    viewer.lateMs = 4
    viewer.run(25_000)
    assert.ok(Math.abs(viewer.errorMs) < 25, `${viewer.errorMs} ms`)
  }))

test("media that fails is loaded at most once in five seconds, however often the room moves", () =>
  each(10, (random) => {
    const viewer = new Viewer(random, { durationS: 30 })
    viewer.follow(playing(250, 5))
    viewer.run(4000)
    for (let i = 0; i < 20; i++) {
      fail(viewer)
      viewer.follow(playing(viewer.nowMs + 250, random.between(0, 3)))
      viewer.run(500)
    }
    assert.ok(viewer.fetches <= 3, `${viewer.fetches} in ten seconds`)
  }))

test("media that never showed anything is loaded again when the room stands at its start, not for a seek", () =>
  each(5, (random) => {
    const viewer = new Viewer(random, { durationS: 30 })
    const starting = () => ({ ...viewer.seen(), readyState: 0 })
    viewer.timeline = playing(0, 0)
    viewer.controller.failed(starting(), false)
    assert.equal(viewer.controller.media.failure?.kind, "unsupported")
    viewer.follow(playing(250, 12))
    viewer.run(1000)
    assert.equal(viewer.fetches, 0)
    viewer.follow(standing(viewer.nowMs, 0))
    viewer.run(1000)
    assert.equal(viewer.fetches, 1)
  }))

test("while a broken connection is retried the player reports loading", () =>
  each(5, (random) => {
    const viewer = new Viewer(random, { durationS: 30 })
    viewer.follow(playing(250, 5))
    viewer.run(4000)
    fail(viewer, true)
    assert.equal(viewer.controller.state, "loading")
    assert.equal(trouble(viewer).kind, "interrupted")
  }))

// ---------------------------------------------------------------- sound without a picture

test("a film without decoded sound or picture is detected after two seconds", () => {
  const expected = { sound: null, picture: null }
  const film = {
    isFilm: true,
    playedS: 3,
    audioBytes: 4000,
    hasAudio: undefined,
    pictureWidth: 640,
    expected,
  }
  assert.equal(missingTrack(film), null)
  assert.equal(missingTrack({ ...film, audioBytes: 0 }), "sound")
  assert.equal(missingTrack({ ...film, audioBytes: undefined, hasAudio: false }), "sound")
  assert.equal(missingTrack({ ...film, audioBytes: undefined, hasAudio: true }), null)
  assert.equal(missingTrack({ ...film, pictureWidth: 0 }), "picture")
  assert.equal(missingTrack({ ...film, audioBytes: 0, playedS: 1 }), null)
  assert.equal(missingTrack({ ...film, isFilm: false, pictureWidth: 0 }), null)
  assert.equal(missingTrack({ ...film, frames: 0 }), "picture")
  assert.equal(missingTrack({ ...film, audioBytes: 0, audioTracks: 1 }), null)
})

test("a missing track is found before the start, once, and not while the player may still decode it", () => {
  const expected = { sound: null, picture: null }
  const black = { isFilm: true, audioBytes: 2343, pictureWidth: 0, frames: 0, expected }
  const standing = { nowMs: 0, paused: true, seeking: false, hidden: false, readyState: 4, currentTimeS: 0 }
  const found = (playback, ...changes) => {
    const check = new TrackCheck()
    return changes.map((change) => check.update(/** @type {any} */ ({ ...standing, ...change }), playback))
  }
  const later = { nowMs: 1000 }
  assert.deepEqual(found(black, {}, { nowMs: 999 }, later, later), [null, null, "picture", null])
  assert.deepEqual(found({ ...black, audioBytes: 0, pictureWidth: 640 }, {}, later), [null, "sound"])
  assert.deepEqual(found({ ...black, audioBytes: undefined, pictureWidth: 640 }, {}, later), [null, null])
  for (const change of [{ hidden: true }, { readyState: 3 }, { seeking: true }])
    assert.deepEqual(found(black, {}, { ...later, ...change }), [null, null])
})

test("what the source says of its tracks decides which are expected", () => {
  const silent = { isFilm: true, playedS: 3, audioBytes: 0, pictureWidth: 640 }
  const black = { isFilm: true, playedS: 3, audioBytes: 4000, pictureWidth: 0 }
  assert.equal(missingTrack({ ...silent, expected: { sound: false, picture: true } }), null)
  assert.equal(missingTrack({ ...black, expected: { sound: true, picture: false } }), null)
  assert.equal(missingTrack({ ...silent, isFilm: false, expected: { sound: true, picture: null } }), "sound")
})

test("the host learns why a player cannot go on: what its source says, else that it stands still", () => {
  const viewer = lateJoiner(new Random(1), { durationS: 600 }).run(3000)
  assert.equal("fault" in report(viewer), false)
  assert.equal(report(viewer, { late: true }).fault, "late")
  const warning = { title: "", text: "", fault: "expired" }
  assert.equal(report(viewer, { late: true, warning }).fault, "expired")
  assert.equal(report(viewer).state, "playing")
  viewer.controller.failed(viewer.seen(), false, { title: "", text: "", fault: "gone" })
  assert.equal(report(viewer, { warning }).fault, "gone")
})

test("a player that stands still for long has a message, with the cause if it is known", () => {
  const viewer = lateJoiner(new Random(1), { durationS: 600 }).run(3000)
  const message = { title: "", text: "" }
  assert.deepEqual(mediaProblem(viewer.controller, viewer.seen(), message, true), {
    kind: "late",
    atS: null,
    message,
  })
  assert.equal(mediaProblem(viewer.controller, viewer.seen(), message)?.kind, "ends_soon")
  assert.equal(standsStill(viewer.controller, false), false)
  viewer.controller.failed(viewer.seen(), true)
  viewer.run(1100)
  assert.equal(standsStill(viewer.controller, false), true)
  assert.equal(standsStill(viewer.controller, true), false)
})

test("a fault is urgent once, and again after the room changed", () => {
  const viewer = lateJoiner(new Random(1), { durationS: 600 }).run(3000)
  const { controller } = viewer
  const urgent = (late, warning = null) =>
    urgentReport(/** @type {any} */ ({ controller, standstill: { late }, warning }))
  assert.equal(urgent(false), "")
  const revision = controller.timeline.revision
  assert.equal(urgent(true), `late ${revision}`)
  assert.equal(urgent(false, { fault: "gone" }), `gone ${revision}`)
  controller.failed(viewer.seen(), false, { title: "", text: "", fault: "expired" })
  assert.equal(urgent(false), `failed expired ${revision}`)
  viewer.follow({ ...controller.timeline, revision: revision + 1, current_time: 100 })
  assert.equal(urgent(false), `failed expired ${revision + 1}`)
})
