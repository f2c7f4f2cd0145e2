import assert from "node:assert/strict"
import { test } from "node:test"
import { MAX_BYTES } from "../../../static/js/core/captions/caption_error.js"
import { decodeText } from "../../../static/js/core/captions/text_decoding.js"
import { each } from "../random.js"

const bytes = (...parts) =>
  new Uint8Array(
    parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part, "latin1")] : part)),
  )
const utf8 = (text) => new TextEncoder().encode(text)
const utf16 = (text, bigEndian = false) => {
  const buffer = Buffer.from(text, "utf16le")
  return new Uint8Array(bigEndian ? buffer.swap16() : buffer)
}

test("UTF-8 with and without a byte order mark is the same text", () => {
  assert.equal(decodeText(utf8("Größe ☂ 字幕")), "Größe ☂ 字幕")
  assert.equal(decodeText(bytes([0xef, 0xbb, 0xbf], "1")), "1")
})

test("UTF-16 is read by its mark, and plain text in it without one", () => {
  assert.equal(decodeText(bytes([0xff, 0xfe], [...utf16("Zoë 字")])), "Zoë 字")
  assert.equal(decodeText(bytes([0xfe, 0xff], [...utf16("Zoë 字", true)])), "Zoë 字")
  assert.equal(decodeText(utf16("1\n00:00:01,000 --> 00:00:02,000\nHello")).slice(0, 2), "1\n")
  assert.equal(decodeText(utf16("WEBVTT", true)), "WEBVTT")
})

test("other text is Windows-1252, or what its language was written in", () => {
  // Without the letters in which it differs from Latin-1: this Node decodes those as Latin-1, browsers do not.
  assert.equal(decodeText(bytes("Gr", [0xf6, 0xdf], "e caf", [0xe9])), "Größe café")
  assert.equal(decodeText(bytes([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]), "ru"), "Привет")
  assert.equal(decodeText(bytes([0xb3, 0xf3, 0x9c]), "pl-PL"), "łóś")
})

test("UTF-8 that is cut within a character stays UTF-8", () => {
  const whole = utf8("Übermäßig schön, größer")
  assert.equal(decodeText(whole.subarray(0, whole.length - 4)).slice(0, 9), "Übermäßig")
  const damaged = Uint8Array.from([...utf8("日本語の字幕"), 0xff, ...utf8("です")])
  assert.equal(decodeText(damaged), "日本語の字幕\ufffdです")
})

test("every line end becomes one line feed, and NUL is dropped", () => {
  assert.equal(decodeText(utf8("a\r\nb\rc\nd\0")), "a\nb\nc\nd")
})

test("a file of 50 MB is refused before it is decoded", () => {
  assert.throws(() => decodeText(new Uint8Array(50e6)), { problem: "too_large" })
  assert.throws(() => decodeText(new Uint8Array(MAX_BYTES + 1)), { problem: "too_large" })
})

test("any UTF-8 text is read unchanged", () =>
  each(200, (random) => {
    const letters = ["a", "é", "ß", "я", "字", "😀", " ", "<", "1"]
    const text = Array.from({ length: random.int(1, 60) }, () => random.pick(letters)).join("")
    assert.equal(decodeText(utf8(text)), text)
  }))
