import assert from "node:assert/strict"
import { test } from "node:test"

import { heightAboveKeyboard } from "../../../static/js/core/touch/keyboard.js"

test("the height above a keyboard that covers the page", () => {
  assert.equal(heightAboveKeyboard({ windowPx: 740, viewPx: 403.6, scale: 1 }), 404)
})

test("nothing is covered without a keyboard, by the bars of the browser, or when the page became smaller itself", () => {
  for (const viewPx of [740, 680, 760])
    assert.equal(heightAboveKeyboard({ windowPx: 740, viewPx, scale: 1 }), null)
  assert.equal(heightAboveKeyboard({ windowPx: 400, viewPx: 400, scale: 1 }), null)
})

test("a zoomed page is not a keyboard", () => {
  assert.equal(heightAboveKeyboard({ windowPx: 740, viewPx: 370, scale: 2 }), null)
})
