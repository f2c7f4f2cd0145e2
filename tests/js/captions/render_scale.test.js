import assert from "node:assert/strict"
import { test } from "node:test"
import { RenderScale } from "../../../static/js/core/captions/render_scale.js"
import { each } from "../random.js"

const FULL_PX = 1080

/** Draws captions for `seconds` of a film; the cost of a picture grows with its area. */
class Film {
  constructor(fps = 50) {
    this.size = new RenderScale()
    this.intervalMs = 1000 / fps
    this.nowMs = 0
    this.changes = 0
    this.late = 0
  }

  watch(seconds, fullMs) {
    let busyMs = 0
    this.late = 0
    for (let frames = seconds * (1000 / this.intervalMs); frames > 0; frames--) {
      this.nowMs += this.intervalMs
      if (this.nowMs < busyMs) {
        this.size.late()
        this.late++
      } else {
        const ms = fullMs * (this.px / FULL_PX) ** 2
        busyMs = this.nowMs + ms
        this.size.drawn(ms)
      }
      if (this.size.update(this.nowMs)) this.changes++
    }
  }

  get px() {
    return FULL_PX * this.size.scale
  }
}

test("captions that are drawn in time have the full size", () => {
  const film = new Film()
  film.watch(60, 15)
  assert.deepEqual([film.px, film.changes], [1080, 0])
  const slow = new Film(24)
  slow.watch(60, 38)
  assert.deepEqual([slow.px, slow.changes], [1080, 0])
})

test("captions that come too late are drawn smaller until they are in time, and larger again after a while", () => {
  const film = new Film()
  film.watch(5, 30)
  assert.equal(film.px, 810)
  film.watch(5, 70)
  assert.equal(film.px, 540)
  film.watch(5, 70)
  assert.equal(film.late, 0)
  film.watch(20, 5)
  assert.equal(film.px, 1080)
})

test("the scale never changes often, whatever the pictures cost", () =>
  each(100, (random) => {
    const film = new Film(random.pick([24, 30, 50, 60]))
    const fullMs = random.between(1, 120)
    film.watch(120, fullMs)
    assert.ok(film.changes <= 12, `${film.changes} changes at ${fullMs} ms`)
    const before = film.changes
    film.watch(120, fullMs)
    assert.ok(film.changes - before <= 4, `${film.changes - before} changes later`)
  }))
