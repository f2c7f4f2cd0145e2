import assert from "node:assert/strict"
import { test } from "node:test"
import { liveMapping } from "../../../static/js/core/sync/live_edge.js"
import { livePosition, SyncTarget } from "../../../static/js/core/sync/timeline.js"
import { each } from "../random.js"

const NOW_MS = 1.8e12

/** The list as a player sees it that joined at another moment: its own positions begin elsewhere. */
const seenBy = ({ firstMs, lastMs, joinedAtS, segmentS = 3 }) => ({
  segments: segmentsOf({ firstMs, lastMs, joinedAtS, segmentS }),
  segmentS,
})

const segmentsOf = ({ firstMs, lastMs, joinedAtS, segmentS }) =>
  Array.from({ length: Math.ceil((lastMs - firstMs) / 1000 / segmentS) }, (_, index) => ({
    startS: joinedAtS + index * segmentS,
    durationS: Math.min(segmentS, (lastMs - firstMs) / 1000 - index * segmentS),
    dateMs: firstMs + index * segmentS * 1000,
  }))

const dated = (list, dateOf) => ({
  ...list,
  segments: list.segments.map((segment) => ({ ...segment, dateMs: dateOf(segment.dateMs) })),
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
  const wrong = [() => null, (dateMs) => dateMs - 3_600_000, (dateMs) => dateMs + 3_600_000]
  for (const dateOf of wrong) assert.equal(liveMapping(dated(list, dateOf), NOW_MS), null)
})

test("a list that stood still for a while keeps its place, one that stays behind loses it", () => {
  const list = seenBy({ firstMs: NOW_MS - 30_000, lastMs: NOW_MS - 3000, joinedAtS: 0 })
  const before = liveMapping(list, NOW_MS)
  assert.deepEqual(liveMapping(list, NOW_MS + 20_000, true), before)
  assert.equal(liveMapping(list, NOW_MS + 20_000), null)
  assert.equal(liveMapping(list, NOW_MS + 100_000, true), null)
})

test("after an encoder was away, the dates of the segments that play now count, for everybody alike", () =>
  each(200, (random) => {
    const awayMs = random.between(5000, 15_000)
    const firstMs = NOW_MS - 60_000
    const list = seenBy({ firstMs, lastMs: NOW_MS, joinedAtS: random.between(0, 100) })
    const backAtMs = firstMs + 30_000
    const away = dated(list, (dateMs) => (dateMs < backAtMs ? dateMs - awayMs : dateMs))
    const serverMs = NOW_MS + random.between(-15_000, 3000)
    const mapping = liveMapping(away, serverMs)
    assert.ok(mapping)
    const atS = livePosition(mapping, serverMs)
    const shown = away.segments.find(({ startS, durationS }) => startS <= atS && atS < startS + durationS)
    const aimMs = serverMs - 9000
    if (aimMs > backAtMs) assert.ok(Math.abs(shown.dateMs + (atS - shown.startS) * 1000 - aimMs) < 0.01)
    else assert.ok(shown.dateMs < backAtMs) // nothing was made then: the player comes to the next segment in time
    assert.ok(
      Math.abs(mapping.zeroS - (away.segments[10].dateMs / 1000 - away.segments[10].startS)) < 1e-6 ||
        aimMs < backAtMs - awayMs,
    )
  }))

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
