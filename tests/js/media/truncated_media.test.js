import assert from "node:assert/strict"
import { test } from "node:test"
import { CutShort, endsEarly } from "../../../static/js/core/media/truncated_media.js"

const timeline = (duration, duration_source, change = {}) => ({
  duration,
  duration_source,
  media: { url: "film" },
  ...change,
})

test("data that end more than two seconds and two percent before the length end early", () => {
  assert.equal(endsEarly(15.7, 40), true)
  assert.equal(endsEarly(38.5, 40), false)
  assert.equal(endsEarly(3550, 3600), false) // two percent are 72 s
  assert.equal(endsEarly(3500, 3600), true)
  assert.equal(endsEarly(40, 40), false)
  assert.equal(endsEarly(50, 40), false)
  for (const unknown of [null, NaN, Infinity, 0]) assert.equal(endsEarly(15.7, unknown), false)
})

test("a room that learned an end before the length of the file's head has a file that is cut short", () => {
  const cut = new CutShort()
  assert.equal(cut.look(timeline(40, "metadata"), 40), null)
  assert.deepEqual(cut.look(timeline(15.7, "ended"), 40), { endS: 15.7, saidS: 40 })
})

test("a player that comes later knows it from the file's head alone", () => {
  assert.deepEqual(new CutShort().look(timeline(15.7, "ended"), 40), { endS: 15.7, saidS: 40 })
})

test("a browser's guess is corrected by the browser, or by the library", () => {
  const revised = new CutShort()
  assert.equal(revised.look(timeline(40, "metadata"), 40), null)
  assert.equal(revised.look(timeline(15.7, "ended"), 15.7), null)
  const library = new CutShort()
  assert.equal(library.look(timeline(15.5, "tags"), NaN), null)
  assert.equal(library.look(timeline(40, "metadata"), 40), null)
  assert.equal(library.look(timeline(15.7, "ended"), 40), null)
})

test("what the library said of one file says nothing of another", () => {
  const cut = new CutShort()
  cut.look(timeline(15.5, "tags"), NaN)
  assert.ok(cut.look(timeline(15.7, "ended", { media: { url: "other" } }), 40))
})

test("only an end that players came to counts", () => {
  const cut = new CutShort()
  for (const source of ["passed", "exact", "metadata", null])
    assert.equal(cut.look(timeline(15.7, source), 40), null)
  assert.equal(cut.look(null, 40), null)
  assert.equal(cut.look({ ...timeline(15.7, "ended"), media: null }, 40), null)
})
