import assert from "node:assert/strict"
import { test } from "node:test"
import { Backoff, PingSchedule } from "../../../static/js/core/net/connection_timing.js"
import { each } from "../random.js"

test("every wait spreads over the time the server asked for, and later ones grow to ten seconds", () =>
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

test("five failures in a row make the connection limited, a connection resets it", () => {
  const backoff = new Backoff(() => 0.5)
  backoff.connected(1000)
  for (let i = 0; i < 4; i++) backoff.next()
  assert.equal(backoff.limited, false)
  backoff.next()
  assert.equal(backoff.limited, true)
  backoff.connected(1000)
  assert.equal(backoff.limited, false)
})

test("a page that never had a connection is limited after two failures, or one unanswered handshake", () => {
  const [refused, unanswered] = [new Backoff(() => 0.5), new Backoff(() => 0.5)]
  refused.next()
  assert.equal(refused.limited, false)
  refused.next()
  unanswered.next(true)
  assert.deepEqual([refused.limited, unanswered.limited], [true, true])
})

test("pings come in a burst first, then seldom, and even less often in a hidden tab", () => {
  const schedule = new PingSchedule()
  const at = []
  for (let nowMs = 0; nowMs < 60000; nowMs += 10) {
    if (!schedule.due(nowMs)) continue
    at.push(nowMs)
    schedule.pingSent(nowMs, { playing: true, hidden: false })
    schedule.pongReceived()
  }
  assert.equal(at.filter((ms) => ms < 800).length, 10)
  assert.equal(at.filter((ms) => ms >= 800 && ms < 12000).length, 20)
  assert.ok(at.filter((ms) => ms >= 20000).every((ms, i, all) => i === 0 || ms - all[i - 1] === 4000))
  schedule.pingSent(60000, { playing: true, hidden: true })
  assert.equal(schedule.due(89000), false)
})

test("a server that does not answer is detected", () => {
  const schedule = new PingSchedule()
  schedule.start(true)
  for (let i = 0; i < 8; i++) schedule.pingSent(i * 80, { playing: true, hidden: false })
  assert.equal(schedule.silent(5000), false)
  assert.equal(schedule.silent(13000), true)
  schedule.pongReceived()
  assert.equal(schedule.silent(99000), false)
})

test("a connection that stays silent after a wake-up is given up soon, one that answers is kept", () => {
  for (const answers of [true, false]) {
    const schedule = new PingSchedule()
    schedule.start(true)
    for (let i = 0; i < 8; i++) schedule.pingSent(i * 80, { playing: true, hidden: true })
    schedule.burst(90000) // slept: earlier pings say nothing
    assert.equal(schedule.silent(90000), false)
    schedule.pingSent(90000, { playing: true, hidden: false })
    if (answers) schedule.pongReceived()
    assert.equal(schedule.silent(92600), !answers)
  }
})
