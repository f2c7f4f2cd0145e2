import assert from "node:assert/strict"
import test from "node:test"

import { completed } from "../../../static/js/page/lib/urls.js"

test("a host without a scheme means https", () => {
  for (const typed of [
    "example.org/film.mp4",
    "example.org",
    "bücher.example/a b.mp4",
    "例え。jp/x",
    "localhost/x.mp4",
    "LOCALHOST:8000/x",
    "nas:8080/x.mp4",
    "192.168.1.5/x",
    "[2001:db8::1]/x",
    "example.org?x=1",
    "my_site.example.:8443#t=3",
  ]) {
    assert.equal(completed(` ${typed} `), `https://${typed}`)
    assert.equal(completed(`//${typed}`), `https://${typed}`)
  }
})

test("what names no host stays as it was typed, for the server to refuse", () => {
  for (const typed of [
    "",
    "hello",
    "not a link",
    "not.a link",
    "not%20a.link/x",
    "hello/world.mp4",
    "what?",
    "3.14",
    "10",
    "...",
    "hello.",
    ".hello",
    "a..b",
    "hello:world",
    "[x]/y",
    "//hello",
    "film tonight. at 8:30",
  ]) {
    assert.equal(completed(typed), typed)
  }
})

test("a scheme or a path of this server is left alone", () => {
  for (const typed of [
    "https://nas/x.mp4",
    "HTTP://example.org/x",
    "ftp://example.org",
    "/media/samples/clip.webm",
  ]) {
    assert.equal(completed(typed), typed)
  }
})
