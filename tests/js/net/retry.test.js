import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { mock, test } from "node:test"

const OFFLINE = new URL("../../../static/js/entry/offline.js", import.meta.url)

/** A page that may be hidden, and a network that may be down. */
mock.timers.enable({ apis: ["setTimeout"] })
const page = { loads: 0, asked: 0, line: false }
const standing = { hidden: true }
const browser = /** @type {any} */ (globalThis)
browser.MessageChannel = class {
  port1 = {}
  port2 = {}
} // Node's keeps the process alive
browser.window = new EventTarget()
browser.document = Object.assign(new EventTarget(), { hidden: false, querySelectorAll: () => [standing] })
const kept = new Map()
browser.sessionStorage = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => void kept.set(name, value),
}
browser.location = { pathname: "/player/", reload: () => void (page.loads += 1) }
browser.fetch = async () => {
  page.asked += 1
  if (!page.line) throw new TypeError("no line")
  return { ok: true }
}
const { Retry } = await import("../../../static/js/page/lib/timers.js")
await import(OFFLINE.href)

/** Let seconds pass, and resolve the promises that were created in them. */
async function pass(seconds) {
  for (let second = 0; second < seconds; second += 1) {
    mock.timers.tick(1000)
    await settled()
  }
}

async function settled() {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
}

function network() {
  window.dispatchEvent(new Event("online"))
}

function show(hidden) {
  Object.assign(document, { hidden })
  document.dispatchEvent(new Event("visibilitychange"))
}

test("the offline page polls less and less often, not while hidden, and loads the requested page when the network is back", async () => {
  assert.equal(standing.hidden, false)
  await pass(60)
  assert.ok(page.asked >= 4 && page.asked <= 8, `${page.asked} polls in a minute`)
  const early = page.asked
  await pass(300)
  assert.ok(
    page.asked - early >= 9 && page.asked - early <= 21,
    `${page.asked - early} polls in five minutes`,
  )
  show(true)
  const before = page.asked
  await pass(120)
  assert.equal(page.asked, before)
  show(false)
  assert.equal(page.asked, before + 1)
  await settled()
  assert.equal(page.loads, 0)
  page.line = true
  network()
  await settled()
  assert.equal(page.loads, 1)
  await pass(60)
  assert.equal(page.loads, 1)
})

test("an offline page that is loaded again waits as long as before", async () => {
  page.asked = 0
  new Function(readFileSync(OFFLINE, "utf8"))() // it had waited for half a minute; Node imports a script once
  await pass(14)
  assert.equal(page.asked, 0)
  await pass(16)
  assert.deepEqual([page.asked, page.loads], [1, 2])
})

test("a failed request is repeated, at once when the network is back", async () => {
  const again = new Retry(new AbortController().signal)
  let asked = 0
  const ask = () => {
    asked += 1
    again.schedule(ask)
  }
  again.schedule(ask)
  await pass(120)
  assert.ok(asked >= 12, `${asked} times in two minutes`)
  const before = asked
  network()
  assert.equal(asked, before + 1)
  show(true)
  await pass(60)
  assert.equal(asked, before + 1)
  show(false)
  assert.equal(asked, before + 2)
})

test("a request that succeeded, or was replaced by another, is not repeated", async () => {
  const again = new Retry(new AbortController().signal)
  let asked = 0
  for (const settle of [() => again.succeeded(), () => again.forget()]) {
    again.schedule(() => (asked += 1))
    settle()
    network()
    await pass(30)
  }
  assert.equal(asked, 0)
})

test("a cancelled request is not repeated", async () => {
  const gone = new AbortController()
  const again = new Retry(gone.signal)
  let asked = 0
  again.schedule(() => (asked += 1))
  gone.abort()
  again.schedule(() => (asked += 1)) // its last response came late
  network()
  await pass(30)
  assert.equal(asked, 0)
})
