import assert from "node:assert/strict"
import { test } from "node:test"
import {
  isBroken,
  isDashListTooLarge,
  isHlsListTooLarge,
  isPage,
  MAX_LIST_BYTES,
} from "../../../static/js/core/streams/stream_bounds.js"

const bytes = (text) => new TextEncoder().encode(text).buffer
const hls = (parts) => `#EXTM3U\n#EXT-X-TARGETDURATION:2\n${"#EXTINF:2,\ns.m4s\n".repeat(parts)}`

test("HLS lists of two days and many renditions are parsed, and none that would keep the page busy", () => {
  assert.equal(isHlsListTooLarge(hls(86_400)), false)
  assert.equal(isHlsListTooLarge(hls(100_001)), true)
  assert.equal(isHlsListTooLarge("#".repeat(MAX_LIST_BYTES + 1)), true)
  assert.equal(isHlsListTooLarge("#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n".repeat(100)), false)
  assert.equal(isHlsListTooLarge("#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n".repeat(501)), true)
  assert.equal(isHlsListTooLarge('#EXT-X-MEDIA:TYPE=AUDIO,URI="a"\n'.repeat(501)), true)
  assert.equal(isHlsListTooLarge("#EXT-X-GAP\n".repeat(400_001)), true)
})

const dash = (set, { renditions = 1, duration = "PT1H" } = {}) =>
  `<?xml version="1.0"?><MPD mediaPresentationDuration="${duration}"><Period><AdaptationSet>${set}` +
  `${'<Representation id="1" bandwidth="1" />'.repeat(renditions)}</AdaptationSet></Period></MPD>`
const timeline = (entries) =>
  `<SegmentTemplate timescale="1000" media="a"><SegmentTimeline>${entries}</SegmentTimeline></SegmentTemplate>`

/** @type {[string, string, boolean][]} */
const DASH = [
  [
    "a day in parts of two seconds",
    dash(timeline('<S t="0" d="2000" r="43199"/>'), { renditions: 8 }),
    false,
  ],
  ["a part for every millisecond", dash(timeline('<S d="1" r="3600000"/>')), true],
  ["repetition until the end", dash(timeline('<S d="2000" r="-1"/>')), false],
  ["repetition of nothing until the end", dash(timeline('<S d="0" r="-1" />')), true],
  ["short repetition until the end", dash(timeline('<S r="-1" d="1" />')), true],
  ["two million entries", dash(timeline('<S d="2000" />'.repeat(600_000))), true],
  ["entries with a prefix", dash(timeline('<mpd:S d="2000" />'.repeat(500_001))), true],
  ["a set that each rendition has", dash(timeline('<S d="2000" r="9999"/>'), { renditions: 51 }), true],
  ["a pattern", dash('<SegmentTemplate timescale="1000" duration="2000" media="a"/>'), false],
  ["a pattern of tiny parts", dash('<SegmentTemplate timescale="1000000" duration="1" media="a"/>'), true],
  ["a pattern for years", dash('<SegmentTemplate duration="1" media="a"/>', { duration: "P3650D" }), true],
  ["a list of addresses", dash(`<SegmentList>${"<SegmentURL/>".repeat(500_001)}</SegmentList>`), true],
  ["many renditions", dash("", { renditions: 501 }), true],
  [
    "sets that share nothing",
    `<MPD>${`<Period>${dash(timeline('<S d="2" r="9999"/>')).slice(60)}`.repeat(5)}</MPD>`,
    false,
  ],
  ["no list at all", "<html>".repeat(1000), false],
]

for (const [name, text, tooLarge] of DASH)
  test(`a DASH list is ${tooLarge ? "refused" : "parsed"}: ${name}`, () =>
    assert.equal(isDashListTooLarge(text), tooLarge))

test("a page in place of media is recognised by its beginning, and media are not taken for a page", () => {
  for (const page of [
    "<!DOCTYPE html><p>",
    "\n  <html lang=en>",
    "\uFEFF<!doctype html>",
    "<?xml version=1?>",
  ])
    assert.equal(isPage(bytes(page)), true, page)
  for (const media of [
    "",
    "<",
    "\0\0\0\x18ftypmp42",
    "G@\0\x10\0\0",
    "WEBVTT\n\n",
    "ID3\x04",
    "<abc\x01\x02",
  ])
    assert.equal(isPage(bytes(media)), false, media)
})

test("an MP4 begins with a box", () => {
  assert.equal(isBroken(bytes("\0\0\0\x18styp"), "video/mp4"), false)
  assert.equal(isBroken(bytes("\0\0\0\x18\x01\x02\x03\x04"), "audio/mp4"), true)
  assert.equal(isBroken(bytes("\x1A\x45\x1F\x43\0\0\0\0"), "video/webm"), false)
  assert.equal(isBroken(bytes(""), "video/mp4"), false)
})
