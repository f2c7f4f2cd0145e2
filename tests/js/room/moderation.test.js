import assert from "node:assert/strict"
import { test } from "node:test"
import { polledChanges } from "../../../static/js/core/room/members.js"
import { RoomStore } from "../../../static/js/core/room/room_store.js"

const member = (user_id, role = "member", more = {}) => ({
  ...{ user_id, username: user_id, avatar_url: null, role, may_control: role === "host" },
  ...more,
})
const ROOM = { room_id: "r", control_policy: "host", owner_id: "alice", host_id: "alice", epoch: "e" }
const comment = (seq) => ({
  ...{ id: seq * 10, seq, user_id: "bob", username: "bob", text: `comment ${seq}`, current_time: 1 },
  ...{ created_at: "", is_system_message: false, reply_to: null },
})
const envelope = (type, payload) => ({ type, room_id: "r", timestamp: 1000, revision: null, payload })

function joined(comments = 3) {
  const store = new RoomStore()
  const payload = {
    you: { ...member("bob"), device_id: null, is_owner: false, may_moderate: false },
    room: ROOM,
    members: [member("alice", "host"), member("bob")],
    timeline: { revision: 0, timestamp: 0, current_time: 0, is_playing: false, rate: 1, phase: "idle" },
    comments: Array.from({ length: comments }, (_, i) => comment(i + 1)),
    ...{ revision: 0, comment_seq: comments, limits: {}, clock_id: "c", resumed: false },
  }
  store.receive(envelope("welcome", payload), 0)
  return store
}

const ids = (store) => store.state.comments.map(({ id }) => id)

test("a mute is kept with the member and the viewer, and its end takes it away", () => {
  const store = joined()
  store.receive(envelope("member_changed", member("bob", "member", { muted_until: 9000 })), 0)
  assert.equal(store.state.you.muted_until, 9000)
  assert.equal(store.state.members.get("bob").muted_until, 9000)
  store.receive(envelope("member_changed", member("bob")), 0)
  assert.equal(store.state.you.muted_until, undefined)
  assert.equal(store.state.members.get("bob").muted_until, undefined)
})

test("several deletions in one message are applied one by one, in order and once", () => {
  const store = joined()
  const deletions = envelope("comments_deleted", { ids: [10, 30], seq: 4 })
  assert.deepEqual(
    store.receive(deletions, 0).map(({ type, payload }) => [type, payload.id]),
    [
      ["comment_deleted", 10],
      ["comment_deleted", 30],
    ],
  )
  assert.deepEqual(ids(store), [20])
  assert.equal(store.state.comment_seq, 5)
  assert.deepEqual(store.receive(deletions, 0), [])
})

test("deletions after a gap wait for what is missing", () => {
  const store = joined()
  assert.deepEqual(store.receive(envelope("comments_deleted", { ids: [10, 20], seq: 5 }), 0), [])
  store.receive(envelope("new_comment", comment(4)), 0)
  assert.deepEqual(ids(store), [30, 40])
})

test("a deleted comment comes back at its place", () => {
  const store = joined()
  store.receive(envelope("comments_deleted", { ids: [10], seq: 4 }), 0)
  store.receive(envelope("comment_changed", { seq: 5, comment: comment(1) }), 0)
  assert.deepEqual(ids(store), [10, 20, 30])
})

test("a change of a comment that is older than all loaded ones adds none", () => {
  const store = joined(120)
  store.state.comments = store.state.comments.slice(20)
  store.receive(envelope("comment_changed", { seq: 121, comment: comment(2) }), 0)
  assert.equal(store.state.comments.length, 100)
})

test("polling reports mutes as the socket does", () => {
  const state = (more) => ({ members: new Map([["bob", member("bob", "member", more)]]), room: ROOM })
  const changes = polledChanges(state({}), state({ muted_until: 9000 }))
  assert.deepEqual(
    changes.map(({ type, payload }) => [type, payload.muted_until]),
    [["member_changed", 9000]],
  )
  assert.deepEqual(polledChanges(state({ muted_until: 9000 }), state({ muted_until: 9000 })), [])
})
