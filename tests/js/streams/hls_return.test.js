import assert from "node:assert/strict"
import { mock, test } from "node:test"

mock.timers.enable({ apis: ["setTimeout"] })
const browser = /** @type {any} */ (globalThis)
const { isBack } = await import("../../../static/js/page/streams/hls_return.js")
const { whenBack } = await import("../../../static/js/page/streams/host_probe.js")

/** A media server: its list and its parts answer or not. */
const server = { list: false, parts: false, listed: ["/s1.m4s", "/s2.m4s"], asked: [] }
browser.fetch = async (url) => {
  server.asked.push(url)
  if (server.parts === "unreachable") throw new TypeError("no answer")
  return { ok: server.parts }
}

/** As much of hls.js as the wait uses. */
class Hls {
  static Events = { LEVEL_LOADED: "loaded", ERROR: "error" }
  static alive = 0
  #listeners = new Map()

  constructor() {
    Hls.alive += 1
  }

  on(type, listener) {
    this.#listeners.set(type, listener)
  }

  async loadSource() {
    await null
    const fragments = server.listed.map((url) => ({ url }))
    if (server.list) this.#listeners.get("loaded")("loaded", { details: { fragments } })
    else this.#listeners.get("error")("error", { fatal: true })
  }

  destroy() {
    Hls.alive -= 1
  }
}

async function pass(seconds) {
  for (let second = 0; second < seconds; second += 1) {
    mock.timers.tick(1000)
    for (let turn = 0; turn < 10; turn += 1) await null
  }
}

function wait(part = null) {
  const waiting = { controller: new AbortController(), backs: 0 }
  const { signal } = waiting.controller
  const isThere = () => isBack(/** @type {any} */ ({ Hls, options: {}, url: "/live.m3u8", part, signal }))
  whenBack(isThere, signal, () => (waiting.backs += 1))
  return waiting
}

test("a stream is back when its list and its newest part are, and that is said once", async () => {
  const waiting = wait()
  await pass(15)
  assert.equal(server.asked.length, 0)
  server.list = true
  for (const parts of [false, "unreachable"]) {
    server.parts = parts
    await pass(15)
    assert.ok(server.asked.length > 0)
    assert.equal(waiting.backs, 0)
  }
  server.parts = true
  await pass(4)
  assert.equal(waiting.backs, 1)
  assert.deepEqual(new Set(server.asked), new Set(["/s2.m4s"]))
  await pass(60)
  assert.equal(waiting.backs, 1)
  assert.equal(Hls.alive, 0)
})

test("an empty list is no stream yet", async () => {
  Object.assign(server, { list: true, parts: true, listed: [] })
  const waiting = wait()
  await pass(15)
  assert.equal(waiting.backs, 0)
  server.listed = ["/s9.m4s"]
  await pass(4)
  assert.equal(waiting.backs, 1)
})

test("a film is back when the part is that could not be loaded", async () => {
  Object.assign(server, { list: true, parts: false, listed: ["/s1.m4s", "/s2.m4s"], asked: [] })
  const waiting = wait("/s1.m4s")
  await pass(15)
  assert.equal(waiting.backs, 0)
  server.parts = true
  await pass(4)
  assert.equal(waiting.backs, 1)
  assert.deepEqual(new Set(server.asked), new Set(["/s1.m4s"]))
})

test("nobody is waited for after other media were loaded", async () => {
  Object.assign(server, { list: false, parts: true })
  const waiting = wait()
  await pass(5)
  waiting.controller.abort()
  server.list = true
  await pass(60)
  assert.equal(waiting.backs, 0)
  assert.equal(Hls.alive, 0)
})

test("a stream that stays away is asked for less often after some minutes", async () => {
  let asked = 0
  const { signal } = new AbortController()
  const isThere = async () => {
    asked += 1
    return false
  }
  whenBack(isThere, signal, () => assert.fail("it is away"))
  await pass(120)
  assert.ok(asked >= 35 && asked <= 80, `${asked}`)
  await pass(300)
  asked = 0
  await pass(120)
  assert.ok(asked >= 8 && asked <= 20, `${asked}`)
})
