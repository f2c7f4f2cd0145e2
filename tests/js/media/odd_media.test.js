import assert from "node:assert/strict"
import { test } from "node:test"
import { missingTrack } from "../../../static/js/core/player/missing_track.js"
import { troubleOf, wordsBeside } from "../../../static/js/page/media/media_errors.js"
import { newsOf, reportOf, stateOf } from "../../../static/js/page/media/status_report.js"
import { each } from "../random.js"
import { Seat, playing, standing } from "../sync/simulated_room.js"

const SENTENCE_MS = 5000
const MOST_SEEKS = 3
const WITHIN_MS = 10_000

const trouble = (seat) => troubleOf(seat.machine, seat.seen())
const report = (seat) => {
  const { machine, costs } = seat
  return reportOf(
    {
      seen: () => seat.seen(),
      machine,
      costs,
      clock: { delayMs: 1, lateMs: 1 },
      fineTuneMs: 0,
      naturalEnd: { endS: null },
    },
    500,
  )
}

/** The most seeks in any ten seconds. */
function mostSeeks({ player }) {
  return Math.max(
    0,
    ...player.allSeeks.map(
      (fromMs) => player.allSeeks.filter((ms) => ms >= fromMs && ms < fromMs + WITHIN_MS).length,
    ),
  )
}

/** A member who joins while the room plays. */
function lateJoiner(random, habits, positionS = 20) {
  const seat = new Seat(random, habits)
  seat.follow(playing(-positionS * 1000, 0))
  return seat
}

test("without range requests a late joiner plays from the start, at once, without a seek, and knows why", () =>
  each(20, (random) => {
    const seat = lateJoiner(random, { ranges: false, durationS: 600 }).run(SENTENCE_MS)
    assert.equal(trouble(seat).kind, "not_seekable")
    assert.match(wordsBeside(trouble(seat)), /does not let players jump/)
    seat.run(60_000)
    assert.equal(seat.player.allSeeks.length, 0)
    assert.ok(!seat.player.paused)
    assert.ok(seat.player.positionS > 60)
    assert.equal(stateOf(seat.machine, false), "unaligned")
  }))

test("without range requests a seek ahead leaves everybody where they are, and a return to them brings them together", () =>
  each(20, (random) => {
    const seat = new Seat(random, { ranges: false, durationS: 600 })
    seat.follow(playing(0, 0))
    seat.run(5000)
    const { positionS } = seat.player
    seat.follow(playing(seat.nowMs + 300, 100))
    seat.run(5000)
    assert.ok(seat.player.positionS > positionS + 4)
    assert.equal(trouble(seat).kind, "not_seekable")
    seat.follow(playing(seat.nowMs + 300, seat.player.positionS + 0.3))
    seat.run(5000)
    assert.equal(trouble(seat), null)
    assert.ok(Math.abs(seat.errorMs) < 25, `${seat.errorMs} ms`)
    assert.equal(seat.player.allSeeks.length, 0)
  }))

test("a player that is ahead and cannot go back waits for the room, for half a minute at most", () =>
  each(20, (random) => {
    const seat = new Seat(random, { ranges: false, durationS: 600 })
    seat.follow(playing(0, 0))
    seat.run(40_000)
    seat.follow(playing(seat.nowMs + 300, 33))
    seat.run(3000)
    assert.ok(seat.player.paused)
    assert.match(wordsBeside(trouble(seat)), /waits at 0:39|waits at 0:40/)
    seat.run(7000)
    assert.ok(Math.abs(seat.errorMs) < 25, `${seat.errorMs} ms`)
    assert.equal(trouble(seat), null)
    seat.follow(playing(seat.nowMs + 300, 2))
    seat.run(3000)
    assert.ok(!seat.player.paused)
    assert.equal(seat.player.allSeeks.length, 0)
  }))

test("without range requests the start can be reached, and brings all together", () =>
  each(20, (random) => {
    const seat = lateJoiner(random, { ranges: false, durationS: 600 }).run(8000)
    seat.follow(playing(seat.nowMs + 300, 0))
    seat.run(5000)
    assert.ok(Math.abs(seat.errorMs) < 25)
    assert.equal(trouble(seat), null)
    assert.equal(seat.player.allSeeks.length, 1)
  }))

test("an endless stream is played as it arrives by those who come late, after one attempt to be in step", () =>
  each(20, (random) => {
    const seat = lateJoiner(random, { live: true }).run(SENTENCE_MS)
    assert.equal(trouble(seat).kind, "stream")
    assert.match(wordsBeside(trouble(seat)), /no common position/)
    const { positionS } = seat.player
    seat.run(60_000)
    assert.ok(seat.player.positionS > positionS + 55)
    assert.equal(seat.player.allSeeks.length, 2)
    seat.follow(standing(seat.nowMs, 80))
    seat.run(2000)
    assert.ok(seat.player.paused)
    seat.follow(playing(seat.nowMs + 250, 80))
    seat.run(20_000)
    assert.ok(!seat.player.paused)
    assert.equal(seat.player.allSeeks.length, 2)
  }))

test("a medium without a length that can be sought is kept in step", () =>
  each(10, (random) => {
    const seat = lateJoiner(random, { durationS: Infinity }).run(8000)
    assert.ok(Math.abs(seat.errorMs) < 25)
    assert.equal(trouble(seat), null)
  }))

test("data that ends early stops the player there, without a seek, and it says where", () =>
  each(20, (random) => {
    const seat = new Seat(random, { durationS: 300, dataEndS: 20 })
    seat.follow(playing(250, 10))
    seat.run(30_000)
    assert.equal(seat.machine.state, "broken_off")
    const { kind, atS } = trouble(seat)
    assert.equal(kind, "broken_off")
    assert.ok(Math.abs(atS - 20) <= 0.5, `${atS} s`)
    assert.equal(seat.player.allSeeks.length, 1) // to its start
    assert.ok(!seat.machine.others.blocked)
    const said = report(seat)
    assert.equal(said.state, "broken_off")
    assert.ok(Math.abs(said.current_time - 20) <= 0.5)
    assert.equal(said.is_playing, false)
    seat.follow({ ...standing(seat.nowMs, 20), phase: "ended", duration: 20 })
    seat.run(2000)
    assert.equal(seat.machine.state, "ended")
    assert.equal(trouble(seat), null)
    assert.ok(Math.abs(report(seat).drift_ms) < 1000, `${report(seat).drift_ms} ms: the element says 300 s`)
    assert.ok(Math.abs(report(seat).current_time - 20) <= 0.5)
    assert.equal(seat.player.allSeeks.length, 1)
  }))

test("a place without data is tried once, a seek to a good part plays", () =>
  each(20, (random) => {
    const seat = lateJoiner(random, { durationS: 300, dataEndS: 20 }, 40).run(SENTENCE_MS)
    assert.equal(trouble(seat).kind, "no_data")
    assert.equal(stateOf(seat.machine, false), "broken_off")
    seat.run(30_000)
    assert.ok(mostSeeks(seat) <= MOST_SEEKS)
    seat.follow(playing(seat.nowMs + 300, 5))
    seat.run(5000)
    assert.equal(trouble(seat), null)
    assert.ok(Math.abs(seat.errorMs) < 25)
  }))

test("data that ends early is noticed before the room knows a length: `play()` would start again from 0", () =>
  each(20, (random) => {
    const seat = new Seat(random, { durationS: 300, dataEndS: 20 })
    seat.follow({ ...standing(0, 0), duration: null })
    seat.run(500)
    seat.follow({ ...playing(seat.nowMs + 300, 100), duration: null })
    seat.run(5000)
    assert.equal(trouble(seat).kind, "no_data")
    assert.equal(seat.player.allSeeks.length, 1)
  }))

test("the end of a medium of unknown length, and one a moment early, are ends", () =>
  each(20, (random) => {
    const seat = new Seat(random, { durationS: 300, dataEndS: 298.8 })
    seat.follow(playing(250, 290))
    seat.run(12_000)
    assert.equal(trouble(seat), null)
    const other = new Seat(random, { durationS: 60 })
    other.follow({ ...playing(250, 55), duration: null })
    other.run(12_000)
    assert.equal(trouble(other), null)
  }))

test("a medium that begins late is waited for, and in step from then on", () =>
  each(20, (random) => {
    const seat = new Seat(random, { beginsS: 10, durationS: 40 })
    seat.follow(standing(0, 0))
    seat.run(1000)
    seat.follow(playing(seat.nowMs + 250, 0))
    seat.run(5000)
    assert.ok(seat.player.paused)
    assert.match(wordsBeside(trouble(seat)), /nothing to show at the room's position. Yours waits at 0:10/)
    seat.run(7000)
    assert.ok(Math.abs(seat.errorMs) < 25, `${seat.errorMs} ms`)
    assert.equal(trouble(seat), null)
    assert.equal(seat.player.allSeeks.length, 1)
  }))

test("a seek that never succeeds, for whatever reason, is not repeated for ever", () =>
  each(20, (random) => {
    const seat = new Seat(random, { durationS: 3600 })
    const seek = seat.player.seek.bind(seat.player)
    seat.player.seek = () => seek(random.between(0, 10)) // wherever it is asked to go
    seat.follow(playing(-20_000, 0))
    seat.run(SENTENCE_MS)
    assert.ok(trouble(seat))
    seat.run(300_000)
    assert.ok(mostSeeks(seat) <= MOST_SEEKS, `${mostSeeks(seat)} in ten seconds`)
    assert.ok(seat.player.allSeeks.length <= 6, `${seat.player.allSeeks.length} in five minutes`)
    assert.ok(!seat.player.paused)
  }))

test("a medium that is always later than hoped is placed three times, then ever more seldom", () =>
  each(20, (random) => {
    const seat = lateJoiner(random, { durationS: 7200, readyMs: 20_000 }).run(600_000)
    assert.ok(mostSeeks(seat) <= MOST_SEEKS)
    assert.ok(seat.player.allSeeks.length <= 12, `${seat.player.allSeeks.length} in ten minutes`)
  }))

test("a room does not wait for a player that cannot come", () =>
  each(5, (random) => {
    const seat = new Seat(random, { ranges: false, durationS: 600 })
    seat.follow({
      ...standing(0, 30),
      phase: "holding",
      revision: 7,
      hold: { why: "ready", who: [], until: 8000 },
    })
    seat.run(500)
    assert.equal(stateOf(seat.machine, false), "unaligned")
    assert.equal(newsOf(seat.machine), "not_seekable 7")
  }))

// ---------------------------------------------------------------- failures

/** The element says `error` now. */
function fail(seat, retrying = false) {
  seat.player.pause()
  seat.player.events = []
  seat.machine.failed(seat.seen(), retrying)
  seat.tick()
}

test("a decode error in the middle says where, and a room that goes back is another attempt", () =>
  each(20, (random) => {
    const seat = new Seat(random, { durationS: 30 })
    seat.follow(playing(250, 5))
    seat.run(4000)
    fail(seat)
    assert.equal(seat.machine.state, "error")
    assert.equal(trouble(seat).kind, "broken_off")
    assert.ok(Math.abs(trouble(seat).atS - 8.7) < 0.3, `${trouble(seat).atS}`)
    assert.equal(report(seat).state, "broken_off")
    seat.follow(playing(seat.nowMs + 250, 20))
    seat.run(1000)
    assert.equal(seat.fetches, 0)
    seat.follow(playing(seat.nowMs + 250, 2))
    seat.run(4000)
    assert.equal(seat.fetches, 1)
    assert.equal(trouble(seat), null)
    assert.ok(Math.abs(seat.errorMs) < 25)
  }))

test("one seek of the room is three seeks of a slow player at most, also where the room waits for it", () =>
  each(40, (random) => {
    const seat = new Seat(random, { durationS: 300, readyMs: 600 })
    seat.lateMs = 600
    seat.follow(playing(250, 20))
    seat.run(20_000)
    seat.player.allSeeks = []
    seat.follow({ ...standing(seat.nowMs, 100), phase: "holding" })
    seat.run(800)
    seat.follow(playing(seat.nowMs + 250, 100))
    seat.run(10_000)
    assert.ok(mostSeeks(seat) <= MOST_SEEKS, `${mostSeeks(seat)}`)
  }))

test("a player that the room waits for again and again seeks three times in ten seconds at most", () =>
  each(40, (random) => {
    const slowMs = random.between(5, 600)
    const seat = new Seat(random, { durationS: 300, readyMs: slowMs })
    seat.lateMs = slowMs
    seat.follow(playing(250, 20))
    seat.run(20_000)
    seat.player.allSeeks = []
    for (let i = 0; i < 12; i++) {
      const positionS = seat.machine.course.at(seat.nowMs)
      seat.follow({ ...standing(seat.nowMs, positionS), phase: "holding" })
      seat.run(700)
      seat.follow(playing(seat.nowMs + 250, positionS))
      seat.run(900)
    }
    assert.ok(mostSeeks(seat) <= MOST_SEEKS, `${mostSeeks(seat)}`)
    seat.player.readyMs = 20
    seat.lateMs = 4
    seat.run(25_000)
    assert.ok(Math.abs(seat.errorMs) < 25, `${seat.errorMs} ms`)
  }))

test("however often the room moves, a medium that fails is fetched once in five seconds", () =>
  each(10, (random) => {
    const seat = new Seat(random, { durationS: 30 })
    seat.follow(playing(250, 5))
    seat.run(4000)
    for (let i = 0; i < 20; i++) {
      fail(seat)
      seat.follow(playing(seat.nowMs + 250, random.between(0, 3)))
      seat.run(500)
    }
    assert.ok(seat.fetches <= 3, `${seat.fetches} in ten seconds`)
  }))

test("a medium that never showed anything is tried again where the room stands at its start, not for a seek", () =>
  each(5, (random) => {
    const seat = new Seat(random, { durationS: 30 })
    seat.starting = () => ({ ...seat.seen(), readyState: 0 })
    seat.timeline = playing(0, 0)
    seat.machine.failed(seat.starting(), false)
    assert.equal(seat.machine.medium.failure.kind, "unsupported")
    seat.follow(playing(250, 12))
    seat.run(1000)
    assert.equal(seat.fetches, 0)
    seat.follow(standing(seat.nowMs, 0))
    seat.run(1000)
    assert.equal(seat.fetches, 1)
  }))

test("while a broken connection is tried again its player loads, and says so", () =>
  each(5, (random) => {
    const seat = new Seat(random, { durationS: 30 })
    seat.follow(playing(250, 5))
    seat.run(4000)
    fail(seat, true)
    assert.equal(seat.machine.state, "loading")
    assert.equal(trouble(seat).kind, "interrupted")
  }))

// ---------------------------------------------------------------- sound without a picture

test("a film that decodes no sound, or shows no picture, is noticed after two seconds", () => {
  const film = { isFilm: true, playedS: 3, audioBytes: 4000, hasAudio: undefined, pictureWidth: 640 }
  assert.equal(missingTrack(film), null)
  assert.equal(missingTrack({ ...film, audioBytes: 0 }), "sound")
  assert.equal(missingTrack({ ...film, audioBytes: undefined, hasAudio: false }), "sound")
  assert.equal(missingTrack({ ...film, audioBytes: undefined, hasAudio: true }), null)
  assert.equal(missingTrack({ ...film, pictureWidth: 0 }), "picture")
  assert.equal(missingTrack({ ...film, audioBytes: 0, playedS: 1 }), null)
  assert.equal(missingTrack({ ...film, isFilm: false, pictureWidth: 0 }), null)
})
