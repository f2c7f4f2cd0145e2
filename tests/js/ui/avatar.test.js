import assert from "node:assert/strict"
import { test } from "node:test"
import { initials } from "../../../static/js/page/ui/artwork.js"

test("initials are letters", () => {
  assert.deepEqual(["Mira Kowalska", "mira", "🎬 Tom 42", "-- 7", "ana_b"].map(initials), [
    "MK",
    "M",
    "T",
    "",
    "AB",
  ])
})
