import assert from "node:assert/strict"
import { test } from "node:test"
import { each } from "../random.js"
import { Seat, playing, standing } from "./simulated_room.js"

const OPERATIONS = 1000
const EFFECTS = new Set(["play", "pause", "seek", "rate", "report", "learned"])
const REPORTS = new Set(["buffer_start", "buffer_end"])

/**
 * What can befall a player: the room moves, the browser meddles, the network starves it, its viewer presses.
 */
const BEFALLS = {
  room: (seat, random) =>
    seat.follow(
      random.chance(0.7)
        ? playing(
            seat.nowMs + random.between(-400, 600),
            random.between(0, 3600),
            random.pick([1, 1, 1, 1.5]),
          )
        : standing(seat.nowMs, random.between(0, 3600)),
    ),
  holds: (seat, random) =>
    seat.follow({
      ...standing(seat.nowMs, random.between(0, 3600)),
      phase: "holding",
      hold: { why: "ready", who: [], until: seat.nowMs + 8000 },
    }),
  starves: (seat, random) => (seat.player.starvedUntilMs = seat.nowMs + random.between(50, 3000)),
  clock: (seat) => (seat.clockSteps += 1),
  lost: (seat, random) => (seat.locked = random.chance(0.7)),
  resync: (seat) => seat.machine.resync(),
  alone: (seat, random) => seat.machine.leaveAlone(random.chance(0.3)),
  waits: () => {},
}

/** The browser's own: what it does is no deed of ours, and must be told apart as that. */
const MEDDLES = {
  hides: (seat, random) => seat.hidden || seat.hide({ audible: random.chance(0.5) }),
  shows: (seat) => seat.hidden && seat.show(),
  freezes: (seat, random) => seat.freeze(random.between(100, 5000)),
}

test("a thousand things befall a player, and it commands nothing", () =>
  each(6, (random) => {
    const seat = new Seat(random)
    seat.follow(playing(200, 30))
    for (let i = 0; i < OPERATIONS; i++) {
      const deeds = random.chance(0.15) ? MEDDLES : BEFALLS
      deeds[random.pick(Object.keys(deeds))](seat, random)
      seat.run(random.between(5, 700))
    }
    assert.ok(
      [...seat.effects].every((kind) => EFFECTS.has(kind)),
      `${[...seat.effects]}`,
    )
    assert.ok(seat.reports.every((type) => REPORTS.has(type)))
  }))

test("of a thousand things that we do, none is taken for somebody else's", () =>
  each(6, (random) => {
    const seat = new Seat(random)
    seat.follow(playing(200, 30))
    for (let i = 0; i < OPERATIONS; i++) {
      BEFALLS[random.pick(Object.keys(BEFALLS))](seat, random)
      seat.run(random.between(5, 700))
    }
    assert.deepEqual(seat.strangers, [])
  }))

test("after all of it the player is where the room is", () =>
  each(12, (random) => {
    const seat = new Seat(random)
    for (let i = 0; i < 100; i++) {
      const deeds = random.chance(0.15) ? MEDDLES : BEFALLS
      deeds[random.pick(Object.keys(deeds))](seat, random)
      seat.run(random.between(5, 700))
    }
    if (seat.hidden) seat.show()
    seat.locked = true
    seat.machine.leaveAlone(false)
    seat.machine.resync()
    seat.follow(playing(seat.nowMs + 250, 60))
    seat.run(8000)
    assert.ok(Math.abs(seat.errorMs) < 20, `${seat.errorMs} ms`)
  }))

test("somebody else's seek and pause are mended, and told to nobody", () =>
  each(30, (random) => {
    const seat = new Seat(random)
    seat.follow(playing(-1000, 30))
    seat.run(6000)
    random.chance(0.5) ? seat.player.pause() : seat.player.seek(random.between(100, 900))
    seat.run(6000)
    assert.ok(!seat.player.paused)
    assert.ok(Math.abs(seat.errorMs) < 20, `${seat.errorMs} ms`)
    assert.deepEqual(seat.reports, [])
  }))
