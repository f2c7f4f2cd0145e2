import assert from "node:assert/strict"
import { test } from "node:test"

import { dashGroups, hlsGroups, verdictOf } from "../../../static/js/core/streams/stream_codecs.js"

const only = (pattern) => (type) => pattern.test(type)
const MASTER = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",URI="en.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=640x360
low.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=4000000,RESOLUTION=1920x1080,CODECS="hvc1.2.4.L120,mp4a.40.2"
high.m3u8
`
const MPD = `<?xml version="1.0"?><MPD><Period>
<AdaptationSet mimeType="video/mp4"><Representation id="1" codecs="hvc1.1.6.L93"/>
<Representation id="2" codecs='hev1.1.6.L93'/></AdaptationSet>
<AdaptationSet mimeType="audio/mp4" codecs="mp4a.40.2"><Representation id="3"/></AdaptationSet>
<AdaptationSet mimeType="text/vtt"><Representation id="4"/></AdaptationSet></Period></MPD>`

test("an HLS stream plays if one of its variants does", () => {
  const groups = hlsGroups(MASTER)
  assert.deepEqual(groups[0][0], ['video/mp4; codecs="avc1.64001f"', 'audio/mp4; codecs="mp4a.40.2"'])
  assert.deepEqual(verdictOf(groups, only(/avc1|mp4a/)), { plays: true })
  assert.deepEqual(verdictOf(groups, only(/vp09|mp4a/)), { plays: false, codec: "H.264, HEVC" })
})

test("older names, MP3 and captions keep no stream from playing", () => {
  const groups = hlsGroups('#EXT-X-STREAM-INF:CODECS="avc1.66.30, mp4a.40.34,wvtt,Opus"\nlist.m3u8')
  const wanted = ['video/mp4; codecs="avc1.42001e"', "audio/mpeg", 'audio/mp4; codecs="opus"']
  assert.deepEqual(groups, [[wanted]])
})

test("a list that names no codecs says nothing", () => {
  assert.equal(verdictOf(hlsGroups("#EXTM3U\n#EXTINF:4,\n1.ts\n"), only(/./)), null)
  assert.equal(verdictOf(hlsGroups("<html>"), only(/./)), null)
  const unnamed = hlsGroups('#EXT-X-STREAM-INF:BANDWIDTH=1\na\n#EXT-X-STREAM-INF:CODECS="hvc1.1"\nb')
  assert.equal(verdictOf(unnamed, only(/avc1/)), null)
  assert.deepEqual(verdictOf(unnamed, only(/hvc1/)), { plays: true })
})

test("a DASH stream plays if a rendition of its picture and one of its sound do", () => {
  const groups = dashGroups(MPD)
  assert.deepEqual(groups, [
    [['video/mp4; codecs="hvc1.1.6.L93"'], ['video/mp4; codecs="hev1.1.6.L93"']],
    [['audio/mp4; codecs="mp4a.40.2"']],
  ])
  assert.deepEqual(verdictOf(groups, only(/mp4a/)), { plays: false, codec: "HEVC" })
  assert.deepEqual(verdictOf(groups, only(/hvc1|mp4a/)), { plays: true })
  assert.deepEqual(verdictOf(groups, only(/hvc1/)), { plays: false, codec: "AAC" })
})
