import assert from "node:assert/strict"
import { test } from "node:test"
import {
  audioLabels,
  distinctQualities,
  languageCode,
  preferredQuality,
  preferredTrack,
  qualityLabel,
} from "../../../static/js/core/media/track_choice.js"
import { separateSound } from "../../../static/js/page/streams/hls_tracks.js"
import { each } from "../random.js"

const track = (id, language, name = "", isDefault = false) => ({ id, language, name, isDefault })
const inWords = (code) => ({ ja: "Japanese", en: "English" })[code]

test("a language is the same language however the media spell it", () => {
  for (const tag of ["ja", "jpn", "JPN", "ja-JP", "ja_JP"]) assert.equal(languageCode(tag), "ja")
  for (const tag of ["", "und", "mul", "  "]) assert.equal(languageCode(tag), "")
  assert.equal(languageCode("tlh"), "tlh")
})

test("the viewer's language comes first, then the media's own choice, then the first", () => {
  const tracks = [track(0, "jpn", "", true), track(1, "eng"), track(2, "en-GB")]
  assert.equal(preferredTrack(tracks, "")?.id, 0)
  assert.equal(preferredTrack(tracks, "en")?.id, 1)
  assert.equal(preferredTrack(tracks, "en-GB")?.id, 2)
  assert.equal(preferredTrack(tracks, "de")?.id, 0)
  assert.equal(preferredTrack([track(7, ""), track(8, "")], "en")?.id, 7)
  assert.equal(preferredTrack([], "en"), null)
})

test("labels are languages in words, with the track's own name if it says more", () => {
  const tracks = [
    track(0, "jpn", "Japanese"),
    track(1, "eng", "Commentary"),
    track(2, "eng", "eng"),
    track(3, ""),
  ]
  assert.deepEqual(
    audioLabels(tracks, inWords).map(({ label }) => label),
    ["Japanese", "English · Commentary", "English", "4"],
  )
})

test("no two tracks have the same label", () =>
  each(200, (random) => {
    const tracks = Array.from({ length: Math.floor(random.between(1, 8)) }, (_, id) =>
      track(id, random.pick(["ja", "en", "", "und"]), random.pick(["", "Stereo", "en"])),
    )
    const labels = audioLabels(tracks, inWords).map(({ label }) => label)
    assert.equal(new Set(labels).size, labels.length, labels.join())
    assert.ok(labels.every(Boolean))
  }))

test("qualities are listed once for each height, the best first", () => {
  const levels = [
    { id: 0, height: 480, bitrate: 1e6 },
    { id: 1, height: 720, bitrate: 2e6 },
    { id: 2, height: 720, bitrate: 3e6 },
    { id: 3, height: 0, bitrate: 128_000 },
  ]
  assert.deepEqual(
    distinctQualities(levels).map(({ id }) => id),
    [2, 0, 3],
  )
  assert.equal(qualityLabel(levels[0]), "480p")
  assert.equal(qualityLabel(levels[3]), "128 kbit/s")
})

test("a chosen height is kept for other media, rather lower than higher", () => {
  const levels = [
    { id: 2, height: 1080, bitrate: 5e6 },
    { id: 1, height: 720, bitrate: 2e6 },
    { id: 0, height: 480, bitrate: 1e6 },
  ]
  const chosen = (/** @type {unknown} */ wanted) => preferredQuality(levels, wanted)?.id ?? null
  assert.deepEqual([2160, 1080, 900, 480, 360].map(chosen), [2, 2, 1, 0, 0])
  assert.deepEqual([null, "sound", undefined, "720"].map(chosen), [null, null, null, null])
  assert.equal(preferredQuality(levels.slice(0, 1), 480), null)
})

test("sound can be played alone if its lists are separate from the picture's", () => {
  const film = [{ videoCodec: "avc1.64001f", height: 720 }]
  const lists = [
    { url: "/a0.m3u8", groupId: "best" },
    { url: "/a1.m3u8", groupId: "best" },
    { url: "/small.m3u8", groupId: "small" },
  ]
  const alone = (/** @type {any} */ levels, /** @type {any} */ allAudioTracks) =>
    separateSound({ levels, allAudioTracks }).map(({ url }) => url)
  assert.deepEqual(alone(film, lists), ["/a0.m3u8", "/a1.m3u8"])
  assert.deepEqual(alone(film, []), [])
  assert.deepEqual(alone(film, [{ url: "", groupId: "best" }, lists[1]]), []) // in the picture's segments
  assert.deepEqual(alone([{ videoCodec: undefined, height: 0 }], lists), []) // there is no picture
})
