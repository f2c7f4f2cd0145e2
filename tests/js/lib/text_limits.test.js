import assert from "node:assert/strict"
import test from "node:test"

import { excess, isMixedContent } from "../../../static/js/page/ui/form_validation.js"

test("a text is too long by the number of code points beyond the limit", () => {
  for (let length = 0; length < 40; length++) {
    for (const letter of ["a", "é", "e\u0301", "😀", "한"]) {
      assert.equal(excess(letter.repeat(length), 20), Math.max(0, length - 20))
      assert.equal(excess(`  ${letter.repeat(length)} `, 20), Math.max(0, length - 20))
    }
  }
})

test("a long paste is counted, not truncated", () => {
  assert.equal(excess("x".repeat(100_000), 500), 99_500)
})

test("http media on an https page is mixed content, except from the visitor's own machine", () => {
  const page = "https://watch.example.org/rooms/abc/"
  for (const address of [
    "http://example.org/film.mp4",
    "HTTP://Example.org/a",
    "http://192.168.1.5/a",
    "http://127.example.org/a",
    "http://localhost.example.org/a",
  ]) {
    assert.equal(isMixedContent(address, page), true, address)
    assert.equal(isMixedContent(address, "http://watch.example.org/"), false, address)
  }
  for (const address of [
    "https://example.org/film.mp4",
    "/media/samples/clip.webm",
    "http://localhost:8000/a",
    "http://127.0.0.1/a",
    "http://[::1]/a",
    "http://",
    "",
    "film.mp4",
  ]) {
    assert.equal(isMixedContent(address, page), false, address)
  }
})
