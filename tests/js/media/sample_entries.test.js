import assert from "node:assert/strict"
import { test } from "node:test"
import { sampleEntries } from "../../../static/js/core/media/sample_entries.js"
import { each } from "../random.js"

/** @param {string} codec */
const description = (codec) => `stsd\0\0\0\0\0\0\0\x01\0\0\0\x67${codec}rest`
const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0))

test("the codec of each track is found wherever its description is", () => {
  const file = `ftypisom moov st${description("hvc1")} more sts ${description("mp4a")}`
  assert.deepEqual(sampleEntries(bytes(file)), ["hvc1", "mp4a"])
  assert.deepEqual(sampleEntries(bytes(description("ac-3"))), ["ac-3"])
})

test("what is cut off, or no name of a codec, is passed over", () => {
  assert.deepEqual(sampleEntries(bytes(description("hvc1").slice(0, 18))), [])
  assert.deepEqual(sampleEntries(bytes(description("\0\x01\x02\x03"))), [])
  assert.deepEqual(sampleEntries(bytes("")), [])
})

test("any bytes are read to their end", () =>
  each(200, (random) => {
    const noise = Uint8Array.from({ length: 400 }, () => Math.floor(random.between(0, 256)))
    assert.ok(sampleEntries(noise).length <= 1)
  }))
