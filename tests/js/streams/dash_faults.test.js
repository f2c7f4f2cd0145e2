import assert from "node:assert/strict"
import { test } from "node:test"
import { dashFault, Refused, unsupportedCodecs } from "../../../static/js/core/streams/dash_faults.js"

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

test("a DASH fault carries the answer's code, if there is one", () => {
  assert.equal(dashFault(status(503), true).code, 503)
  assert.equal(dashFault({ code: 1002 }, true).code, null)
})

/** A list with one set for each media type and its codecs, which the set or its renditions name. */
const list = (/** @type {[string, string][]} */ ...sets) =>
  `<MPD><Period>${sets
    .map(
      ([mime, codecs]) => `<AdaptationSet mimeType="${mime}">
    <Representation id="1" codecs='${codecs}' bandwidth="5"/></AdaptationSet>`,
    )
    .join("")}</Period></MPD>`
const unsupported = (/** @type {string} */ text, /** @type {RegExp} */ missing = /hvc1|ec-3/) =>
  unsupportedCodecs(text, (type) => !missing.test(type))

test("the codecs of a DASH list that the browser does not play are named", () => {
  const film = list(["video/mp4", "hvc1.2.4.L93.B0"], ["audio/mp4", "mp4a.40.2"])
  assert.equal(unsupported(film), "HEVC")
  assert.equal(unsupported(film, /nothing/), null)
  assert.equal(unsupported(list(["video/mp4", "hvc1.1"], ["audio/mp4", "ec-3"])), "HEVC, E-AC-3")
  assert.equal(unsupported(list(["video/mp4", "hvc1.1,ec-3"])), "HEVC, E-AC-3")
  assert.equal(unsupported(list(["application/mp4", "stpp"]), /stpp/), null)
  assert.equal(unsupported("no list"), null)
})

test("a DASH list may name codec and type at its sets, with a prefix, and on several lines", () => {
  const sets = `<x:AdaptationSet codecs="avc1.64000a" mimeType="video/mp4"><x:Representation id="1"/></x:AdaptationSet>
    <x:AdaptationSet contentType="audio"><x:Representation
      mimeType = "audio/mp4"
      codecs = "ec-3" /></x:AdaptationSet>`
  assert.equal(unsupported(sets), "E-AC-3")
  assert.equal(unsupported(sets, /video\/mp4; codecs="avc1/), "H.264")
})

test("a DASH list cannot make its message long", () => {
  const codecs = Array.from({ length: 50 }, (_, n) => `odd${n}`).join()
  assert.ok(String(unsupported(list(["video/mp4", codecs]), /odd/)).length <= 40)
})
