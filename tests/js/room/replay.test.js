import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { dueBy, lengthOf, momentOf, placeAt } from "../../../static/js/core/room/replay.js"

const vectors = JSON.parse(readFileSync(new URL("../../vectors/replay.json", import.meta.url), "utf8"))
const urls = [...new Set(vectors.stretches.map(({ url }) => url))]
let atS = 0
const stretches = vectors.stretches.map(({ url, start_ms, end_ms, position_s, rate }) => {
  const stretch = {
    media: urls.indexOf(url),
    at: atS,
    lasts: (end_ms - start_ms) / 1000,
    position: position_s,
    rate,
  }
  atS += stretch.lasts
  return stretch
})

test("a replay is as long as its stretches", () => {
  assert.equal(lengthOf(stretches), vectors.lasts_s)
  assert.equal(lengthOf([]), 0)
})

test("worked examples: what plays at a time", () => {
  for (const { at_s, index, position_s } of vectors.places)
    assert.deepEqual(placeAt(stretches, at_s), { index, positionS: position_s })
})

test("a position of the media leads back to the time in the replay", () => {
  for (let second = 0; second <= vectors.lasts_s; second += 0.5) {
    const { index, positionS } = placeAt(stretches, second)
    assert.ok(Math.abs(momentOf(stretches[index], positionS) - second) < 1e-9)
  }
  assert.equal(momentOf(stretches[0], 9999), 600, "beyond the stretch is its end")
})

test("comments are due when their moment has come", () => {
  const items = [{ at: 0 }, { at: 5 }, { at: 5 }, { at: 8 }]
  assert.deepEqual(
    [-1, 0, 4.9, 5, 7, 100].map((second) => dueBy(items, second)),
    [0, 1, 1, 3, 3, 4],
  )
})
