import assert from "node:assert/strict"
import { test } from "node:test"
import { Emitter } from "../../../static/js/page/lib/emitter.js"
import { cannotFollowMessage, rateNotices } from "../../../static/js/page/room/media_errors.js"

/** A room at this speed, with members who watch in these programs. @param {number} rate @param {Record<string, any>} players */
function roomAt(rate, players) {
  const members = new Map(
    Object.entries(players).map(([id, player]) => [id, { user_id: id, username: id, player }]),
  )
  return /** @type {any} */ ({ boot: { you: { user_id: "alice" } }, state: { members, timeline: { rate } } })
}

test("one sentence names everyone whose player cannot follow the speed", () => {
  assert.equal(cannotFollowMessage(roomAt(1.25, { alice: null, Bob: "mpv" })), "")
  assert.equal(cannotFollowMessage(roomAt(1, { Tom: "Syncplay" })), "")
  const one = cannotFollowMessage(roomAt(1.25, { alice: null, Tom: "Syncplay" }))
  assert.equal(one, "Tom's player cannot follow 1.25×.")
  const players = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`Tom ${n}`, "Syncplay"]))
  const many = cannotFollowMessage(roomAt(1.5, players))
  assert.equal(many, "These players cannot follow 1.5×: Tom 0, Tom 1, 8 others.")
})

test("it is shown once for each speed, and dropped at normal speed", () => {
  const shown = []
  const stack = /** @type {any} */ ({ put: ({ text }) => shown.push(text), drop: () => shown.push("") })
  const emitter = new Emitter()
  const room = Object.assign(roomAt(1.25, { Tom: "Syncplay" }), {
    on: (type, listener) => emitter.on(type, listener),
  })
  rateNotices(room, stack, 1)
  for (const type of ["set_rate", "presence", "presence"]) emitter.emit(type, {})
  assert.deepEqual(shown, ["Tom's player cannot follow 1.25×."])
  room.state.timeline.rate = 2
  emitter.emit("set_rate", {})
  room.state.timeline.rate = 1
  emitter.emit("set_rate", {})
  assert.deepEqual(shown.slice(1), ["Tom's player cannot follow 2×.", ""])
})
