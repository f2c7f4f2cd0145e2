import assert from "node:assert/strict"
import { test } from "node:test"
import { SyncTarget } from "../../../static/js/core/sync/timeline.js"
import {
  EndOfData,
  NaturalEnd,
  TruncationDetector,
  isTruncated,
} from "../../../static/js/core/media/end_of_data.js"

const target = (change = {}) =>
  new SyncTarget({
    revision: 1,
    timestamp: 0,
    current_time: 0,
    is_playing: true,
    rate: 1,
    phase: "playing",
    duration: 300,
    duration_source: "metadata",
    media: { url: "m", kind: "video", title: "" },
    hold: null,
    ...change,
  })
const at = (nowMs, currentTimeS, more = {}) => ({
  nowMs,
  serverMs: nowMs,
  currentTimeS,
  paused: false,
  seeking: false,
  ended: false,
  readyState: 4,
  durationS: 300,
  ...more,
})

/** Both detectors of one player. */
class Detectors {
  data = new EndOfData()
  natural = new NaturalEnd()

  update(element, room) {
    this.data.update(element)
    return this.natural.update(element, room, this.data)
  }

  get endS() {
    return this.natural.endS
  }
}

function played(end, toS, room = target()) {
  for (let s = 0; s <= toS; s += 0.25) end.update(at(1000 * s, s), room)
  return room
}

test("a player that moves to the end of its data reports the position, once", () => {
  const end = new Detectors()
  const room = played(end, 20)
  assert.equal(end.update(at(20_100, 20.1, { ended: true }), room), true)
  assert.equal(end.endS, 20.1)
  assert.equal(end.update(at(20_200, 20.1, { ended: true }), room), false)
  assert.equal(end.endS, 20.1)
})

test("a position that equals the claimed duration is not believed", () => {
  const end = new Detectors()
  const room = played(end, 20)
  assert.equal(end.update(at(20_100, 300, { ended: true }), room), true)
  assert.ok(Math.abs(Number(end.endS) - 20.1) < 0.01)
})

test("a player that was sought to the end, or is out of step, reports no end", () => {
  const sought = new Detectors()
  const room = played(sought, 5)
  sought.data.sought(300)
  sought.update(at(5100, 300, { seeking: true }), room)
  assert.equal(sought.update(at(5200, 300, { ended: true }), room), false)
  const astray = new Detectors()
  played(astray, 20)
  assert.equal(astray.update(at(20_100, 20.1, { ended: true }), target({ current_time: 40 })), false)
})

test("in a paused room no player reports an end", () => {
  const end = new Detectors()
  played(end, 20)
  assert.equal(end.update(at(20_100, 20.1, { ended: true }), target({ is_playing: false })), false)
  assert.equal(end.endS, null)
})

test("a player that goes on has not ended", () => {
  const end = new Detectors()
  const room = played(end, 20)
  end.update(at(20_100, 20.1, { ended: true }), room)
  end.update(at(20_200, 3), room)
  assert.equal(end.endS, null)
})

test("a seek from an end to a position without data ends at that position, even if the element never left its end", () => {
  const { data } = new Detectors()
  data.update(at(0, 15.7))
  data.update(at(100, 300, { ended: true, paused: true }))
  assert.equal(data.endS, 15.7)
  data.sought(30)
  data.update(at(200, 300, { ended: true, seeking: true, paused: true }))
  data.update(at(300, 300, { ended: true, paused: true }))
  assert.equal(data.endS, 30)
  assert.equal(data.played, false)
})

test("an end from before a seek is not reported after it, even if the element never left its end", () => {
  const end = new Detectors()
  const room = played(end, 6)
  end.update(at(6100, 300, { ended: true }), room)
  assert.ok(end.endS !== null)
  end.data.sought(64) // in the same tick, after which the element's state is not read again
  end.natural.update(at(6200, 300, { ended: true }), target({ current_time: 64 }), end.data)
  assert.equal(end.endS, null)
  end.update(at(6300, 300, { ended: true }), target({ current_time: 64 }))
  assert.equal(end.endS, null)
})

const timeline = (duration, duration_source, change = {}) => ({
  duration,
  duration_source,
  media: { url: "film", kind: "video", title: "" },
  ...change,
})

test("data that ends more than two seconds and two percent before the duration is truncated", () => {
  assert.equal(isTruncated(15.7, 40), true)
  assert.equal(isTruncated(38.5, 40), false)
  assert.equal(isTruncated(3550, 3600), false) // two percent are 72 s
  assert.equal(isTruncated(3500, 3600), true)
  assert.equal(isTruncated(40, 40), false)
  assert.equal(isTruncated(50, 40), false)
  for (const unknown of [null, NaN, Infinity, 0]) assert.equal(isTruncated(15.7, unknown), false)
})

test("a file is truncated if the room learned an end before the duration in its header", () => {
  const truncation = new TruncationDetector()
  assert.equal(truncation.update(timeline(40, "metadata"), 40), null)
  assert.deepEqual(truncation.update(timeline(15.7, "ended"), 40), { endS: 15.7, claimedS: 40 })
})

test("a player that joins later detects it from the file's header alone", () => {
  assert.deepEqual(new TruncationDetector().update(timeline(15.7, "ended"), 40), { endS: 15.7, claimedS: 40 })
})

test("a browser's guess is corrected by the browser or by the library", () => {
  const revised = new TruncationDetector()
  assert.equal(revised.update(timeline(40, "metadata"), 40), null)
  assert.equal(revised.update(timeline(15.7, "ended"), 15.7), null)
  const library = new TruncationDetector()
  assert.equal(library.update(timeline(15.5, "tags"), NaN), null)
  assert.equal(library.update(timeline(40, "metadata"), 40), null)
  assert.equal(library.update(timeline(15.7, "ended"), 40), null)
})

test("the library's duration of one file is not used for another", () => {
  const truncation = new TruncationDetector()
  truncation.update(timeline(15.5, "tags"), NaN)
  assert.ok(
    truncation.update(timeline(15.7, "ended", { media: { url: "other", kind: "video", title: "" } }), 40),
  )
})

test("only an end that players reached counts", () => {
  const truncation = new TruncationDetector()
  for (const source of ["passed", "exact", "metadata", null])
    assert.equal(truncation.update(timeline(15.7, source), 40), null)
  assert.equal(truncation.update(null, 40), null)
  assert.equal(truncation.update({ ...timeline(15.7, "ended"), media: null }, 40), null)
})
