import assert from "node:assert/strict"
import { test } from "node:test"
import {
  answerFault,
  codecName,
  mayPass,
  streamFault,
} from "../../../static/js/core/streams/stream_faults.js"
import { each } from "../random.js"

const load = (details, code) => ({ type: "networkError", details, response: { code } })

/** @type {[string, any, boolean, string][]} */
const CASES = [
  ["nothing at the address", load("manifestLoadError", 404), false, "missing"],
  ["a part that was removed", load("fragLoadError", 404), true, "gone"],
  ["an address that is refused", load("manifestLoadError", 403), false, "forbidden"],
  ["an address that needs a login", load("manifestLoadError", 401), false, "forbidden"],
  ["an address that worked before", load("fragLoadError", 403), true, "expired"],
  ["a list that worked before", load("levelLoadError", 403), true, "expired"],
  ["a server in trouble", load("manifestLoadError", 503), false, "server"],
  ["no permission for other sites, or no server", load("manifestLoadError", 0), false, "unreachable"],
  ["a server that stalls", load("manifestLoadTimeOut", 0), false, "slow"],
  ["a segment that stalls", load("fragLoadTimeOut", 0), true, "slow"],
  [
    "a page instead of a list",
    { type: "networkError", details: "manifestParsingError", reason: "no EXTM3U delimiter" },
    false,
    "page",
  ],
  [
    "a list without media",
    { type: "networkError", details: "manifestParsingError", reason: "no levels found in manifest" },
    false,
    "empty",
  ],
  ["a list without segments", { type: "networkError", details: "levelEmptyError" }, false, "empty"],
  ["an unknown codec", { type: "mediaError", details: "manifestIncompatibleCodecsError" }, false, "codec"],
  [
    "a codec that the browser refuses",
    { type: "mediaError", details: "bufferAddCodecError", mimeType: "" },
    false,
    "codec",
  ],
  ["a segment that is no media", { type: "mediaError", details: "fragParsingError" }, false, "damaged"],
  ["data that the browser refuses", { type: "mediaError", details: "bufferAppendError" }, true, "damaged"],
  ["an encrypted stream", { type: "keySystemError", details: "keySystemNoKeys" }, false, "protected"],
  ["a key that is not given out", load("keyLoadError", 0), false, "protected"],
  [
    "a list that is refused",
    { type: "networkError", details: "levelLoadError", response: { code: 200, text: "too_large" } },
    true,
    "too_large",
  ],
  ["anything else", { type: "otherError", details: "internalException" }, false, "unknown"],
]

for (const [name, error, started, kind] of CASES)
  test(`the cause of an error is named: ${name}`, () => {
    assert.equal(streamFault(error, started).kind, kind)
  })

test("a fault carries the answer's code and the codec, if there is one", () => {
  assert.equal(streamFault(load("fragLoadError", 403), true).code, 403)
  assert.equal(streamFault(load("manifestLoadError", 0), false).code, null)
  const refused = {
    type: "mediaError",
    details: "bufferAddCodecError",
    mimeType: 'video/mp4;codecs="hvc1.2.4.L93.90"',
  }
  assert.equal(streamFault(refused, false).codec, "HEVC")
  const reason = 'one or more CODECS in variant not supported: ["avc1.64000a,ac-3"]'
  const filtered = { type: "mediaError", details: "manifestIncompatibleCodecsError", reason }
  assert.equal(streamFault(filtered, false).codec, "H.264, AC-3")
  assert.equal(streamFault(filtered, false, (codec) => codec.startsWith("avc1")).codec, "AC-3")
})

test("any error has a kind", () =>
  each(200, (random) => {
    const words = ["Load", "Error", "TimeOut", "codec", "manifest", "pars", "", "keySystem", "x"]
    const details = Array.from({ length: 3 }, () => random.pick(words)).join("")
    const error = {
      type: random.pick(words),
      details,
      response: { code: Math.floor(random.between(0, 600)) },
    }
    assert.match(streamFault(error, random.chance(0.5)).kind, /^[a-z_]+$/)
  }))

test("codecs have the names that people know", () => {
  assert.equal(codecName("avc1.64001f,mp4a.40.2"), "H.264, AAC")
  assert.equal(codecName("avc1.6E001f"), "H.264 10 bit")
  assert.equal(codecName("dtsc"), "DTS")
  assert.equal(codecName("av01.0.08M.08, opus"), "AV1, Opus")
  assert.equal(codecName("xyz1.2"), "xyz1.2")
  assert.equal(codecName(""), "")
})

test("what a server that comes back mends is waited for, a refusal is not", () => {
  const passes = (kind, live) => mayPass({ kind, code: null, codec: null }, live)
  for (const kind of ["unreachable", "slow", "server"]) assert.ok(passes(kind, false) && passes(kind, true))
  for (const kind of ["gone", "missing", "empty", "damaged"])
    assert.ok(passes(kind, true) && !passes(kind, false))
  for (const kind of ["expired", "forbidden", "codec", "protected", "no_cors"]) assert.ok(!passes(kind, true))
})

test("the answer to a request for a file shows what is wrong with it", () => {
  const faults = (...answers) =>
    answers.map(([status, type = "video/mp4", started = false]) => answerFault(status, type, started))
  assert.deepEqual(faults([200], [206], [304], [416], [200, ""]), [null, null, null, null, null])
  assert.deepEqual(faults([404], [410], [401], [403]), ["missing", "missing", "forbidden", "forbidden"])
  assert.deepEqual(faults([404, "", true], [403, "", true]), ["gone", "expired"])
  assert.deepEqual(faults([500], [503], [429], [400]), ["server", "server", "server", "server"])
  assert.deepEqual(faults([200, "text/html; charset=utf-8"], [206, "TEXT/HTML"]), ["replaced", "replaced"])
})
