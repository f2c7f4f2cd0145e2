import assert from "node:assert/strict"
import { test } from "node:test"
import {
  chapterText,
  chapterTime,
  MAX_CHAPTERS,
  MAX_TITLE_CHARS,
  parseChapters,
} from "../../../static/js/core/chapters/chapter_text.js"
import { each } from "../random.js"

const TIMES = [
  [0, "0:00"],
  [83, "1:23"],
  [3723.5, "1:02:03.5"],
  [36_000, "10:00:00"],
]

test("times are written as people write them", () => {
  for (const [positionS, text] of TIMES) assert.equal(chapterTime(positionS), text)
  assert.equal(chapterTime(59.9999), "1:00")
})

test("a line is a time and a name, in either order, with or without brackets, numbers and dashes", () => {
  const lines = [
    "1:23 The harbour",
    "01:23 - The harbour",
    "[1:23] The harbour",
    "(0:01:23) – The harbour",
    "4. 1:23 The harbour",
    "  1:23: The harbour  ",
    "The harbour 1:23",
    "The harbour - (1:23)",
    "- The harbour 1:23",
  ]
  for (const line of lines)
    assert.deepEqual(parseChapters(line).chapters, [{ start: 83, title: "The harbour" }], line)
  assert.deepEqual(parseChapters("75:30,5 Late\r\n\r\n0:00").chapters, [
    { start: 0, title: "" },
    { start: 4530.5, title: "Late" },
  ])
})

test("the first line that is no chapter is named", () => {
  const wrong = (/** @type {string} */ text, durationS = null) => parseChapters(text, durationS).problem
  for (const line of [
    "Opening",
    "1:75 Opening",
    "1:61:00 Opening",
    "1:2 Opening",
    "90 Opening",
    "1:02:03:04 x",
  ])
    assert.deepEqual(wrong(`0:00 Before\n\n${line}`), { kind: "no_time", line: 3 }, line)
  assert.deepEqual(wrong("0:00 a\n2:00 b", 90), { kind: "too_late", line: 2 })
  assert.deepEqual(wrong("999:00:00 a"), { kind: "too_late", line: 1 })
  const many = Array.from({ length: MAX_CHAPTERS + 1 }, (_, i) => `${i}:00`)
  assert.deepEqual(wrong(many.join("\n")), { kind: "too_many", line: MAX_CHAPTERS + 1 })
})

test("titles are bounded by characters, and very long lines cost no time", () => {
  assert.equal([...parseChapters(`0:00 ${"😀".repeat(200)}`).chapters[0].title].length, MAX_TITLE_CHARS)
  assert.equal(parseChapters(` -:${" -:".repeat(300_000)}`).problem?.kind, "no_time")
})

test("what is read is written so that it is read the same", () =>
  each(300, (random) => {
    const words = [
      "0:10",
      "Opening",
      "- ",
      "(1:02:03)",
      "[",
      "]",
      "12.",
      "😀",
      " ",
      ":",
      ".5",
      "é",
      "1.",
      ",",
    ]
    const line = () => Array.from({ length: random.int(0, 6) }, () => random.pick(words)).join(" ")
    const text = Array.from({ length: random.int(0, 5) }, () => `${random.int(0, 99)}:30 ${line()}`).join(
      "\n",
    )
    const { chapters, problem } = parseChapters(text)
    assert.equal(problem, null)
    assert.deepEqual(parseChapters(chapterText(chapters)), { chapters, problem: null }, text)
  }))
