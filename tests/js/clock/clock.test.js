import assert from "node:assert/strict"
import { test } from "node:test"
import { PingSchedule } from "../../../static/js/core/net/connection_timing.js"
import { Clock } from "../../../static/js/core/clock/clock.js"
import { sampleOf } from "../../../static/js/core/clock/offset_estimator.js"
import { each } from "../random.js"

/** Both legs simulated: what one ping sees on a path, with the server's clock ahead by `offsetMs`. */
function exchange(t0, upMs, downMs, offsetMs) {
  const t1 = t0 + upMs + offsetMs
  const t2 = t1 + 0.2
  return { pong: { t0, t1, t2, clock_id: "a" }, t3: t0 + upMs + 0.2 + downMs }
}

/** Minutes of pings at the real schedule; gives the true offset, the estimate and the locks on the way. */
function live(random, { minutes, path, ppm = 0, offsetMs = 93000, clock = new Clock(), startMs = 0 }) {
  const schedule = new PingSchedule()
  const errors = []
  const jumps = []
  const trueOffset = (nowMs) => offsetMs + nowMs * ppm * 1e-6
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

test("the true offset is within half the round trip of what one exchange says, whatever its legs cost", () =>
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
      const got = live(random, { minutes: 10, path, ppm: random.between(-50, 50) })
      assert.ok(got.p95 <= p95, `p95 ${got.p95}`)
      assert.ok(got.worstJumpMs <= 3, `jumped ${got.worstJumpMs}`)
    }))
}

test("on a line without a floor many samples help: nearly always within 6 ms, six seconds after the page came", () => {
  const errors = []
  each(60, (random) => {
    const unsteady = (r) => ({ up: Math.max(0, 48 + 9 * r.normal()), down: Math.max(0, 48 + 9 * r.normal()) })
    const { clock } = live(random, { minutes: 0.1, path: unsteady })
    errors.push(Math.abs(clock.offsetAt(6000) - 93000))
  })
  errors.sort((a, b) => a - b)
  assert.ok(errors[56] <= 6, `p95 ${errors[56]}`)
})

test("a page that is busy while it loads hears its first pongs late, and is right within ten seconds all the same", () =>
  each(20, (random) => {
    const busy = (loading) => (r) => ({
      up: 2 + gamma(r, 0.2),
      down: 2 + gamma(r, 0.2) + (loading ? 8 + gamma(r, 15) : 0),
    })
    const { clock } = live(random, { minutes: 0.06, path: busy(true) })
    live(random, { minutes: 0.1, path: busy(false), clock, startMs: 3600 })
    assert.ok(Math.abs(clock.offsetAt(9600) - 93000) < 0.5, `off by ${clock.offsetAt(9600) - 93000}`)
  }))

test("an uneven path costs half its unevenness and no more", () =>
  each(4, (random) => {
    const path = (r) => ({ up: 60 + gamma(r, 2), down: 40 + gamma(r, 2) })
    const got = live(random, { minutes: 5, path })
    assert.ok(got.p95 <= 12 && got.p95 >= 8, `p95 ${got.p95}`)
  }))

test("twenty seconds without network cost a fraction of a millisecond", () =>
  each(6, (random) => {
    const ppm = random.between(-60, 60)
    const { clock } = live(random, { minutes: 4, path: broadband, ppm })
    const nowMs = 4 * 60000 + 20000
    assert.ok(Math.abs(clock.offsetAt(nowMs) - (93000 + nowMs * ppm * 1e-6)) < 3)
  }))

test("it is usable after five answers and says so", () => {
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

test("answers nobody asked for, late, doubled and overtaken ones change nothing", () => {
  const clock = new Clock()
  const hear = (t0, t3) => clock.pongReceived({ t0, t1: t0, t2: t0, clock_id: "a" }, t3)
  assert.equal(hear(1, 2), false)
  clock.pingSent(10)
  clock.pingSent(20)
  assert.equal(hear(20, 30), true)
  assert.equal(hear(20, 31), false)
  assert.equal(hear(10, 32), false)
  clock.pingSent(40)
  assert.equal(hear(40, 5041), false)
})

test("another server's clock makes the samples worthless", () => {
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

test("a new and longer path is believed within a minute", () =>
  each(4, (random) => {
    const clock = new Clock()
    live(random, { minutes: 3, path: lan, clock })
    const mobile = (r) => ({ up: 60 + gamma(r, 3), down: 40 + gamma(r, 3) })
    const got = live(random, { minutes: 3, path: mobile, clock, startMs: 180000 })
    assert.ok(got.clock.delayMs > 90, `still believes ${got.clock.delayMs}`)
  }))

test("sleep and a stepped wall clock are noticed, ordinary ticking is not", () => {
  const clock = new Clock()
  assert.equal(clock.detectSleep(1000, 0), false)
  assert.equal(clock.detectSleep(2000, 1000), false)
  assert.equal(clock.detectSleep(62000, 1500), true) // slept: the monotonic clock stood still
  assert.equal(clock.detectSleep(63000, 2500), false)
  assert.equal(clock.detectSleep(58000, 3500), true) // somebody set the wall clock
  assert.equal(clock.detectSleep(62000, 7500), true) // frozen
})

test("pings come in a burst first, then seldom, seldomer when nobody looks", () => {
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

test("a server that does not answer is noticed", () => {
  const schedule = new PingSchedule()
  schedule.start(true)
  for (let i = 0; i < 8; i++) schedule.pingSent(i * 80, { playing: true, hidden: false })
  assert.equal(schedule.silent(5000), false)
  assert.equal(schedule.silent(13000), true)
  schedule.pongReceived()
  assert.equal(schedule.silent(99000), false)
})

test("how late a message may be is known after a while, whatever the first exchanges of a busy page took", () =>
  each(20, (random) => {
    const spiky = (random) => ({ up: 48, down: 48 + (random.chance(0.3) ? 100 : 0) })
    const clock = new Clock()
    live(random, { minutes: 0.02, path: () => ({ up: 48, down: 700 }), clock })
    assert.equal(clock.jitterMs, null)
    live(random, { minutes: 2, path: spiky, clock, startMs: 1200 })
    assert.ok(Math.abs(clock.jitterMs - 100) < 1, `${clock.jitterMs}`)
  }))
