import assert from "node:assert/strict"
import { test } from "node:test"
import { pastedLinks } from "../../../static/js/page/queue/pasted_links.js"

test("each line is a link, without blank lines and spaces around it", () => {
  assert.deepEqual(pastedLinks(" https://a.example/1.mp4 \r\n\n\tb.example/2.mp4\n"), [
    "https://a.example/1.mp4",
    "b.example/2.mp4",
  ])
  assert.deepEqual(pastedLinks(" \n "), [])
})

test("links with schemes on one line are several", () => {
  const text = "https://a.example/1.mp4 HTTPS://b.example/2.mp4\thttp://c.example/my film.mp4"
  assert.deepEqual(pastedLinks(text), [
    "https://a.example/1.mp4",
    "HTTPS://b.example/2.mp4",
    "http://c.example/my film.mp4",
  ])
})

test("a link in the query of another one is not a second link", () => {
  const link = "https://a.example/play?url=https://b.example/2.mp4"
  assert.deepEqual(pastedLinks(link), [link])
})
