import assert from "node:assert/strict"
import { test } from "node:test"
import { CommandQueue, LatestCommand } from "../../../static/js/core/room/pending_commands.js"
import { each } from "../random.js"

const pressed = (event_id) => ({ type: "pause", event_id, payload: {} })
const ids = (commands) => commands.map(({ event_id }) => event_id)

test("every command is sent in order, again after each break, until it is acknowledged", () =>
  each(100, (random) => {
    const queue = new CommandQueue()
    const applied = [] // by the server: each event_id once
    let pressedCount = 0
    for (let step = 0; step < 60; step++) {
      if (random.chance(0.4)) queue.add(pressed(String(pressedCount++)), step)
      if (random.chance(0.3)) queue.reconnected()
      if (random.chance(0.2)) continue // there is no connection now
      for (const { event_id } of queue.toSend()) {
        if (random.chance(0.3)) break // the connection broke here
        if (!applied.includes(event_id)) applied.push(event_id)
        if (random.chance(0.5)) queue.acknowledged(event_id)
      }
      queue.reconnected()
    }
    for (const { event_id } of queue.toSend()) if (!applied.includes(event_id)) applied.push(event_id)
    assert.deepEqual(
      applied,
      Array.from({ length: pressedCount }, (_, i) => String(i)),
    )
  }))

test("a command that could not be sent within five seconds is dropped, one that was sent never is", () => {
  const queue = new CommandQueue()
  queue.add(pressed("sent"), 0)
  queue.toSend()
  queue.reconnected()
  queue.add(pressed("unsent"), 0)
  assert.deepEqual(ids(queue.dropExpired(5000)), [])
  assert.deepEqual(ids(queue.dropExpired(5001)), ["unsent"])
  assert.deepEqual(ids(queue.toSend()), ["sent"])
})

test("acknowledgements of other clients' commands are ignored", () => {
  const queue = new CommandQueue()
  assert.equal(queue.acknowledged("stranger"), false)
  assert.equal(queue.acknowledged(null), false)
})

test("a command whose request was lost is sent again under its own id, however old, and is never dropped", () => {
  const queue = new CommandQueue()
  queue.add({ type: "pause", event_id: "a", payload: {} }, 0)
  queue.toSend()
  queue.lost("a")
  assert.deepEqual(queue.dropExpired(60_000), [])
  assert.deepEqual(
    queue.toSend().map(({ event_id }) => event_id),
    ["a"],
  )
  assert.deepEqual(queue.toSend(), [])
})

const GAP_MS = 200

/** A page, a network and a room in simulated time; events happen in order. */
class Simulation {
  random
  network
  nowMs = 0
  due = []
  upMs = 0
  downMs = 0
  sent = 0
  constructor(random, network) {
    Object.assign(this, { random, network, nowMs: 0, due: [], upMs: 0, downMs: 0, sent: 0, flips: [] })
    this.command = new LatestCommand(GAP_MS)
    this.seen = { value: false, revision: 0 } // the page's state of the room
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
    this.upMs = Math.max(this.upMs, this.nowMs + this.network.up(this.random)) // in order, as on one socket
    this.at(this.upMs, () => this.handle(sent))
  }
  handle({ number, value }) {
    const refused = this.random.chance(this.network.refused ?? 0)
    const before = this.room
    if (!refused && before.value !== value) this.room = { value, revision: before.revision + 1 }
    const result = this.room
    const answer = () => {
      const retryMs = refused ? this.random.between(0, 1500) : 0
      if (refused && this.command.rateLimited(number, retryMs, this.nowMs)) return this.pump()
      this.command.accepted(number, result === before ? null : result.revision)
    }
    this.downMs = Math.max(this.downMs, this.nowMs + this.network.down(this.random))
    this.at(this.downMs, answer)
    // Before the response, with it, or seconds later if the page polls.
    this.at(this.downMs + this.network.late(this.random), () => {
      if (result.revision > this.seen.revision) this.seen = result
    })
  }
}

const DELAYS = [
  (random) => random.between(0, 30),
  (random) => random.between(50, 400),
  (random) => random.between(0, 3000),
  (random) => (random.chance(0.2) ? 2000 : 100),
]

function anyNetwork(random) {
  return {
    up: random.pick(DELAYS),
    down: random.pick(DELAYS),
    late: random.pick([() => -0, (r) => r.between(-20, 20), (r) => r.between(0, 2500)]),
    refused: random.pick([0, 0, 0.2]),
  }
}

test("presses of one button at any interval over any network end with as many changes as presses", () =>
  each(3000, (random) => {
    const simulation = new Simulation(random, anyNetwork(random))
    const presses = random.int(1, 20)
    const spacing = random.pick([
      () => 150,
      () => random.between(0, 100),
      () => random.between(0, 900),
      () => GAP_MS,
    ])
    for (let i = 0, ms = 0; i < presses; i++, ms += spacing())
      simulation.at(ms, () => simulation.press(!simulation.shown))
    simulation.run()
    const wanted = presses % 2 === 1
    assert.deepEqual([simulation.room.value, simulation.shown], [wanted, wanted])
  }))

test("of any values, repeated ones among them, the last one wins", () =>
  each(2000, (random) => {
    const simulation = new Simulation(random, anyNetwork(random))
    const values = Array.from({ length: random.int(1, 15) }, () => random.int(0, 3))
    values.forEach((value, i) =>
      simulation.at(i * random.pick([20, 150, 500]), () => simulation.press(value)),
    )
    simulation.run()
    assert.ok([...values, false].includes(simulation.room.value))
    assert.equal(simulation.command.pending?.value ?? simulation.room.value, simulation.room.value)
    assert.equal(simulation.shown, simulation.room.value)
  }))

test("at most one value is sent in each interval, and the first at once", () =>
  each(300, (random) => {
    const simulation = new Simulation(random, { up: DELAYS[0], down: DELAYS[0], late: () => 0 })
    for (let i = 0; i < 50; i++) simulation.at(i * 20, () => simulation.press(i))
    simulation.run()
    assert.equal(simulation.room.value, 49)
    assert.ok(simulation.sent <= 1 + Math.ceil((50 * 20) / GAP_MS), `${simulation.sent} sent`)
  }))

test("after a rejection the room's value is shown, unless a later value replaced it", () => {
  const command = new LatestCommand(GAP_MS)
  command.request(true)
  const first = Number(command.toSend(0)?.number)
  command.request(false)
  command.rejected(first)
  assert.equal(command.shown(0), false)
  command.rejected(Number(command.toSend(GAP_MS)?.number))
  assert.equal(command.shown(0), null)
})

test("a value with a long rate limit is given up", () => {
  const command = new LatestCommand(GAP_MS)
  command.request(true)
  assert.equal(command.rateLimited(Number(command.toSend(0)?.number), 30_000, 10), false)
  assert.equal(command.shown(0), null)
})

test("after a snapshot no accepted value is shown, and an unacknowledged one goes on", () => {
  const command = new LatestCommand(GAP_MS)
  command.request(true)
  command.accepted(Number(command.toSend(0)?.number), 900)
  command.snapshotReceived()
  assert.equal(command.shown(3), null)
  command.request(false)
  command.snapshotReceived()
  assert.equal(command.shown(3), false)
})
