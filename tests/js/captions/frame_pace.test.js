import assert from "node:assert/strict"
import { test } from "node:test"
import { FramePace } from "../../../static/js/core/captions/frame_pace.js"
import { each } from "../random.js"

const SCREEN_MS = 1000 / 60

/** A film whose frames the browser reports with a chance; returns the media times that were drawn. */
function watch(random, { fps, rate, chance, seconds = 4 }) {
  const pace = new FramePace()
  const drawn = []
  let shown = -1
  for (let ms = 0; ms < seconds * 1000; ms += SCREEN_MS) {
    const frame = Math.floor((ms / 1000) * rate * fps + 1e-6)
    if (frame !== shown && (frame < 8 || random.chance(chance))) {
      if (pace.reported(frame / fps, ms, rate)) drawn.push(frame / fps)
    } else {
      const due = pace.frameDue(ms)
      if (due !== null) drawn.push(due)
    }
    shown = frame
  }
  return drawn
}

test("frames that are not reported are drawn all the same, each once and in order", () =>
  each(50, (random) => {
    const fps = random.pick([24, 25, 30, 50])
    const drawn = watch(random, { fps, rate: 1, chance: random.between(0.4, 1) })
    assert.ok(drawn.length >= 4 * fps * 0.9, `${drawn.length} at ${fps}`)
    assert.ok(drawn.length <= 4 * fps + 1, `${drawn.length} at ${fps}`)
    for (let i = 1; i < drawn.length; i++) assert.ok(drawn[i] > drawn[i - 1] + 0.4 / fps)
    for (const s of drawn) assert.ok(Math.abs(s * fps - Math.round(s * fps)) < 0.01, `${s} is no frame`)
  }))

test("a film of fewer frames is not drawn more often than it has frames", () =>
  each(20, (random) => {
    const drawn = watch(random, { fps: 24, rate: random.pick([0.5, 1, 2]), chance: 1 })
    assert.equal(new Set(drawn).size, drawn.length)
  }))

test("where nothing is reported, the element's position is drawn at most thirty times a second", () => {
  const pace = new FramePace()
  assert.deepEqual(
    [5, 5.01, 5.04, 5.05, 2].map((s) => pace.elementDue(s)),
    [5, null, 5.04, null, 2],
  )
})

test("without a report, or long after the last, nothing is due", () => {
  const pace = new FramePace()
  assert.equal(pace.frameDue(0), null)
  assert.equal(pace.isRecent(0), false)
  pace.reported(10, 0, 1)
  assert.equal(pace.frameDue(100), null) // the time between two is not known
  pace.reported(10.02, 20, 1)
  assert.equal(pace.frameDue(25), null)
  assert.equal(Number(pace.frameDue(41)?.toFixed(3)), 10.04)
  assert.equal(pace.frameDue(45), null)
  assert.equal(pace.reported(10.04, 46, 1), false)
  assert.equal(pace.reported(10.08, 80, 1), true)
  assert.deepEqual([pace.isRecent(100), pace.isRecent(400)], [true, false])
  assert.equal(pace.reported(3, 400, 1), true) // a seek
  assert.equal(pace.frameDue(440), null)
})
