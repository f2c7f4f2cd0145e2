import assert from "node:assert/strict"
import { test } from "node:test"
import { RoomStore } from "../../../static/js/core/room/room_store.js"
import { polledChanges } from "../../../static/js/core/room/members.js"
import { each } from "../random.js"

const member = (user_id, role = "member") => ({
  user_id,
  username: user_id,
  avatar_url: null,
  role,
  may_control: role === "host",
})
const ROOM = {
  room_id: "r",
  title: "t",
  visibility: "unlisted",
  control_policy: "host",
  owner_id: "alice",
  host_id: "alice",
  seat: null,
  epoch: "e",
  sync_enabled: true,
  sync_tolerance_ms: 500,
}
const said = (type, payload, revision = null) => ({
  type,
  room_id: "r",
  timestamp: 1000 + (revision ?? 0),
  revision,
  payload,
})
const motion = (revision) => ({
  current_time: revision,
  is_playing: true,
  rate: 1,
  phase: "playing",
  duration: 90,
  media: null,
  user_id: "alice",
  username: "alice",
  event_id: `e${revision}`,
})
const change = (revision, type = "seek") => said(type, motion(revision), revision)
const comment = (seq) => ({
  id: seq * 10,
  seq,
  user_id: "bob",
  username: "bob",
  text: `says ${seq}`,
  current_time: 1,
  created_at: "",
  is_system_message: false,
  reply_to: null,
})
const spoken = (seq) => said("new_comment", comment(seq))
const welcome = (more = {}) =>
  said("welcome", {
    you: { ...member("bob"), device_id: null, is_owner: false, may_moderate: false },
    room: ROOM,
    members: [member("alice", "host"), member("bob")],
    timeline: { revision: 0, timestamp: 0, ...motion(0) },
    comments: [],
    revision: 0,
    comment_seq: 0,
    limits: {},
    clock_id: "c",
    resumed: false,
    ...more,
  })

function joined() {
  const store = new RoomStore()
  store.receive(welcome(), 0)
  return store
}

const summary = ({ state }) => ({
  revision: state.revision,
  seq: state.comment_seq,
  at: state.timeline.current_time,
  comments: state.comments.map(({ id }) => id),
})

test("in whatever order and however often things arrive, the room comes out the same", () =>
  each(200, (random) => {
    const things = Array.from({ length: 30 }, () => (random.chance(0.5) ? change : spoken)).map(
      (make, i, all) => make(all.slice(0, i + 1).filter((other) => other === make).length),
    )
    const straight = joined()
    for (const thing of things) straight.receive(thing, 0)
    const jumbled = joined()
    for (const thing of random.shuffled([...things, ...things.filter(() => random.chance(0.4))]))
      jumbled.receive(thing, 0)
    assert.deepEqual(summary(jumbled), summary(straight))
  }))

test("each thing is told once and in order, whatever arrives", () =>
  each(200, (random) => {
    const store = joined()
    const all = Array.from({ length: 20 }, (_, i) => change(i + 1))
    const told = random
      .shuffled([...all, ...all])
      .flatMap((thing) => store.receive(thing, 0))
      .map(({ revision }) => revision)
    assert.deepEqual(
      told,
      all.map(({ revision }) => revision),
    )
  }))

test("what is lost is asked for after a moment's patience, and the answer heals it", () =>
  each(100, (random) => {
    const store = joined()
    const all = Array.from({ length: 20 }, (_, i) => change(i + 1))
    const talk = Array.from({ length: 20 }, (_, i) => spoken(i + 1))
    for (const thing of [...all, ...talk].filter(() => random.chance(0.6))) store.receive(thing, 0)
    store.receive(said("head", { revision: 20, comment_seq: 20, epoch: "e" }), 10)
    if (store.state.revision < 20 || store.state.comment_seq < 20) assert.equal(store.due(100), null)
    let nowMs = 200
    for (let asked = store.due(nowMs), n = 0; asked; asked = store.due((nowMs += 1000))) {
      assert.ok(n++ < 50, "asks on and on")
      const events = all.filter(({ revision }) => revision > asked.since).slice(0, 5)
      const comments = talk
        .map(({ payload }) => payload)
        .filter(({ seq }) => seq > asked.last_comment_id)
        .slice(0, 5)
      const revision = events.at(-1)?.revision ?? 20
      const comment_seq = comments.at(-1)?.seq ?? 20
      store.receive(
        said("events", {
          events,
          comments,
          deleted: [],
          revision,
          comment_seq,
          more: revision < 20 || comment_seq < 20,
        }),
        nowMs,
      )
    }
    assert.deepEqual(summary(store), {
      revision: 20,
      seq: 20,
      at: 20,
      comments: talk.map(({ payload }) => payload.id),
    })
  }))

test("while an answer is under way nothing is asked again, until it must be lost", () => {
  const store = joined()
  store.receive(change(3), 0)
  assert.deepEqual(store.due(200), { since: 0, last_comment_id: 0 })
  assert.equal(store.due(1000), null)
  assert.deepEqual(store.due(3300), { since: 0, last_comment_id: 0 })
})

test("a snapshot replaces everything, what was held too", () => {
  const store = joined()
  store.receive(spoken(1), 0)
  store.receive(change(9), 0)
  store.receive(
    welcome({
      revision: 4,
      comment_seq: 7,
      timeline: { revision: 4, timestamp: 0, ...motion(4) },
      comments: [comment(7)],
    }),
    0,
  )
  assert.deepEqual(summary(store), { revision: 4, seq: 7, at: 4, comments: [70] })
  assert.equal(store.due(9999), null)
})

test("a welcome that resumes leaves what is known, and the events after it complete it", () => {
  const store = joined()
  store.receive(change(1), 0)
  store.receive(spoken(1), 0)
  assert.deepEqual(store.resume(), { revision: 1, event_id: "e1", comment_seq: 1, epoch: "e" })
  store.receive(welcome({ resumed: true, timeline: null, comments: null, revision: 2, comment_seq: 2 }), 0)
  store.receive(
    said("events", {
      events: [change(2)],
      comments: [comment(2)],
      deleted: [10],
      revision: 2,
      comment_seq: 3,
      more: false,
    }),
    0,
  )
  assert.deepEqual(summary(store), { revision: 2, seq: 3, at: 2, comments: [20] })
})

test("an answer tells its comments and deletions like those that come by themselves", () => {
  const store = joined()
  store.receive(spoken(1), 0)
  const told = store.receive(
    said("events", {
      events: [change(1)],
      comments: [comment(2)],
      deleted: [10, 99],
      revision: 1,
      comment_seq: 4,
      more: false,
    }),
    0,
  )
  assert.deepEqual(
    told.map(({ type }) => type),
    ["seek", "new_comment", "comment_deleted", "events"],
  )
})

test("another epoch means starting over, without a claim to resume", () => {
  const store = joined()
  store.receive(change(1), 0)
  store.receive(said("head", { revision: 1, comment_seq: 0, epoch: "other" }), 0)
  assert.equal(store.outdated, true)
  assert.equal(store.resume(), null)
  store.receive(welcome({ room: { ...ROOM, epoch: "other" } }), 0)
  assert.equal(store.outdated, false)
})

test("a new host moves the seat, the rights and the role", () => {
  const store = joined()
  store.receive(
    said("seat_held", { user_id: "alice", username: "alice", until: 5, next: "bob", next_username: "bob" }),
    0,
  )
  assert.equal(store.state.room.seat.next, "bob")
  store.receive(said("new_host", { ...motion(1), user_id: "bob", username: "bob", former_id: "alice" }, 1), 0)
  assert.equal(store.state.room.host_id, "bob")
  assert.equal(store.state.room.seat, null)
  assert.equal(store.state.you.role, "host")
  assert.equal(store.state.you.may_control, true)
  assert.equal(store.state.members.get("alice").may_control, false)
})

test("people come, report and go", () => {
  const store = joined()
  store.receive(said("member_joined", member("carol")), 0)
  store.receive(
    said("presence", {
      members: [
        { user_id: "carol", drift_ms: 3 },
        { user_id: "stranger", drift_ms: 1 },
      ],
    }),
    0,
  )
  assert.equal(store.state.members.get("carol").drift_ms, 3)
  assert.equal(store.state.members.has("stranger"), false)
  store.receive(said("member_left", { user_id: "carol", username: "carol", reason: "left" }), 0)
  assert.deepEqual([...store.state.members.keys()], ["alice", "bob"])
})

test("a deleted comment that came out of turn is gone all the same", () => {
  const store = joined()
  store.receive(said("comment_deleted", { id: 10, seq: 2 }), 0)
  store.receive(spoken(1), 0)
  assert.deepEqual(summary(store).comments, [])
  assert.equal(store.state.comment_seq, 2)
})

test("custom events pass through untouched", () => {
  const store = joined()
  const custom = said("fireworks", { colour: "red" })
  assert.deepEqual(store.receive(custom, 0), [custom])
})

/** A room's own store, and what it answers to a poll: the whole, or what came after a claim it can bear out. */
class Served {
  constructor() {
    Object.assign(this, { changes: [], talk: [] })
  }
  poll(claim) {
    const whole = {
      revision: this.changes.length,
      comment_seq: this.talk.length,
      event_id: this.changes.length ? `e${this.changes.length}` : "",
    }
    const last = this.changes.at(-1)
    const timeline = {
      revision: whole.revision,
      timestamp: 0,
      ...motion(whole.revision),
      ...(last ? {} : { current_time: 0 }),
    }
    const comments = this.talk.map(({ payload }) => payload)
    if (!claim) return [welcome({ ...whole, timeline, comments })]
    const missed = {
      events: this.changes.slice(claim.revision),
      comments: comments.slice(claim.comment_seq),
      deleted: [],
      more: false,
    }
    return [
      welcome({ ...whole, timeline: null, comments: null, resumed: true }),
      said("events", { ...missed, ...whole }),
    ]
  }
}

test("polled at first, in a room where nothing has happened, the media is there and the role too", () => {
  const store = new RoomStore()
  for (const envelope of new Served().poll(store.resume())) store.receive(envelope, 0)
  assert.equal(store.state.timeline.current_time, 0)
  assert.equal(store.state.you.user_id, "bob")
  assert.deepEqual([...store.state.members.keys()], ["alice", "bob"])
})

test("polls and sockets in any turn tell each thing once and in order, and end in the room as it is", () =>
  each(200, (random) => {
    const server = new Served()
    const store = new RoomStore()
    const told = []
    const take = (envelope) =>
      told.push(...store.receive(envelope, 0).filter(({ type }) => type === "seek" || type === "new_comment"))
    server.poll(store.resume()).forEach(take)
    for (let i = 0; i < 30; i++) {
      const spoke = random.chance(0.5)
      const thing = spoke ? spoken(server.talk.length + 1) : change(server.changes.length + 1)
      ;(spoke ? server.talk : server.changes).push(thing)
      if (random.chance(0.3)) server.poll(store.resume()).forEach(take)
      else if (random.chance(0.6)) take(thing) // the others are lost: there is no socket just then
    }
    server.poll(store.resume()).forEach(take)
    assert.deepEqual(summary(store), {
      revision: server.changes.length,
      seq: server.talk.length,
      at: server.changes.length,
      comments: server.talk.map(({ payload }) => payload.id),
    })
    assert.deepEqual(
      told.filter(({ type }) => type === "seek").map(({ revision }) => revision),
      server.changes.map(({ revision }) => revision),
    )
    assert.deepEqual(
      told.filter(({ type }) => type === "new_comment").map(({ payload }) => payload.seq),
      server.talk.map(({ payload }) => payload.seq),
    )
  }))

test("what no counter numbers is told as the events a socket would have brought", () => {
  const store = joined()
  const seat = { user_id: "alice", username: "alice", until: 9, next: null, next_username: null }
  const polled = (more) => {
    const before = { ...store.state }
    store.receive(welcome({ resumed: true, ...more }), 0)
    return polledChanges(before, store.state).map(({ type, payload }) => [type, payload.user_id ?? null])
  }
  assert.deepEqual(polled({}), [])
  assert.deepEqual(polled({ members: [member("bob"), member("carol")] }), [
    ["member_left", "alice"],
    ["member_joined", "carol"],
  ])
  assert.deepEqual(polled({ members: [member("bob", "moderator"), member("carol")] }), [
    ["role_changed", "bob"],
  ])
  const people = { members: [member("bob", "moderator"), member("carol")] }
  assert.deepEqual(polled({ ...people, room: { ...ROOM, seat } }), [["seat_held", "alice"]])
  assert.deepEqual(polled({ ...people, room: { ...ROOM, seat: { ...seat } } }), [])
  assert.deepEqual(polled(people), [["seat_kept", null]])
})
