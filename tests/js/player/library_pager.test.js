import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

const { LibraryPager, RefusedError } = await import("../../../static/js/page/lib/api.js")

/** The pending requests, answered when the test says so. */
let asked = []
const browser = /** @type {any} */ (globalThis)
browser.fetch = (address, { signal }) =>
  new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason))
    const answer = (status, body) => resolve({ ok: status < 400, status, json: async () => body })
    const query = new URLSearchParams(address.split("?")[1])
    asked.push({ words: query.get("q"), query, answer, fail: () => reject(new TypeError("no line")) })
  })
beforeEach(() => {
  asked = []
})

/** @param {number[]} ids @param {string | null} [next] */
const page = (ids, next = null) => ({ items: ids.map((id) => ({ id })), next })
const ids = (items) => items.map(({ id }) => id)

/** A list of the results for "old", of which there are more. */
async function listed() {
  const pages = new LibraryPager("/api/library/", "title")
  const shown = pages.query({ words: "old" })
  asked.shift().answer(200, page([1, 2], "behind-2"))
  return { pages, items: (await shown)?.items ?? [] }
}

test("the items to add belong to the search that the list shows, even while another search is pending", async () => {
  const { pages, items } = await listed()
  const search = pages.query({ words: "new" })
  const taken = pages.first(items, 100)
  assert.deepEqual(
    asked.map(({ words }) => words),
    ["new", "old"],
  )
  asked[1].answer(200, page([3]))
  assert.deepEqual(await taken.then((found) => [ids(found.items), found.more]), [[1, 2, 3], false])
  assert.equal(pages.hasMore, false)
  asked[0].answer(200, page([9], "behind-9"))
  await search
  assert.deepEqual([pages.hasMore, pages.shown.words], [true, "new"])
})

test("the next page belongs to the shown search, and is not loaded after another search failed", async () => {
  const { pages } = await listed()
  const search = pages.query({ words: "new" })
  asked[0].fail()
  await assert.rejects(search, (error) => !(error instanceof RefusedError))
  assert.equal(pages.hasMore, false)
  const again = pages.query({})
  assert.equal(asked[1].words, "new")
  asked[1].answer(200, page([9]))
  assert.deepEqual(ids((await again)?.items), [9])
})

test("a rejected request is distinguished from a failed one, and the list continues", async () => {
  for (const [status, isRefused] of [
    [400, true],
    [404, true],
    [429, false],
    [500, false],
    [503, false],
  ]) {
    const { pages } = await listed()
    const search = pages.query({ words: "x" })
    asked.shift().answer(status, { message: "q has at most 100 characters." })
    await assert.rejects(
      search,
      (/** @type {any} */ error) =>
        error instanceof RefusedError === isRefused && (!isRefused || error.message.startsWith("q has")),
    )
    assert.equal(pages.hasMore, isRefused)
  }
})

test("a later search makes an earlier one obsolete", async () => {
  const { pages } = await listed()
  const more = pages.more()
  const search = pages.query({ words: "new" })
  assert.equal(await more, null)
  asked[1].answer(200, page([9]))
  assert.deepEqual(ids((await search)?.items), [9])
})

test("a selection beyond the limit is reported", async () => {
  const { pages, items } = await listed()
  const few = await pages.first(items, 2)
  assert.deepEqual([ids(few.items), few.more, asked.length], [[1, 2], true, 0])
})

test("an album is requested by its id, because several have the same name", async () => {
  const pages = new LibraryPager("/api/library/", "title")
  pages.query({ album: "Greatest Hits", albumId: "0a" }).catch(() => {})
  pages.query({ album: "Greatest Hits", albumId: "" }).catch(() => {})
  assert.deepEqual(
    asked.map(({ query }) => [query.get("album_id"), query.get("album"), query.get("order")]),
    [
      ["0a", null, "album"],
      [null, "Greatest Hits", "album"],
    ],
  )
})
