import assert from "node:assert/strict"
import { test } from "node:test"

import { messageParts, withoutSpoilers } from "../../../static/js/page/lib/dom.js"
import { each } from "../random.js"

const parts = (text) => messageParts(text).map(({ kind, text: shown }) => [kind, shown])

test("spoilers and URLs are parts of their own", () => {
  assert.deepEqual(parts("he ||dies at the end|| (https://example.org/a)."), [
    ["text", "he "],
    ["spoiler", "dies at the end"],
    ["text", " ("],
    ["url", "https://example.org/a"],
    ["text", ")."],
  ])
  assert.deepEqual(parts("||one|two|| ||three||"), [
    ["spoiler", "one|two"],
    ["text", " "],
    ["spoiler", "three"],
  ])
})

test("a URL in a spoiler is hidden with it", () => {
  assert.deepEqual(parts("||see https://example.org/end||"), [["spoiler", "see https://example.org/end"]])
  assert.deepEqual(parts("see https://example.org/end||"), [
    ["text", "see "],
    ["url", "https://example.org/end"],
    ["text", "||"],
  ])
})

test("bars that enclose nothing are text", () => {
  for (const text of ["a || b", "||||", "||a|", "|||"]) assert.deepEqual(parts(text), [["text", text]])
  assert.deepEqual(parts(""), [])
})

test("in a single line spoilers are named, not shown", () => {
  assert.equal(withoutSpoilers("so ||he|| and ||she||"), "so [Spoiler] and [Spoiler]")
})

test("nothing of a text is lost", () => {
  each(300, (random) => {
    const text = Array.from({ length: 12 }, () =>
      random.pick(["|", "||", "a", " ", "https://x.y/z", "."]),
    ).join("")
    const joined = messageParts(text)
      .map(({ kind, text: shown }) => (kind === "spoiler" ? `||${shown}||` : shown))
      .join("")
    assert.equal(joined, text)
  })
})
