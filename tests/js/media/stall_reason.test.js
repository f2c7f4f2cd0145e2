import assert from "node:assert/strict"
import { test } from "node:test"
import { stallReason } from "../../../static/js/core/sync/stall_detector.js"

test("the log says why a player had nothing to play", () => {
  const seen = { hidden: false, seeking: false, readyState: 2 }
  assert.equal(stallReason(seen), "network")
  assert.equal(stallReason({ ...seen, readyState: 4 }), "decode")
  assert.equal(stallReason({ ...seen, seeking: true }), "seek")
  assert.equal(stallReason({ ...seen, seeking: true, hidden: true }), "hidden")
})
