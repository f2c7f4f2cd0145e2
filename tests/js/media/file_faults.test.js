import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { concealedFault, containerOf, contentFault } from "../../../static/js/core/media/file_faults.js"
import { each } from "../random.js"

const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const name = (text) => containerOf(bytes(text))?.name ?? null
const error = (code, message = "") => /** @type {any} */ ({ code, message })

test("files are known by their first bytes", () => {
  assert.equal(name("\0\0\0\x20ftypisom"), "MP4")
  assert.equal(name("\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x84webm"), "WebM")
  assert.equal(name("\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska"), "Matroska")
  assert.equal(name("RIFF\x24\0\0\0AVI LIST"), "AVI")
  assert.equal(name("RIFF\x24\n\0\0WAVEfmt "), "WAV")
  assert.equal(name("\xff\xfb\x90\0"), "MP3")
  assert.equal(name("0&\xb2u\x8ef"), "Windows Media")
  assert.equal(name(`G${"\0".repeat(187)}G`), "MPEG-TS")
  assert.equal(name(""), null)
  assert.equal(name("Good morning"), null)
  assert.equal(name("<!doctype html>"), null)
  const clip = readFileSync(new URL("../../../static/samples/clip.webm", import.meta.url))
  assert.equal(containerOf(clip)?.name, "WebM")
})

test("any bytes are judged", () =>
  each(200, (random) => {
    const noise = Uint8Array.from({ length: random.int(0, 400) }, () => random.int(0, 255))
    const { kind } = contentFault(containerOf(noise), [], () => random.chance(0.5))
    assert.ok(["no_media", "codec", "damaged"].includes(kind))
  }))

test("a codec or a container that the browser does not know is the cause, else damage", () => {
  const mp4 = { name: "MP4", mime: "video/mp4" }
  const supported = (type) => !/hvc1|avi/.test(type)
  assert.deepEqual(contentFault(mp4, ["hvc1", "mp4a"], supported), { kind: "codec", codecs: "hvc1" })
  assert.equal(contentFault(mp4, ["avc1"], supported).kind, "damaged")
  assert.deepEqual(contentFault({ name: "AVI", mime: "video/avi" }, [], supported).codecs, "AVI")
  assert.equal(contentFault(null, [], supported).kind, "no_media")
})

test("a concealed answer is judged by how the browser failed, and whether it gave media before", () => {
  assert.equal(concealedFault(error(4), false), "concealed")
  assert.equal(concealedFault(error(4, "Failed to open media"), false), "concealed")
  assert.equal(concealedFault(error(4, "MEDIA_ELEMENT_ERROR: Format error"), false), "replaced")
  assert.equal(concealedFault(error(4), true), "withdrawn")
  assert.equal(concealedFault(error(2), true), "withdrawn")
  assert.equal(concealedFault(error(3), true), null)
  assert.equal(concealedFault(null, false), null)
})
