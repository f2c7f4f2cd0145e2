import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { compareCopies } from "../../../static/js/core/own_copy/comparison.js"
import { fingerprintOf } from "../../../static/js/core/own_copy/fingerprint.js"
import { sha256 } from "../../../static/js/core/own_copy/sha256.js"

const vectors = JSON.parse(readFileSync(new URL("../../vectors/fingerprint.json", import.meta.url), "utf8"))

const dataOf = ({ size, step }) => Uint8Array.from({ length: size }, (_, i) => (i * step + (i >> 8)) & 255)

test("the digest is that of Python's hashlib", () => {
  for (const vector of vectors.sha256) assert.equal(sha256(dataOf(vector)), vector.sha256, vector.size)
})

test("the digest of a part of a buffer does not read the rest", () => {
  const [, , , vector] = vectors.sha256
  const wide = new Uint8Array(vector.size + 20).fill(255)
  wide.set(dataOf(vector), 10)
  assert.equal(sha256(wide.subarray(10, 10 + vector.size)), vector.sha256)
})

test("the fingerprint of a file is its size and the digest of its edges", async () => {
  for (const vector of vectors.edges) {
    const found = await fingerprintOf(new Blob([dataOf(vector)]))
    assert.deepEqual(found, { size: vector.size, sha256: vector.sha256 })
  }
})

test("a byte in the middle of a large file does not change the fingerprint, one at an edge does", async () => {
  const data = dataOf({ size: 200_000, step: 11 })
  const { sha256: digest } = await fingerprintOf(new Blob([data]))
  data[100_000] ^= 1
  assert.equal((await fingerprintOf(new Blob([data]))).sha256, digest)
  data[199_999] ^= 1
  assert.notEqual((await fingerprintOf(new Blob([data]))).sha256, digest)
})

const ROOM = { size: 10, sha256: "a".repeat(64), duration: 100 }

test("the same fingerprint is the same file, whatever the duration", () => {
  assert.equal(compareCopies({ ...ROOM }, ROOM), "same")
  assert.equal(compareCopies({ ...ROOM, duration: 5 }, ROOM), "same")
  assert.equal(compareCopies({ ...ROOM, duration: NaN }, ROOM), "same")
})

test("another size or digest is another copy, and the duration decides", () => {
  const other = { size: 11, sha256: ROOM.sha256 }
  assert.equal(compareCopies({ ...other, duration: 102.5 }, ROOM), "similar")
  assert.equal(compareCopies({ ...other, duration: 97.5 }, ROOM), "similar")
  assert.equal(compareCopies({ ...other, duration: 102.51 }, ROOM), "different")
  assert.equal(compareCopies({ ...other, duration: 97.49 }, ROOM), "different")
})

test("without both durations nothing is known", () => {
  for (const duration of [null, undefined, NaN, Infinity, 0, -1]) {
    assert.equal(compareCopies({ size: 1, sha256: "b", duration }, ROOM), "unknown")
    assert.equal(compareCopies({ size: 1, sha256: "b", duration: 100 }, { duration }), "unknown")
  }
})

test("media of an address have no fingerprint, and the duration decides", () => {
  assert.equal(compareCopies({ size: 1, sha256: "b", duration: 100 }, { duration: 101 }), "similar")
  assert.equal(compareCopies({ duration: 100 }, { duration: 100 }), "similar")
})
