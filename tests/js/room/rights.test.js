import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import {
  allows,
  levelsOf,
  may,
  mayAdd,
  mayAskPolls,
  mayReact,
  mayWrite,
  presetOf,
  PRESETS,
} from "../../../static/js/core/room/rights.js"

const VECTORS = JSON.parse(readFileSync(new URL("../../vectors/rights.json", import.meta.url), "utf8"))

test("the page allows what the server allows", () => {
  for (const { right, level, role, owner, exception, allowed } of VECTORS.cases) {
    const levels = { ...levelsOf({}), [right]: level }
    const exceptions = exception === null ? {} : { [right]: exception }
    assert.equal(allows(levels, { role, is_owner: owner, exceptions }, right), allowed)
  }
  assert.equal(VECTORS.cases.length, 486)
})

test("the presets are those of the server", () => {
  assert.deepEqual(PRESETS, VECTORS.presets)
  for (const [name, levels] of Object.entries(PRESETS)) assert.equal(presetOf(levels), name)
  assert.equal(presetOf({ ...PRESETS.open, chat: "host" }), null)
})

test("a server of an earlier version sends the control policy only", () => {
  const you = { user_id: "bob", role: "member" }
  const as = (control_policy) => ({ you, room: { control_policy, host_id: "alice" } })
  for (const right of ["control", "media", "queue_edit"]) {
    assert.equal(may(as("everyone"), right), true)
    assert.equal(may(as("host"), right), false)
  }
  assert.equal(may(as("host"), "queue_add"), true)
})

test("the host of the room's state has every right, whatever role was read before", () => {
  const state = { you: { user_id: "bob", role: "member" }, room: { control_policy: "host", host_id: "bob" } }
  assert.equal(may(state, "settings"), true)
  assert.equal(may(null, "settings"), false)
})

test("a locked queue is for those who may edit it", () => {
  const room = { control_policy: "host", host_id: "alice" }
  const queue = { settings: { locked: true } }
  const as = (exceptions) => ({ you: { user_id: "bob", role: "member", exceptions }, room, queue })
  assert.equal(mayAdd(as({})), false)
  assert.equal(mayAdd(as({ queue_edit: true })), true)
  assert.equal(mayAdd(as({ queue_edit: true, queue_add: false })), false)
})

test("who is muted neither writes nor reacts until the mute ends", () => {
  const room = { control_policy: "host", host_id: "alice" }
  const state = { you: { user_id: "bob", role: "member", muted_until: 1000 }, room }
  assert.deepEqual([mayWrite(state, 999), mayReact(state, 999)], [false, false])
  assert.deepEqual([mayWrite(state, 1000), mayReact(state, 1000)], [true, true])
})

test("a chat that is off is open to who may remove members", () => {
  const room = { control_policy: "host", host_id: "alice", chat: { enabled: false } }
  const as = (role) => ({ you: { user_id: "bob", role }, room })
  assert.equal(mayWrite(as("member"), 0), false)
  assert.equal(mayWrite(as("moderator"), 0), true)
  assert.equal(mayReact(as("member"), 0), true)
})

test("polls are opened by who controls playback or moderates, and by the owner", () => {
  const as = (you) => ({
    you: { user_id: "bob", ...you },
    room: { control_policy: "host", host_id: "alice" },
  })
  assert.equal(mayAskPolls(as({ role: "member" })), false)
  for (const you of [{ role: "moderator" }, { role: "member", is_owner: true }])
    assert.equal(mayAskPolls(as(you)), true)
})
