import assert from "node:assert/strict"
import { test } from "node:test"

import { breaksOffHere } from "../../../static/js/core/media/device_limits.js"

const SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"
const WEBKITGTK = `Mozilla/5.0 (X11; Linux x86_64) ${SAFARI}`
const MIB = 2 ** 20
const file = (name, type, size = 700 * MIB) => ({ name, type, size })

test("WebKitGTK breaks off in files with an index that are larger than its buffer", () => {
  const breaking = [
    file("Film.mp4", "video/mp4"),
    file("Film.MKV", ""),
    file("Film.mkv", "video/x-matroska"),
    file("Song.m4a", "audio/x-m4a"),
    file("Clip.mov", "video/quicktime"),
  ]
  for (const each of breaking) assert.ok(breaksOffHere(each, WEBKITGTK), each.name)
  for (const each of [
    file("A.webm", "video/webm"),
    file("A.mp3", "audio/mpeg"),
    file("A.flac", "audio/flac"),
  ])
    assert.ok(!breaksOffHere(each, WEBKITGTK), each.name)
  assert.ok(!breaksOffHere(file("Short.mp4", "video/mp4", 2 * MIB), WEBKITGTK))
})

test("other browsers play them", () => {
  for (const agent of [
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${SAFARI}`,
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
  ])
    assert.ok(!breaksOffHere(file("Film.mp4", "video/mp4"), agent), agent)
})
