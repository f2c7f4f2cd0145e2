import assert from "node:assert/strict"
import { test } from "node:test"

import { matchingNames, mentionAt } from "../../../static/js/core/room/mentions.js"

test("a mention begins at the start or after a space, and ends at the caret", () => {
  assert.deepEqual(mentionAt("@al", 3), { from: 0, to: 3, text: "al" })
  assert.deepEqual(mentionAt("hi @al there", 6), { from: 3, to: 6, text: "al" })
  assert.deepEqual(mentionAt("hi @", 4), { from: 3, to: 4, text: "" })
  for (const [text, caret] of [
    ["mail@example", 12],
    ["hi", 2],
    ["@ al", 4],
    ["@al", 0],
    [`@${"x".repeat(60)}`, 61],
  ])
    assert.equal(mentionAt(text, caret), null, text)
})

test("names that begin with the text come first, and later words of a name count", () => {
  const names = ["Zoë", "Alan Smith", "Smiling Fox", "Élodie"]
  assert.deepEqual(matchingNames(names, "smi"), ["Smiling Fox", "Alan Smith"])
  assert.deepEqual(matchingNames(names, "alan s"), ["Alan Smith"])
  assert.deepEqual(matchingNames(names, "ZO"), ["Zoë"])
  assert.deepEqual(matchingNames(names, "x"), [])
  assert.equal(matchingNames(names, "").length, 4)
})
