import assert from "node:assert/strict"
import { beforeEach, mock, test } from "node:test"
import { Sparkline } from "../../../static/js/page/sync_meter/sparkline.js"

const SPAN_MS = 120_000
let nowMs = 0
mock.method(performance, "now", () => nowMs)

/** Untyped, because it is only a part of an element. @returns {any} */
const fakeElement = () => new FakeElement()

/** As much of an element as the sparkline uses: attributes, children, and descendants by their selector. */
class FakeElement {
  constructor(name = "") {
    this.name = name
    this.attributes = {}
    this.children = []
    this.found = new Map()
    this.textContent = ""
    this.hidden = false
    this.classList = { add: (name) => this.setAttribute("class", name) }
  }
  setAttribute(name, value) {
    this.attributes[name] = value
  }
  append(...children) {
    this.children.push(...children)
  }
  replaceChildren(...children) {
    this.children = children
  }
  querySelector(selector) {
    if (!this.found.has(selector)) this.found.set(selector, new FakeElement(selector))
    return this.found.get(selector)
  }
  cloneNode() {
    return new FakeElement(this.name)
  }
}
/** @type {any} */
const browser = globalThis
browser.document = {
  createElementNS: (_, name) => new FakeElement(name),
  getElementById: () => ({ content: { firstElementChild: new FakeElement("meter-line") } }),
}

/** @type {any} */
const room = {
  boot: { you: { user_id: "me" } },
  state: { members: new Map(["me", "bob", "eve"].map((id) => [id, { username: id.toUpperCase() }])) },
}

beforeEach(() => {
  nowMs = 1_000_000
})

function drawn(sparkline, everyone = false) {
  sparkline.draw(everyone)
  const meter = sparkline.meter
  return {
    own: meter.querySelector("[data-mine]").attributes.d,
    others: meter.querySelector("[data-others]").children.map((line) => line.attributes.d),
    scale: meter.querySelector("[data-scale]").textContent,
    legend: meter.querySelector("[data-legend]"),
  }
}

test("now is at the right edge, ahead is up, and no drift is the middle", () => {
  const sparkline = new Sparkline(fakeElement())
  sparkline.addOwn(0)
  nowMs += SPAN_MS / 2
  sparkline.addOwn(20)
  assert.equal(drawn(sparkline).own, "M120.0 36.0L240.0 4.0")
})

test("the scale is the smallest step that holds the largest drift", () => {
  for (const [driftMs, scale] of /** @type {[number, string][]} */ ([
    [0, "± 20 ms"],
    [-21, "± 50 ms"],
    [700, "± 1.0 s"],
    [9e9, "± 60 s"],
  ])) {
    const sparkline = new Sparkline(fakeElement())
    sparkline.addOwn(driftMs)
    assert.equal(drawn(sparkline).scale, scale)
  }
})

test("a drift beyond the largest scale stays at the edge of the drawing", () => {
  const sparkline = new Sparkline(fakeElement())
  sparkline.addOwn(-9e9)
  assert.equal(drawn(sparkline).own, "M240.0 68.0")
})

test("samples are kept at most twice a second and for two minutes", () => {
  const sparkline = new Sparkline(fakeElement())
  for (let at = 0; at <= SPAN_MS + 10_000; at += 100) {
    nowMs = 1_000_000 + at
    sparkline.addOwn(at)
  }
  assert.equal(sparkline.own.length, SPAN_MS / 500 + 1)
  assert.equal(nowMs - sparkline.own[0].atMs, SPAN_MS)
})

test("lines of other members continue to now, and end with their membership", () => {
  const sparkline = new Sparkline(fakeElement())
  const reports = [
    { user_id: "me", drift_ms: 5 },
    { user_id: "bob", drift_ms: 20 },
    { user_id: "eve", drift_ms: null },
    { user_id: "stranger", drift_ms: 5 },
  ]
  sparkline.addOthers(reports, room)
  nowMs += SPAN_MS / 2
  const { others, legend } = drawn(sparkline, true)
  assert.deepEqual(others, ["M120.0 4.0L240.0 4.0"])
  assert.equal(legend.hidden, false)
  const [item] = legend.children
  assert.equal(item.querySelector("[data-name]").textContent, "BOB")
  assert.equal(item.querySelector("[data-ms]").textContent, "20 ms")

  const withoutBob = new Map([...room.state.members].filter(([id]) => id !== "bob"))
  sparkline.addOthers([], { ...room, state: { members: withoutBob } })
  assert.deepEqual(drawn(sparkline, true).others, [])
})

test("a viewer sees only the own line, and no legend", () => {
  const sparkline = new Sparkline(fakeElement())
  sparkline.addOthers([{ user_id: "bob", drift_ms: 20 }], room)
  const { others, legend } = drawn(sparkline)
  assert.deepEqual(others, [])
  assert.equal(legend.hidden, true)
})
