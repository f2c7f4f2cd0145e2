import assert from "node:assert/strict"
import { test } from "node:test"
import {
  creationOptions,
  credentialMessage,
  requestOptions,
  toBytes,
  toText,
} from "../../../static/js/core/net/passkey_messages.js"

test("bytes of all values and lengths survive base64url", () => {
  for (let length = 0; length < 300; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256)
    const text = toText(bytes.buffer)
    assert.match(text, /^[\w-]*$/)
    assert.deepEqual(toBytes(text), bytes)
  }
})

test("challenges, users and known keys become bytes, and the rest stays", () => {
  const known = [{ id: "AQI", type: "public-key" }]
  const made = creationOptions({
    challenge: "AAE",
    user: { id: "dQ", name: "dana" },
    excludeCredentials: known,
  })
  assert.deepEqual(made.challenge, Uint8Array.of(0, 1))
  assert.deepEqual(made.user, { id: Uint8Array.of(117), name: "dana" })
  assert.deepEqual(made.excludeCredentials, [{ id: Uint8Array.of(1, 2), type: "public-key" }])
  assert.deepEqual(requestOptions({ challenge: "AAE", rpId: "here" }), {
    challenge: Uint8Array.of(0, 1),
    rpId: "here",
    allowCredentials: [],
  })
})

test("what the browser did not return is left out", () => {
  const bytes = Uint8Array.of(255, 254).buffer
  const credential = {
    id: "x",
    rawId: bytes,
    type: "public-key",
    response: { signature: bytes, userHandle: null },
  }
  assert.deepEqual(credentialMessage(credential), {
    id: "x",
    rawId: "__4",
    type: "public-key",
    response: { signature: "__4" },
    clientExtensionResults: {},
  })
})
