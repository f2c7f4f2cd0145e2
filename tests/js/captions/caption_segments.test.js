import assert from "node:assert/strict"
import { test } from "node:test"
import {
  parseSegmentList,
  segmentOffsetS,
  SegmentedCues,
} from "../../../static/js/core/captions/caption_segments.js"
import { plainText } from "../../../static/js/core/captions/cue_text.js"
import { each } from "../random.js"

const LIST =
  "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.vtt\r\n#EXTINF:2.5,\n../b.vtt?x=1\n#EXT-X-ENDLIST\n"
const AT = "https://example.org/film/en/index.m3u8"

test("a list gives the address and the time of each segment", () => {
  assert.deepEqual(parseSegmentList(LIST, AT), [
    { url: "https://example.org/film/en/a.vtt", startS: 0, endS: 4 },
    { url: "https://example.org/film/b.vtt?x=1", startS: 4, endS: 6.5 },
  ])
})

test("what is no list, still grows or is endless has a reason", () => {
  assert.throws(() => parseSegmentList("<html>", AT), { problem: "unknown" })
  assert.throws(() => parseSegmentList(LIST.replace("#EXT-X-ENDLIST", ""), AT), { problem: "unknown" })
  assert.throws(() => parseSegmentList(`#EXTM3U\n${"a.vtt\n".repeat(6000)}#EXT-X-ENDLIST`, AT), {
    problem: "too_many",
  })
})

test("a segment may say which instant of the film its times count from", () => {
  const segment = (map) => `WEBVTT\n${map}\n\n00:01.000 --> 00:02.000\nx`
  assert.equal(segmentOffsetS(segment("X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000"), 10), 0)
  assert.equal(segmentOffsetS(segment("X-TIMESTAMP-MAP=LOCAL:00:00:02.500,MPEGTS:900000"), 4), 3.5)
  assert.equal(segmentOffsetS(segment("NOTE"), 10), 0)
})

test("segments in any order, and cues in several of them, give each cue once", () =>
  each(50, (random) => {
    const cues = Array.from({ length: 12 }, (_, i) => ({ startS: i * 2, endS: i * 2 + random.int(1, 9) }))
    const clock = (s) => `00:${String(s).padStart(2, "0")}.000`
    const segment = (from) =>
      `WEBVTT\n\n${cues
        .filter(({ startS, endS }) => startS < from + 4 && endS > from)
        .map(({ startS, endS }) => `${clock(startS)} --> ${clock(endS)}\ncue ${startS}`)
        .join("\n\n")}\n`
    const collected = new SegmentedCues()
    for (const from of random.shuffled([0, 4, 8, 12, 16, 20, 24, 28, 32])) collected.add(segment(from), 0)
    assert.deepEqual(
      collected.sorted().map(({ nodes }) => plainText(nodes)),
      cues.map(({ startS }) => `cue ${startS}`),
    )
  }))

test("a silent segment has no cues, and cues before the film are left out", () => {
  const collected = new SegmentedCues()
  collected.add("WEBVTT\n\n", 0)
  collected.add("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\n00:09.000 --> 00:12.000\ny", -10)
  assert.deepEqual(
    collected.sorted().map(({ startS, endS }) => [startS, endS]),
    [[-1, 2]],
  )
})
