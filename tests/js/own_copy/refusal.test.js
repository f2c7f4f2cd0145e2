import assert from "node:assert/strict"
import { test } from "node:test"

const WEBKITGTK =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15"
Object.defineProperty(globalThis, "navigator", { value: { userAgent: WEBKITGTK } })
globalThis.document = { cookie: "", documentElement: { lang: "en" }, getElementById: () => null }
const { chosenFiles } = await import("../../../static/js/page/sources/own_copies.js")
const { open } = await import("../../../static/js/page/sources/own.js")

test("a copy that this browser breaks off is refused, and the host reads why", () => {
  const file = { name: "Film.mp4", type: "video/mp4", size: 2 ** 30 }
  chosenFiles.set("own:film", { file, url: "blob:film" })
  const refused = []
  open({}, { url: "own:film" }, { failed: (message) => refused.push(message) })
  assert.deepEqual(
    refused.map(({ ownCopy, fault }) => [ownCopy, fault]),
    [[true, "other_browser"]],
  )
})
