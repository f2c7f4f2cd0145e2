import assert from "node:assert/strict"
import { test } from "node:test"
import { PingSchedule } from "../../../static/js/core/net/connection_timing.js"
import { Clock } from "../../../static/js/core/clock/clock.js"
import { sampleOf } from "../../../static/js/core/clock/offset_estimator.js"
import { each } from "../random.js"

/** One simulated exchange, with the server's clock ahead by `offsetMs`. */
function exchange(t0, upMs, downMs, offsetMs) {
  const t1 = t0 + upMs + offsetMs
  const t2 = t1 + 0.2
  return { pong: { t0, t1, t2, clock_id: "a" }, t3: t0 + upMs + 0.2 + downMs }
}

/** Simulate minutes of pings at the real schedule; returns errors and jumps of the estimate. */
function simulate(random, { minutes, path, ppm = 0, offsetMs = 93000, clock = new Clock(), startMs = 0 }) {
  const schedule = new PingSchedule()
  const errors = []
  const jumps = []
  const trueOffset = (nowMs) => offsetMs + nowMs * ppm * 1e-6
  /** @type {number | null} */
  let last = null
  for (let nowMs = startMs; nowMs < startMs + minutes * 60000; nowMs += 40) {
    if (schedule.due(nowMs)) {
      schedule.pingSent(nowMs, { playing: true, hidden: false })
      const { up, down } = path(random)
      const { pong, t3 } = exchange(nowMs, up, down, trueOffset(nowMs))
      clock.pingSent(nowMs)
      clock.pongReceived(pong, t3)
      schedule.pongReceived()
    }
    if (nowMs - startMs < 2000) continue
    const estimate = clock.offsetAt(nowMs)
    errors.push(Math.abs(estimate - trueOffset(nowMs)))
    if (last !== null) jumps.push(Math.abs(estimate - last))
    last = estimate
  }
  errors.sort((a, b) => a - b)
  return {
    clock,
    worstJumpMs: Math.max(...jumps),
    p95: errors[Math.floor(errors.length * 0.95)],
    max: errors.at(-1),
  }
}

const gamma = (random, mean) => (-Math.log(1 - random.next()) - Math.log(1 - random.next())) * (mean / 2)
const broadband = (random) => {
  const spike = random.chance(0.03) ? random.between(20, 120) : 0
  return { up: 20 + gamma(random, 4) + spike, down: 20 + gamma(random, 4) }
}
const lan = (random) => ({ up: 1 + gamma(random, 0.4), down: 1 + gamma(random, 0.4) })
const bloat = (random) => ({
  up: 15 + gamma(random, 2) + (random.chance(0.3) ? random.between(30, 180) : 0),
  down: 15 + gamma(random, 2),
})

test("the true offset is within half the round trip of the measured one, whatever the delays of the two directions", () =>
  each(1000, (random) => {
    const offsetMs = random.between(-1e9, 1e9)
    const { pong, t3 } = exchange(
      random.between(0, 1e9),
      random.between(0, 500),
      random.between(0, 500),
      offsetMs,
    )
    const sample = sampleOf(pong, t3)
    assert.ok(Math.abs(sample.offsetMs - offsetMs) <= sample.rttMs / 2 + 1e-3)
  }))

for (const [name, path, p95] of [
  ["a local network", lan, 1.5],
  ["broadband with spikes", broadband, 3],
  ["a busy upload", bloat, 3],
]) {
  test(`${name}: nearly always within ${p95} ms, and never a jump`, () =>
    each(4, (random) => {
      const got = simulate(random, { minutes: 10, path, ppm: random.between(-50, 50) })
      assert.ok(got.p95 <= p95, `p95 ${got.p95}`)
      assert.ok(got.worstJumpMs <= 3, `jumped ${got.worstJumpMs}`)
    }))
}

test("without a floor of the delay many samples help: the error is nearly always within 6 ms after six seconds", () => {
  const errors = []
  each(60, (random) => {
    const unsteady = (r) => ({ up: Math.max(0, 48 + 9 * r.normal()), down: Math.max(0, 48 + 9 * r.normal()) })
    const { clock } = simulate(random, { minutes: 0.1, path: unsteady })
    errors.push(Math.abs(clock.offsetAt(6000) - 93000))
  })
  errors.sort((a, b) => a - b)
  assert.ok(errors[56] <= 6, `p95 ${errors[56]}`)
})

test("a page that is busy while it loads receives its first pongs late and is still right within ten seconds", () =>
  each(20, (random) => {
    const busy = (loading) => (r) => ({
      up: 2 + gamma(r, 0.2),
      down: 2 + gamma(r, 0.2) + (loading ? 8 + gamma(r, 15) : 0),
    })
    const { clock } = simulate(random, { minutes: 0.06, path: busy(true) })
    simulate(random, { minutes: 0.1, path: busy(false), clock, startMs: 3600 })
    assert.ok(Math.abs(clock.offsetAt(9600) - 93000) < 0.5, `off by ${clock.offsetAt(9600) - 93000}`)
  }))

test("an asymmetric path costs half its asymmetry and no more", () =>
  each(4, (random) => {
    const path = (r) => ({ up: 60 + gamma(r, 2), down: 40 + gamma(r, 2) })
    const got = simulate(random, { minutes: 5, path })
    assert.ok(got.p95 <= 12 && got.p95 >= 8, `p95 ${got.p95}`)
  }))

test("twenty seconds without network cost a fraction of a millisecond", () =>
  each(6, (random) => {
    const ppm = random.between(-60, 60)
    const { clock } = simulate(random, { minutes: 4, path: broadband, ppm })
    const nowMs = 4 * 60000 + 20000
    assert.ok(Math.abs(clock.offsetAt(nowMs) - (93000 + nowMs * ppm * 1e-6)) < 3)
  }))

test("the clock is usable after five pongs and reports it", () => {
  const clock = new Clock()
  for (let i = 0; i < 5; i++) {
    assert.equal(clock.locked, false)
    const { pong, t3 } = exchange(i * 80, 20, 20, 500)
    clock.pingSent(i * 80)
    clock.pongReceived(pong, t3)
  }
  assert.equal(clock.locked, true)
  assert.ok(Math.abs(clock.serverNow(400) - 900) < 1e-6)
})

test("unsolicited, late, duplicate and overtaken pongs change nothing", () => {
  const clock = new Clock()
  const receive = (t0, t3) => clock.pongReceived({ t0, t1: t0, t2: t0, clock_id: "a" }, t3)
  assert.equal(receive(1, 2), false)
  clock.pingSent(10)
  clock.pingSent(20)
  assert.equal(receive(20, 30), true)
  assert.equal(receive(20, 31), false)
  assert.equal(receive(10, 32), false)
  clock.pingSent(40)
  assert.equal(receive(40, 5041), false)
})

test("a pong from another server invalidates the samples", () => {
  const clock = new Clock()
  for (let i = 0; i < 6; i++) {
    clock.pingSent(i * 80)
    clock.pongReceived({ t0: i * 80, t1: i * 80 + 1000, t2: i * 80 + 1000, clock_id: "a" }, i * 80 + 2)
  }
  clock.offsetAt(500)
  clock.pingSent(600)
  clock.pongReceived({ t0: 600, t1: 99600, t2: 99600, clock_id: "b" }, 602)
  assert.equal(clock.locked, false)
  assert.ok(Math.abs(clock.offsetAt(610) - 98999) < 2)
  assert.equal(clock.steps, 1)
})

test("a new and longer path is accepted within a minute", () =>
  each(4, (random) => {
    const clock = new Clock()
    simulate(random, { minutes: 3, path: lan, clock })
    const mobile = (r) => ({ up: 60 + gamma(r, 3), down: 40 + gamma(r, 3) })
    const got = simulate(random, { minutes: 3, path: mobile, clock, startMs: 180000 })
    assert.ok(Number(got.clock.delayMs) > 90, `still at ${got.clock.delayMs}`)
  }))

test("sleep and a changed wall clock are detected, ordinary ticks are not", () => {
  const clock = new Clock()
  assert.equal(clock.detectSleep(1000, 0), false)
  assert.equal(clock.detectSleep(2000, 1000), false)
  assert.equal(clock.detectSleep(62000, 1500), true) // slept: the monotonic clock stood still
  assert.equal(clock.detectSleep(63000, 2500), false)
  assert.equal(clock.detectSleep(58000, 3500), true) // the wall clock was set
  assert.equal(clock.detectSleep(62000, 7500), true) // frozen
})

test("the jitter is known after a while, whatever the first exchanges of a busy page took", () =>
  each(20, (random) => {
    const spiky = (random) => ({ up: 48, down: 48 + (random.chance(0.3) ? 100 : 0) })
    const clock = new Clock()
    simulate(random, { minutes: 0.02, path: () => ({ up: 48, down: 700 }), clock })
    assert.equal(clock.jitterMs, null)
    simulate(random, { minutes: 2, path: spiky, clock, startMs: 1200 })
    assert.ok(Math.abs(Number(clock.jitterMs) - 100) < 1, `${clock.jitterMs}`)
  }))
