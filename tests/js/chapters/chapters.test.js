import assert from "node:assert/strict"
import { test } from "node:test"
import { chapterAt, chapterList, neighbourS } from "../../../static/js/core/chapters/chapters.js"
import { each } from "../random.js"

const LISTED = [
  { start: 90, end: 600, title: "Part one" },
  { start: 0, end: 10, title: "Before" },
  { start: 10, end: 90, title: "Opening" },
]
const chapters = chapterList(LISTED)

test("chapters are sorted and end where the next begins", () => {
  assert.deepEqual(
    chapters.map(({ title }) => title),
    ["Before", "Opening", "Part one"],
  )
  assert.deepEqual(
    chapterList([
      { start: 0, end: 99, title: "a" },
      { start: 5, end: 9, title: "b" },
    ])[0].endS,
    5,
  )
})

test("impossible chapters are left out, and their number and titles are bounded", () => {
  const odd = [
    { start: -1, end: 5, title: "before the start" },
    { start: 5, end: 5, title: "empty" },
    { start: 3, end: Infinity, title: "endless" },
    { start: 7, end: 9, title: "x".repeat(1000) },
    { start: 7, end: 8, title: "again" },
  ]
  assert.deepEqual(
    chapterList(odd).map(({ startS, title }) => [startS, title.length]),
    [[7, 100]],
  )
  assert.equal(
    chapterList(Array.from({ length: 999 }, (_, i) => ({ start: i, end: i + 1, title: "" }))).length,
    200,
  )
})

test("next goes to the next start; previous to this one's start, or to the one before", () => {
  assert.equal(neighbourS(chapters, 5, 1), 10)
  assert.equal(neighbourS(chapters, 200, 1), null)
  assert.equal(neighbourS(chapters, 50, -1), 10)
  assert.equal(neighbourS(chapters, 11, -1), 0)
  assert.equal(neighbourS(chapters, 1, -1), 0)
  assert.equal(neighbourS(chapterList([{ start: 5, end: 9, title: "" }]), 1, -1), null)
})

test("steps stay within the chapters and go the right way", () =>
  each(200, (random) => {
    const list = chapterList(
      Array.from({ length: random.int(1, 9) }, () => ({
        start: random.int(0, 50),
        end: random.int(51, 60),
        title: "",
      })),
    )
    const positionS = random.between(0, 60)
    const [next, previous] = [neighbourS(list, positionS, 1), neighbourS(list, positionS, -1)]
    assert.ok(next === null || (next > positionS && list.some(({ startS }) => startS === next)))
    assert.ok(previous === null || (previous <= positionS && list.some(({ startS }) => startS === previous)))
    const at = chapterAt(list, positionS)
    assert.ok(at < 0 ? list[0].startS > positionS : list[at].startS <= positionS)
  }))
