import assert from "node:assert/strict"
import { test } from "node:test"

import { answerLine, parseAnswers, results } from "../../../static/js/core/start/poll_text.js"

test("one answer a line, links as media, the same line once", () => {
  const text = " Alien \r\n\nhttps://example.org/b.mp4\nAlien\n/media/library/3\nsee https://example.org/"
  assert.deepEqual(parseAnswers(text), [
    { text: "Alien" },
    { media_url: "https://example.org/b.mp4" },
    { media_url: "/media/library/3" },
    { text: "see https://example.org/" },
  ])
})

test("an item of the library is a line with its title", () => {
  const line = answerLine({ title: " The Long\nWalk ", url: "/media/library/3" })
  assert.equal(line, "The Long Walk /media/library/3")
  assert.deepEqual(parseAnswers(line), [{ text: "The Long Walk", media_url: "/media/library/3" }])
  assert.deepEqual(parseAnswers(answerLine({ title: "", url: "/media/library/3" })), [
    { media_url: "/media/library/3" },
  ])
})

test("results are counts, shares and the own answer", () => {
  const poll = { answers: [{ votes: ["ana", "pip"] }, { votes: [] }, { votes: ["mira", "tom"] }] }
  const { total, yours, answers } = results(poll, "mira")
  assert.deepEqual([total, yours], [4, 2])
  assert.deepEqual(answers, [
    { count: 2, share: 0.5 },
    { count: 0, share: 0 },
    { count: 2, share: 0.5 },
  ])
  assert.equal(results({ answers: [{ votes: [] }] }, "mira").answers[0].share, 0)
})
