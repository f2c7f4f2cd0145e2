import assert from "node:assert/strict"
import { test } from "node:test"
import { RoomStore } from "../../../static/js/core/room/room_store.js"
import { Event } from "../../../static/js/core/protocol.js"

const member = (user_id, role = "member") => ({
  user_id,
  username: user_id,
  avatar_url: null,
  role,
  may_control: role === "host",
})
const event = (type, payload) => ({ type, room_id: "r", timestamp: 1000, revision: null, payload })

function room() {
  const store = new RoomStore()
  const you = { ...member("bob"), device_id: null, is_owner: false, may_moderate: false }
  const known = {
    revision: 3,
    event_id: "",
    comment_seq: 2,
    timeline: null,
    comments: [],
    limits: {},
    clock_id: "c",
    resumed: false,
  }
  store.receive(
    event(Event.Welcome, {
      you,
      room: { host_id: "alice", epoch: "e" },
      members: [member("alice", "host"), member("bob")],
      ...known,
    }),
    0,
  )
  store.receive(event(Event.Presence, { members: [{ user_id: "bob", drift_ms: 3 }] }), 0)
  return store
}

test("the complete list of members reveals missed joins and leaves; reports are retained", () => {
  const store = room()
  store.receive(event(Event.Members, { members: [member("bob"), member("carol")] }), 0)
  assert.deepEqual([...store.state.members.keys()], ["bob", "carol"])
  assert.equal(store.state.members.get("bob")?.drift_ms, 3)
})

test("the complete list of members grants a right whose event was missed", () => {
  const store = room()
  store.receive(event(Event.Members, { members: [member("bob", "moderator")] }), 0)
  assert.equal(store.state.you?.may_moderate, true)
  assert.equal(store.state.revision, 3)
})
