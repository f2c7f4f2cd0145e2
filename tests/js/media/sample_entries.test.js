import assert from "node:assert/strict"
import { test } from "node:test"
import { codecOfTrack, matroskaCodecs, sampleEntries } from "../../../static/js/core/media/sample_entries.js"
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
    assert.ok(matroskaCodecs(noise).length <= 1)
  }))

/** @param {string} codec */
const track = (codec) => `\xae\xd7\x81\x01\x86${String.fromCharCode(0x80 + codec.length)}${codec}\x63\xa2`

test("the codecs of a Matroska file are named as in MP4, others by their own name", () => {
  const file = `\x1aE\xdf\xa3 ${track("V_MPEGH/ISO/HEVC")} ${track("A_DTS")} ${track("S_TEXT/ASS")} ${track("A_PCM/INT/LIT")} ${track("A_QUICKTIME")}`
  const codecs = matroskaCodecs(bytes(file))
  assert.deepEqual(codecs, ["hvc1", "dtsc", "PCM", "A_QUICKTIME"])
  assert.equal(codecOfTrack(codecs, "picture"), "hvc1")
  assert.equal(codecOfTrack(codecs, "sound"), "dtsc")
  assert.equal(codecOfTrack(["A_QUICKTIME"], "sound"), "QUICKTIME")
  assert.equal(codecOfTrack(["V_AV1"], "sound"), "")
  assert.deepEqual(matroskaCodecs(bytes("\x86\x85A_DTSES, and V_VP9 in a title")), ["dtsc"])
})
