import assert from "node:assert/strict"
import { test } from "node:test"
import {
  audioLabels,
  distinctQualities,
  languageCode,
  preferredTrack,
  qualityLabel,
} from "../../../static/js/core/media/track_choice.js"
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
