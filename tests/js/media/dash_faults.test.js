import assert from "node:assert/strict"
import { test } from "node:test"
import { dashFault, Refused } from "../../../static/js/core/media/dash_faults.js"

const status = (code) => ({ code: 1001, category: 1, data: ["http://a/b.mpd", code] })

/** @type {[string, any, boolean, string][]} */
const CASES = [
  ["nothing at the address", status(404), false, "missing"],
  ["a part that was removed", status(404), true, "gone"],
  ["an address that is refused", status(403), false, "forbidden"],
  ["an address that worked before", status(403), true, "expired"],
  ["a server in trouble", status(503), true, "server"],
  ["no permission for other sites, or no server", { code: 1002, category: 1 }, false, "unreachable"],
  ["a server that stalls", { code: 1003, category: 1 }, false, "slow"],
  ["a page instead of a list", { code: 4001, category: 4 }, false, "page"],
  ["a list without media", { code: 4003, category: 4 }, false, "empty"],
  ["formats that the browser does not know", { code: 4032, category: 4 }, false, "codec"],
  ["an encrypted stream", { code: 6001, category: 6 }, false, "protected"],
  ["data that cannot be decoded", { code: 3016, category: 3 }, true, "damaged"],
  [
    "a list that is refused",
    { code: 1007, category: 1, data: [new Refused("too_large")] },
    false,
    "too_large",
  ],
  ["an error in a filter", { code: 1007, category: 1, data: [new Error()] }, false, "unknown"],
  ["anything else", {}, false, "unknown"],
]

for (const [name, error, started, kind] of CASES)
  test(`the cause of a DASH error is named: ${name}`, () => {
    assert.equal(dashFault(error, started).kind, kind)
  })

test("a DASH fault carries the answer's code and the codec, if there is one", () => {
  assert.equal(dashFault(status(503), true).code, 503)
  assert.equal(dashFault({ code: 1002 }, true).code, null)
  const refused = { code: 3014, category: 3, data: ['video/mp4; codecs="hvc1.2.4.L93"'] }
  assert.equal(dashFault(refused, false).codec, "HEVC")
})
