import assert from "node:assert/strict"
import { test } from "node:test"
import { Emitter, logEvents } from "../../../static/js/page/lib/emitter.js"

function heardBy(source, type) {
  const heard = []
  const stop = source.on(type, (told, what) => heard.push([what, told]))
  return { heard, stop }
}

test("a listener to * gets every event with its type, after the listeners to that type", () => {
  const source = new Emitter()
  const order = []
  source.on("*", () => order.push("*"))
  source.on("seek", () => order.push("seek"))
  const { heard, stop } = heardBy(source, "*")
  source.emit("seek", { revision: 4 })
  source.emit("state")
  assert.deepEqual(heard, [
    ["seek", { revision: 4 }],
    ["state", undefined],
  ])
  assert.deepEqual(order, ["seek", "*", "*"])
  stop()
  source.emit("seek", { revision: 5 })
  assert.equal(heard.length, 2)
})

test("a listener that throws or removes itself does not affect the others", (t) => {
  t.mock.method(console, "error", () => {})
  const source = new Emitter()
  const stop = source.on("seek", () => {
    stop()
    throw new Error("broken")
  })
  const { heard } = heardBy(source, "seek")
  source.emit("seek", 1)
  source.emit("seek", 2)
  assert.equal(heard.length, 2)
})

test("events named like properties of Object are delivered like any other", () => {
  const source = new Emitter()
  const { heard } = heardBy(source, "constructor")
  source.emit("constructor", 1)
  source.emit("toString", 1)
  assert.deepEqual(heard, [["constructor", 1]])
})

test("the console log contains every event except drift", (t) => {
  const log = t.mock.method(console, "log", () => {})
  const source = new Emitter()
  logEvents(source)
  for (const type of ["drift", "seek", "broadcast"]) source.emit(type, {})
  assert.deepEqual(
    log.mock.calls.map(({ arguments: [words] }) => words),
    ["watchium seek", "watchium broadcast"],
  )
})
