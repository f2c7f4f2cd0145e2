import assert from "node:assert/strict"
import { test } from "node:test"
import { shortenUrl } from "../../../static/js/page/lib/i18n.js"
import { completeUrl } from "../../../static/js/page/ui/form_validation.js"

test("a host without a scheme gets https", () => {
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
    assert.equal(completeUrl(` ${typed} `), `https://${typed}`)
    assert.equal(completeUrl(`//${typed}`), `https://${typed}`)
  }
})

test("text without a host stays as typed, for the server to reject", () => {
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
    assert.equal(completeUrl(typed), typed)
  }
})

test("a scheme or a path of this server is left alone", () => {
  for (const typed of [
    "https://nas/x.mp4",
    "HTTP://example.org/x",
    "ftp://example.org",
    "/media/samples/clip.webm",
  ]) {
    assert.equal(completeUrl(typed), typed)
  }
})

test("a link without a scheme gets https, and a path of this server stays", () => {
  assert.equal(completeUrl(" example.com/film.mp4 "), "https://example.com/film.mp4")
  assert.equal(completeUrl("//example.com/film.mp4"), "https://example.com/film.mp4")
  assert.equal(completeUrl("localhost:8000/film.mp4"), "https://localhost:8000/film.mp4")
  assert.equal(completeUrl("http://example.com"), "http://example.com")
  assert.equal(completeUrl("/media/samples/clip.webm"), "/media/samples/clip.webm")
  assert.equal(completeUrl(""), "")
})

test("a long address keeps its host and its end", () => {
  const address = `https://example.com/${"x".repeat(500)}/film.mp4`
  assert.ok(
    shortenUrl(address).length < 70 &&
      shortenUrl(address).startsWith("https://example.com/") &&
      shortenUrl(address).endsWith("/film.mp4"),
  )
})
