import assert from "node:assert/strict"
import { test } from "node:test"

import { chapterList } from "../../../static/js/core/chapters/chapters.js"
import { kindOf, skippableAt } from "../../../static/js/core/chapters/skippable.js"

const NAMED = {
  intro: [
    "Intro",
    "OP",
    "opening credits",
    "Opening 2",
    " Vorspann ",
    "Générique",
    "generique",
    "オープニング",
    "The Intro",
  ],
  credits: [
    "Credits",
    "ED",
    "Ending 1",
    "End Credits",
    "Abspann",
    "Générique de fin",
    "エンディング",
    "片尾",
    "Титры",
  ],
  recap: [
    "Recap",
    "Previously",
    "Previously on “Lost”",
    "Was bisher geschah",
    "Rückblick",
    "前情提要",
    "Ранее",
  ],
}
const OTHERS = [
  "Introducing Ana",
  "Operation",
  "Part 1",
  "",
  "The opening of the door",
  "Optional",
  "Edward",
  "Credit card",
  "Previously unseen",
  "Ending it all",
]

test("intros, credits and recaps are known by their names", () => {
  for (const [kind, titles] of Object.entries(NAMED))
    for (const title of titles) assert.equal(kindOf(title), kind, title)
  for (const title of OTHERS) assert.equal(kindOf(title), null, title)
})

const chapters = chapterList([
  { start: 0, end: 60, title: "Recap" },
  { start: 60, end: 150, title: "Opening" },
  { start: 150, end: 1200, title: "Part one" },
  { start: 1200, end: 1290, title: "Ending" },
  { start: 1290, end: 1400, title: "Part two" },
  { start: 1400, end: 1420, title: "Credits" },
])

test("what is skipped goes to the end of its chapter, two seconds after it began", () => {
  assert.equal(skippableAt(chapters, 1.9, 1420), null)
  assert.deepEqual(skippableAt(chapters, 2, 1420), { kind: "recap", toS: 60 })
  assert.equal(skippableAt(chapters, 61, 1420), null)
  assert.deepEqual(skippableAt(chapters, 100, 1420), { kind: "intro", toS: 150 })
  assert.equal(skippableAt(chapters, 500, 1420), null)
  assert.deepEqual(skippableAt(chapters, 1210, 1420), { kind: "credits", toS: 1290 })
  assert.equal(skippableAt([], 5, 1420), null)
})

test("credits at the end lead to what follows, and an intro never does", () => {
  for (const durationS of [1420, 1420.9, 1421.5]) {
    assert.deepEqual(skippableAt(chapters, 1410, durationS), { kind: "credits", toS: null })
  }
  const typed = chapterList([
    { start: 0, title: "Film" },
    { start: 90, title: "Credits" },
  ])
  assert.deepEqual(skippableAt(typed, 95, null), { kind: "credits", toS: null })
  assert.equal(skippableAt(chapterList([{ start: 0, title: "Intro" }]), 5, null), null)
})
