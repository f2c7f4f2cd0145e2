import assert from "node:assert/strict"
import { test } from "node:test"
import { TruncationDetector, isTruncated } from "../../../static/js/core/media/end_of_data.js"

const timeline = (duration, duration_source, change = {}) => ({
  duration,
  duration_source,
  media: { url: "film" },
  ...change,
})

test("data that end more than two seconds and two percent before the length end early", () => {
  assert.equal(isTruncated(15.7, 40), true)
  assert.equal(isTruncated(38.5, 40), false)
  assert.equal(isTruncated(3550, 3600), false) // two percent are 72 s
  assert.equal(isTruncated(3500, 3600), true)
  assert.equal(isTruncated(40, 40), false)
  assert.equal(isTruncated(50, 40), false)
  for (const unknown of [null, NaN, Infinity, 0]) assert.equal(isTruncated(15.7, unknown), false)
})

test("a room that learned an end before the length of the file's head has a file that is truncation short", () => {
  const truncation = new TruncationDetector()
  assert.equal(truncation.update(timeline(40, "metadata"), 40), null)
  assert.deepEqual(truncation.update(timeline(15.7, "ended"), 40), { endS: 15.7, claimedS: 40 })
})

test("a player that comes later knows it from the file's head alone", () => {
  assert.deepEqual(new TruncationDetector().update(timeline(15.7, "ended"), 40), { endS: 15.7, claimedS: 40 })
})

test("a browser's guess is corrected by the browser, or by the library", () => {
  const revised = new TruncationDetector()
  assert.equal(revised.update(timeline(40, "metadata"), 40), null)
  assert.equal(revised.update(timeline(15.7, "ended"), 15.7), null)
  const library = new TruncationDetector()
  assert.equal(library.update(timeline(15.5, "tags"), NaN), null)
  assert.equal(library.update(timeline(40, "metadata"), 40), null)
  assert.equal(library.update(timeline(15.7, "ended"), 40), null)
})

test("what the library said of one file says nothing of another", () => {
  const truncation = new TruncationDetector()
  truncation.update(timeline(15.5, "tags"), NaN)
  assert.ok(truncation.update(timeline(15.7, "ended", { media: { url: "other" } }), 40))
})

test("only an end that players came to counts", () => {
  const truncation = new TruncationDetector()
  for (const source of ["passed", "exact", "metadata", null])
    assert.equal(truncation.update(timeline(15.7, source), 40), null)
  assert.equal(truncation.update(null, 40), null)
  assert.equal(truncation.update({ ...timeline(15.7, "ended"), media: null }, 40), null)
})
