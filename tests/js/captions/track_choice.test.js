import assert from "node:assert/strict"
import { test } from "node:test"
import {
  baseLanguage,
  canonicalLanguage,
  chooseTrack,
  languageOfName,
} from "../../../static/js/core/captions/track_choice.js"

const track = (id, language, more = {}) => ({ id, language, ...more })
const chosen = (tracks, ...languages) => chooseTrack(tracks, languages)?.id

test("languages are compared as names of the same language", () => {
  assert.deepEqual(["ger", "deu", "DE", "pt_br", "und", "", "no language!"].map(canonicalLanguage), [
    ...["de", "de", "de", "pt-BR", "", "", ""],
  ])
  assert.deepEqual(["fre", "zh-Hant-TW"].map(baseLanguage), ["fr", "zh"])
})

test("the first wanted language wins, in its region if there is one", () => {
  const tracks = [track("en", "eng"), track("br", "pt-BR"), track("pt", "por"), track("de", "ger")]
  assert.equal(chosen(tracks, "de", "en"), "de")
  assert.equal(chosen(tracks, "fr", "pt-PT"), "br")
  assert.equal(chosen(tracks, "pt"), "pt")
})

test("whole captions come before forced ones, and default ones before others", () => {
  assert.equal(chosen([track("forced", "en", { forced: true }), track("whole", "en")], "en"), "whole")
  assert.equal(chosen([track("forced", "en", { forced: true }), track("other", "de")], "en"), "forced")
  assert.equal(chosen([track("a", "en"), track("b", "en", { isDefault: true })], "en"), "b")
})

test("without a wanted language: the track without a name, then the file's choice", () => {
  assert.equal(chosen([track("en", "en"), track("plain", "")], "fr"), "plain")
  assert.equal(chosen([track("en", "en"), track("es", "es", { isDefault: true })], "fr"), "es")
  assert.equal(chosen([], "fr"), undefined)
})

test("what cannot be shown is never chosen", () => {
  assert.equal(chosen([track("pgs", "en", { why: "pictures" }), track("de", "de")], "en"), "de")
})

test("a file's name may say its language", () => {
  const names = [
    "film.en.srt",
    "Film.2024.ger.forced.srt",
    "film.pt-BR.vtt",
    "film.srt",
    "film.xyz.srt",
    "the.srt",
  ]
  assert.deepEqual(names.map(languageOfName), ["en", "de", "pt-BR", "", "", ""])
})
