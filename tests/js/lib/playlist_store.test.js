import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

const stored = new Map()
globalThis.localStorage = {
  getItem: (name) => stored.get(name) ?? null,
  setItem: (name, text) => void stored.set(name, text),
}
globalThis.document = { cookie: "", documentElement: { lang: "en" }, getElementById: () => null }
globalThis.fetch = () => Promise.reject(new TypeError("no server"))
const { allPlaylists, discard, itemsOf, keep, slices } =
  await import("../../../static/js/page/lib/playlist_store.js")

const queue = (count, durationS = null) => ({
  items: Array.from({ length: count }, (_, number) => ({ media_url: `https://example.org/${number}.mp4` })),
  duration: durationS,
})

beforeEach(() => stored.clear())

test("a guest's browser keeps a queue under a name, and gives it back", async () => {
  await keep({ name: "Friday", room_id: "r" }, queue(3, 60), false)
  const { kept, playlists } = await allPlaylists()
  assert.equal(kept, false)
  assert.deepEqual(playlists, [{ id: null, name: "Friday", count: 3, duration: 60 }])
  assert.deepEqual(await itemsOf(playlists[0]), queue(3).items)
})

test("a name may be one that objects of JavaScript know", async () => {
  for (const name of ["__proto__", "constructor"]) {
    await keep({ name }, queue(2), false)
    const { playlists } = await allPlaylists()
    assert.deepEqual(await itemsOf(playlists.find((each) => each.name === name)), queue(2).items)
    await discard({ id: null, name, count: 2, duration: null })
    assert.deepEqual((await allPlaylists()).playlists, [])
  }
})

test("one of the same name is replaced, and others stay", async () => {
  await keep({ name: "b" }, queue(1), false)
  await keep({ name: "a" }, queue(1), false)
  await keep({ name: "b" }, queue(2), false)
  const { playlists } = await allPlaylists()
  assert.deepEqual(
    playlists.map(({ name, count }) => [name, count]),
    [
      ["a", 1],
      ["b", 2],
    ],
  )
  await discard(playlists[1])
  await discard(playlists[1])
  assert.equal((await allPlaylists()).playlists.length, 1)
})

test("an empty queue and too many playlists are refused with a sentence", async () => {
  await assert.rejects(keep({ name: "a" }, queue(0), false), /nothing in this queue/)
  for (let number = 0; number < 50; number += 1) await keep({ name: `${number}` }, queue(1), false)
  await assert.rejects(keep({ name: "more" }, queue(1), false), /50 playlists/)
  assert.equal((await allPlaylists()).playlists.length, 50)
})

test("what is stored wrongly is passed over", async () => {
  for (const text of ["{", "[]", "null", '{"a": 1, "b": {"items": 2}, "__proto__": null}']) {
    stored.set("watchium:playlists", text)
    assert.deepEqual((await allPlaylists()).playlists, [])
  }
})

test("parts fit into a command: at most 100 items and less than a frame", () => {
  const many = slices(queue(250).items)
  assert.deepEqual(
    many.map(({ length }) => length),
    [100, 100, 50],
  )
  const long = Array.from({ length: 9 }, () => ({ media_url: "x".repeat(4000) }))
  const parts = slices(long)
  assert.ok(parts.every((part) => JSON.stringify(part).length < 12_000))
  assert.equal(parts.flat().length, 9)
  assert.equal(slices([{ media_url: "x".repeat(8000) }, ...long]).flat().length, 10)
  assert.deepEqual(slices([]), [])
})
