import assert from "node:assert/strict"
import { test } from "node:test"
import { Random } from "./random.js"

test("the seeded generator always returns the same values", () => {
  assert.deepEqual(new Random(7).shuffled([1, 2, 3, 4]), new Random(7).shuffled([1, 2, 3, 4]))
})
