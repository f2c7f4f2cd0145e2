import assert from "node:assert/strict"
import { test } from "node:test"
import { Backoff } from "../../../static/js/core/net/connection_timing.js"
import { LatencyModel } from "../../../static/js/core/sync/latency_model.js"
import { CommandQueue } from "../../../static/js/core/room/pending_commands.js"
import { Random, each } from "../random.js"

const pressed = (event_id) => ({ type: "pause", event_id, payload: {} })
const ids = (commands) => commands.map(({ event_id }) => event_id)

test("every command is sent in order, again after each break, until it is answered", () =>
  each(100, (random) => {
    const queue = new CommandQueue()
    const applied = [] // what the server did: each event_id once
    let pressedCount = 0
    for (let step = 0; step < 60; step++) {
      if (random.chance(0.4)) queue.add(pressed(String(pressedCount++)), step)
      if (random.chance(0.3)) queue.reconnected()
      if (random.chance(0.2)) continue // no connection just now
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

test("what could not be sent within five seconds is dropped, what was sent never", () => {
  const queue = new CommandQueue()
  queue.add(pressed("sent"), 0)
  queue.toSend()
  queue.reconnected()
  queue.add(pressed("unsent"), 0)
  assert.deepEqual(ids(queue.dropExpired(5000)), [])
  assert.deepEqual(ids(queue.dropExpired(5001)), ["unsent"])
  assert.deepEqual(ids(queue.toSend()), ["sent"])
})

test("answers to what is not ours are not ours", () => {
  const queue = new CommandQueue()
  assert.equal(queue.acknowledged("stranger"), false)
  assert.equal(queue.acknowledged(null), false)
})

test("every wait spreads over what the server asked for at least, later ones grow to ten seconds", () =>
  each(50, (random) => {
    const backoff = new Backoff(() => random.next())
    backoff.connected(4000)
    const ceilings = Array.from({ length: 8 }, () => {
      const waitMs = backoff.next()
      assert.ok(waitMs >= 0 && waitMs <= backoff.ceilingMs)
      return backoff.ceilingMs
    })
    assert.deepEqual(ceilings, [4000, 4000, 4000, 4000, 8000, 10000, 10000, 10000])
  }))

test("five failures in a row make it limited, a connection unlimited", () => {
  const backoff = new Backoff(() => 0.5)
  backoff.connected(1000)
  for (let i = 0; i < 4; i++) backoff.next()
  assert.equal(backoff.limited, false)
  backoff.next()
  assert.equal(backoff.limited, true)
  backoff.connected(1000)
  assert.equal(backoff.limited, false)
})

test("a page that never had a connection is limited after two failures, or one handshake nobody answered", () => {
  const [refused, unanswered] = [new Backoff(() => 0.5), new Backoff(() => 0.5)]
  refused.next()
  assert.equal(refused.limited, false)
  refused.next()
  unanswered.next(true)
  assert.deepEqual([refused.limited, unanswered.limited], [true, true])
})

test("a command whose request was lost goes out again under its own id, however old, and is never dropped", () => {
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

test("latencies are learned, remembered and never absurd", () => {
  const latencies = new LatencyModel("chromium")
  for (let i = 0; i < 20; i++) latencies.recordStart("fresh", 120 - latencies.startMs.fresh)
  assert.ok(Math.abs(latencies.startMs.fresh - 120) < 1)
  latencies.recordStart("fresh", 1e6)
  latencies.recordSeek("buffered", -1e6)
  assert.deepEqual([latencies.startMs.fresh, latencies.seekMs.buffered], [250, 0])
  assert.deepEqual(
    new LatencyModel("chromium", JSON.parse(JSON.stringify(latencies.snapshot()))).snapshot(),
    latencies.snapshot(),
  )
  const spoilt = new LatencyModel("chromium", { startMs: { fresh: "x", rest: NaN }, seekMs: null })
  assert.deepEqual(spoilt.snapshot(), new LatencyModel("chromium").snapshot())
})

test("being placed later than expected is believed at once, sooner only after a while, and longer than a second never", () => {
  const latencies = new LatencyModel("chromium")
  latencies.recordPlacing("buffered", 490)
  assert.equal(latencies.placeMs.buffered, 90 + 0.7 * 400)
  latencies.recordPlacing("buffered", 270)
  assert.equal(latencies.placeMs.buffered, 370 - 0.15 * 100)
  for (let i = 0; i < 20; i++) latencies.recordPlacing("buffered", 9000)
  assert.deepEqual(latencies.placeMs, { buffered: 1000, unbuffered: 400 })
})

test("the seeded generator is the same every time", () => {
  assert.deepEqual(new Random(7).shuffled([1, 2, 3, 4]), new Random(7).shuffled([1, 2, 3, 4]))
})
