import assert from "node:assert/strict"
import { test } from "node:test"
import { LatestCommand } from "../../../static/js/core/room/pending_commands.js"
import { each } from "../random.js"

const GAP_MS = 200

/** A page, a line and a room in simulated time: whatever is due happens in order. */
class Simulation {
  constructor(random, line) {
    Object.assign(this, { random, line, nowMs: 0, due: [], upMs: 0, downMs: 0, sent: 0, flips: [] })
    this.command = new LatestCommand(GAP_MS)
    this.seen = { value: false, revision: 0 } // what the page knows of the room
    this.room = { value: false, revision: 0 }
  }
  at(ms, act) {
    this.due.push({ ms, act })
  }
  run() {
    while (this.due.length) {
      const next = this.due.reduce((first, one) => (one.ms < first.ms ? one : first))
      this.due.splice(this.due.indexOf(next), 1)
      this.nowMs = next.ms
      next.act()
    }
  }
  get shown() {
    return this.command.shown(this.seen.revision) ?? this.seen.value
  }
  press(value) {
    this.command.request(value)
    assert.deepEqual(this.shown, value, "a press is shown at once")
    this.pump()
  }
  pump() {
    const sent = this.command.toSend(this.nowMs)
    const waitMs = this.command.waitMs(this.nowMs)
    if (waitMs !== null) this.at(this.nowMs + waitMs, () => this.pump())
    if (!sent) return
    this.sent += 1
    this.upMs = Math.max(this.upMs, this.nowMs + this.line.up(this.random)) // in order, as on one socket
    this.at(this.upMs, () => this.obey(sent))
  }
  obey({ number, value }) {
    const refused = this.random.chance(this.line.refused ?? 0)
    const before = this.room
    if (!refused && before.value !== value) this.room = { value, revision: before.revision + 1 }
    const told = this.room
    const answer = () => {
      const retryMs = refused ? this.random.between(0, 1500) : 0
      if (refused && this.command.rateLimited(number, retryMs, this.nowMs)) return this.pump()
      this.command.accepted(number, told === before ? null : told.revision)
    }
    this.downMs = Math.max(this.downMs, this.nowMs + this.line.down(this.random))
    this.at(this.downMs, answer)
    // Before its answer, with it, or seconds later: a page that polls.
    this.at(this.downMs + this.line.late(this.random), () => {
      if (told.revision > this.seen.revision) this.seen = told
    })
  }
}

const LINES = [
  (random) => random.between(0, 30),
  (random) => random.between(50, 400),
  (random) => random.between(0, 3000),
  (random) => (random.chance(0.2) ? 2000 : 100),
]

function anyLine(random) {
  return {
    up: random.pick(LINES),
    down: random.pick(LINES),
    late: random.pick([() => -0, (r) => r.between(-20, 20), (r) => r.between(0, 2500)]),
    refused: random.pick([0, 0, 0.2]),
  }
}

test("presses of one button at any spacing over any line end with as many changes as presses", () =>
  each(3000, (random) => {
    const so = new Simulation(random, anyLine(random))
    const presses = random.int(1, 20)
    const spacing = random.pick([
      () => 150,
      () => random.between(0, 100),
      () => random.between(0, 900),
      () => GAP_MS,
    ])
    for (let i = 0, ms = 0; i < presses; i++, ms += spacing()) so.at(ms, () => so.press(!so.shown))
    so.run()
    const wanted = presses % 2 === 1
    assert.deepEqual([so.room.value, so.shown], [wanted, wanted])
  }))

test("any values, the same ones again among them, end with the last", () =>
  each(2000, (random) => {
    const so = new Simulation(random, anyLine(random))
    const values = Array.from({ length: random.int(1, 15) }, () => random.int(0, 3))
    values.forEach((value, i) => so.at(i * random.pick([20, 150, 500]), () => so.press(value)))
    so.run()
    assert.ok([...values, false].includes(so.room.value))
    assert.equal(so.command.pending?.value ?? so.room.value, so.room.value)
    assert.equal(so.shown, so.room.value)
  }))

test("no more is sent than one in the gap, and the first at once", () =>
  each(300, (random) => {
    const so = new Simulation(random, { up: LINES[0], down: LINES[0], late: () => 0 })
    for (let i = 0; i < 50; i++) so.at(i * 20, () => so.press(i))
    so.run()
    assert.equal(so.room.value, 49)
    assert.ok(so.sent <= 1 + Math.ceil((50 * 20) / GAP_MS), `${so.sent} sent`)
  }))

test("a refused command shows the room again, unless a later one took its place", () => {
  const command = new LatestCommand(GAP_MS)
  command.request(true)
  const first = command.toSend(0)
  command.request(false)
  command.rejected(first.number)
  assert.equal(command.shown(0), false)
  command.rejected(command.toSend(GAP_MS).number)
  assert.equal(command.shown(0), null)
})

test("who has to wait long is not made to: the command is over", () => {
  const command = new LatestCommand(GAP_MS)
  command.request(true)
  assert.equal(command.rateLimited(command.toSend(0).number, 30_000, 10), false)
  assert.equal(command.shown(0), null)
})

test("after a snapshot nothing is shown that was answered before, and what was not goes on", () => {
  const command = new LatestCommand(GAP_MS)
  command.request(true)
  command.accepted(command.toSend(0).number, 900)
  command.snapshotReceived()
  assert.equal(command.shown(3), null)
  command.request(false)
  command.snapshotReceived()
  assert.equal(command.shown(3), false)
})
