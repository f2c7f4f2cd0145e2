import assert from "node:assert/strict"
import { test } from "node:test"
import { liveMapping } from "../../../static/js/core/sync/live_edge.js"
import { livePosition, SyncTarget } from "../../../static/js/core/sync/timeline.js"
import { each } from "../random.js"

const NOW_MS = 1.8e12

/** The list as a player sees it that joined at another moment: its own positions begin elsewhere. */
const seenBy = ({ firstMs, lastMs, joinedAtS, segmentS = 3 }) => ({
  startS: joinedAtS,
  endS: joinedAtS + (lastMs - firstMs) / 1000,
  segmentS,
  dateMs: firstMs,
})

test("two players of one stream show the same moment, wherever each began", () =>
  each(200, (random) => {
    const lastMs = NOW_MS - random.between(0, 5000)
    const pictures = [0, 1].map(() => {
      const firstMs = lastMs - random.between(20_000, 60_000)
      const joinedAtS = random.between(0, 5000)
      const list = seenBy({ firstMs, lastMs, joinedAtS })
      const mapping = liveMapping(list, NOW_MS)
      assert.ok(mapping)
      const atS = livePosition(mapping, NOW_MS + 4000)
      return firstMs + (atS - joinedAtS) * 1000
    })
    assert.ok(Math.abs(pictures[0] - pictures[1]) < 0.01)
    assert.ok(Math.abs(pictures[0] - (NOW_MS + 4000 - 9000)) < 0.01)
  }))

test("without programme date time, or with a clock that is far off, positions are not comparable", () => {
  const list = seenBy({ firstMs: NOW_MS - 30_000, lastMs: NOW_MS - 3000, joinedAtS: 0 })
  assert.ok(liveMapping(list, NOW_MS))
  assert.equal(liveMapping({ ...list, dateMs: null }, NOW_MS), null)
  assert.equal(liveMapping({ ...list, dateMs: NOW_MS - 3_630_000 }, NOW_MS), null)
  assert.equal(liveMapping({ ...list, dateMs: NOW_MS + 3_600_000 }, NOW_MS), null)
})

test("long segments need a longer distance to the live edge", () => {
  const list = seenBy({ firstMs: NOW_MS - 60_000, lastMs: NOW_MS - 8000, joinedAtS: 0, segmentS: 6 })
  assert.equal(liveMapping(list, NOW_MS)?.behindS, 18)
})

test("a room's timeline decides whether a live stream plays, the wall clock decides where", () => {
  /** @type {any} */
  const timeline = {
    timestamp: NOW_MS - 60_000,
    current_time: 12,
    is_playing: true,
    rate: 1,
    phase: "playing",
    duration: null,
    media: { url: "a" },
  }
  const target = new SyncTarget(timeline, { live: { zeroS: NOW_MS / 1000 - 100, behindS: 9 } })
  assert.ok(Math.abs(target.positionAt(NOW_MS) - 91) < 1e-6)
  assert.ok(Math.abs(target.instantOf(91) - NOW_MS) < 1e-3)
  assert.ok(target.isSameMotion({ ...timeline }, NOW_MS))
  assert.ok(!target.isSameMotion({ ...timeline, is_playing: false }, NOW_MS))
})
