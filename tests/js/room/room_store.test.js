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
/** @param {string} type @param {any} payload @param {number | null} [revision] */
const envelope = (type, payload, revision = null) => ({
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
const roomChange = (revision, room) =>
  envelope("room_changed", { ...motion(revision), room: { ...ROOM, ...room } }, revision)
const change = (revision, type = "seek") => envelope(type, motion(revision), revision)
const comment = (seq) => ({
  id: seq * 10,
  seq,
  user_id: "bob",
  username: "bob",
  text: `comment ${seq}`,
  current_time: 1,
  created_at: "",
  is_system_message: false,
  reply_to: null,
})
const commentEvent = (seq) => envelope("new_comment", comment(seq))
const welcome = (more = {}) =>
  envelope("welcome", {
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

test("the state is the same in whatever order and however often messages arrive", () =>
  each(200, (random) => {
    const events = Array.from({ length: 30 }, () => (random.chance(0.5) ? change : commentEvent)).map(
      (make, i, all) => make(all.slice(0, i + 1).filter((other) => other === make).length),
    )
    const straight = joined()
    for (const event of events) straight.receive(event, 0)
    const shuffled = joined()
    for (const event of random.shuffled([...events, ...events.filter(() => random.chance(0.4))]))
      shuffled.receive(event, 0)
    assert.deepEqual(summary(shuffled), summary(straight))
  }))

test("each change is returned once and in order, whatever arrives", () =>
  each(200, (random) => {
    const store = joined()
    const all = Array.from({ length: 20 }, (_, i) => change(i + 1))
    const returned = random
      .shuffled([...all, ...all])
      .flatMap((event) => store.receive(event, 0))
      .map(({ revision }) => revision)
    assert.deepEqual(
      returned,
      all.map(({ revision }) => revision),
    )
  }))

test("lost messages are requested after a moment, and the response completes the state", () =>
  each(100, (random) => {
    const store = joined()
    const all = Array.from({ length: 20 }, (_, i) => change(i + 1))
    const commentEvents = Array.from({ length: 20 }, (_, i) => commentEvent(i + 1))
    for (const event of [...all, ...commentEvents].filter(() => random.chance(0.6))) store.receive(event, 0)
    store.receive(envelope("head", { revision: 20, comment_seq: 20, epoch: "e" }), 10)
    if (store.state.revision < 20 || store.state.comment_seq < 20) assert.equal(store.due(100), null)
    let nowMs = 200
    for (let asked = store.due(nowMs), n = 0; asked; asked = store.due((nowMs += 1000))) {
      assert.ok(n++ < 50, "asks forever")
      const events = all.filter(({ revision }) => Number(revision) > asked.since).slice(0, 5)
      const comments = commentEvents
        .map(({ payload }) => payload)
        .filter(({ seq }) => seq > asked.last_comment_id)
        .slice(0, 5)
      const revision = events.at(-1)?.revision ?? 20
      const comment_seq = comments.at(-1)?.seq ?? 20
      store.receive(
        envelope("events", {
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
      comments: commentEvents.map(({ payload }) => payload.id),
    })
  }))

test("while a response is pending nothing is requested again, until it must be lost", () => {
  const store = joined()
  store.receive(change(3), 0)
  assert.deepEqual(store.due(200), { since: 0, last_comment_id: 0 })
  assert.equal(store.due(1000), null)
  assert.deepEqual(store.due(3300), { since: 0, last_comment_id: 0 })
})

test("a snapshot replaces everything, early messages included", () => {
  const store = joined()
  store.receive(commentEvent(1), 0)
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

test("a welcome that resumes keeps the state, and the events after it complete it", () => {
  const store = joined()
  store.receive(change(1), 0)
  store.receive(commentEvent(1), 0)
  assert.deepEqual(store.resume(), { revision: 1, event_id: "e1", comment_seq: 1, epoch: "e" })
  store.receive(welcome({ resumed: true, timeline: null, comments: null, revision: 2, comment_seq: 2 }), 0)
  store.receive(
    envelope("events", {
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

test("changes of comments are applied in their order, and from a response", () => {
  const store = joined()
  const edit = (seq, id, text) =>
    envelope("comment_changed", { seq, comment: { ...comment(id / 10), text, edited: true } })
  const texts = () => store.state.comments.map(({ text }) => text)
  store.receive(commentEvent(1), 0)
  assert.deepEqual(store.receive(edit(3, 10, "second edit"), 0), [])
  assert.equal(store.receive(edit(2, 10, "first edit"), 0).length, 2)
  assert.deepEqual([texts(), store.state.comment_seq], [["second edit"], 3])
  const returned = store.receive(
    envelope("events", {
      events: [],
      comments: [],
      deleted: [],
      changed: [{ ...comment(1), text: "third edit" }],
      revision: 0,
      comment_seq: 4,
      more: false,
    }),
    0,
  )
  assert.deepEqual(
    returned.map(({ type }) => type),
    ["comment_changed", "events"],
  )
  assert.deepEqual([texts(), store.state.comment_seq], [["third edit"], 4])
})

test("comments and deletions in a response are applied like those that arrive by themselves", () => {
  const store = joined()
  store.receive(commentEvent(1), 0)
  const returned = store.receive(
    envelope("events", {
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
    returned.map(({ type }) => type),
    ["seek", "new_comment", "comment_deleted", "events"],
  )
})

test("another epoch means starting over, without resuming", () => {
  const store = joined()
  store.receive(change(1), 0)
  store.receive(envelope("head", { revision: 1, comment_seq: 0, epoch: "other" }), 0)
  assert.equal(store.outdated, true)
  assert.equal(store.resume(), null)
  store.receive(welcome({ room: { ...ROOM, epoch: "other" } }), 0)
  assert.equal(store.outdated, false)
})

test("a new host changes the grace period, the rights and the role", () => {
  const store = joined()
  store.receive(
    envelope("seat_held", {
      user_id: "alice",
      username: "alice",
      until: 5,
      next: "bob",
      next_username: "bob",
    }),
    0,
  )
  assert.equal(store.state.room?.seat?.next, "bob")
  store.receive(
    envelope("new_host", { ...motion(1), user_id: "bob", username: "bob", former_id: "alice" }, 1),
    0,
  )
  assert.equal(store.state.room?.host_id, "bob")
  assert.equal(store.state.room?.seat, null)
  assert.equal(store.state.you?.role, "host")
  assert.equal(store.state.you?.may_control, true)
  assert.equal(store.state.members.get("alice")?.may_control, false)
})

const away = (user_id, timestamp) => ({
  ...envelope("seat_held", { user_id, username: user_id, until: 9000, next: "bob", next_username: "bob" }),
  timestamp,
})

test("a grace period that arrives after its end, or is one's own, is not shown", () => {
  const store = joined()
  store.receive({ ...envelope("seat_kept", { user_id: "alice" }), timestamp: 2000 }, 0)
  store.receive(away("alice", 1990), 0)
  assert.equal(store.state.room?.seat, null)
  store.receive(away("bob", 2500), 0)
  assert.equal(store.state.room?.seat, null)
  store.receive(away("alice", 3000), 0)
  assert.equal(store.state.room?.seat?.user_id, "alice")
})

test("members join, report and leave", () => {
  const store = joined()
  store.receive(envelope("member_joined", member("carol")), 0)
  store.receive(
    envelope("presence", {
      members: [
        { user_id: "carol", drift_ms: 3 },
        { user_id: "stranger", drift_ms: 1 },
      ],
    }),
    0,
  )
  assert.equal(store.state.members.get("carol")?.drift_ms, 3)
  assert.equal(store.state.members.has("stranger"), false)
  store.receive(envelope("member_left", { user_id: "carol", username: "carol", reason: "left" }), 0)
  assert.deepEqual([...store.state.members.keys()], ["alice", "bob"])
})

test("a comment that was deleted out of order is gone", () => {
  const store = joined()
  store.receive(envelope("comment_deleted", { id: 10, seq: 2 }), 0)
  store.receive(commentEvent(1), 0)
  assert.deepEqual(summary(store).comments, [])
  assert.equal(store.state.comment_seq, 2)
})

test("custom events pass through unchanged", () => {
  const store = joined()
  const custom = envelope("fireworks", { colour: "red" })
  assert.deepEqual(store.receive(custom, 0), [custom])
})

/** A room's own events, and its response to a poll: a snapshot, or the events after a valid position. */
class Server {
  changes = []
  comments = []

  poll(resume) {
    const head = {
      revision: this.changes.length,
      comment_seq: this.comments.length,
      event_id: this.changes.length ? `e${this.changes.length}` : "",
    }
    const last = this.changes.at(-1)
    const timeline = {
      revision: head.revision,
      timestamp: 0,
      ...motion(head.revision),
      ...(last ? {} : { current_time: 0 }),
    }
    const comments = this.comments.map(({ payload }) => payload)
    if (!resume) return [welcome({ ...head, timeline, comments })]
    const missed = {
      events: this.changes.slice(resume.revision),
      comments: comments.slice(resume.comment_seq),
      deleted: [],
      more: false,
    }
    return [
      welcome({ ...head, timeline: null, comments: null, resumed: true }),
      envelope("events", { ...missed, ...head }),
    ]
  }
}

test("a client that polls first, in a room without events, has the media and the role", () => {
  const store = new RoomStore()
  for (const envelope of new Server().poll(store.resume())) store.receive(envelope, 0)
  assert.equal(store.state.timeline?.current_time, 0)
  assert.equal(store.state.you?.user_id, "bob")
  assert.deepEqual([...store.state.members.keys()], ["alice", "bob"])
})

test("polls and sockets in any order return each change once and in order, and end in the room's state", () =>
  each(200, (random) => {
    const server = new Server()
    const store = new RoomStore()
    const returned = []
    const receive = (envelope) =>
      returned.push(
        ...store.receive(envelope, 0).filter(({ type }) => type === "seek" || type === "new_comment"),
      )
    server.poll(store.resume()).forEach(receive)
    for (let i = 0; i < 30; i++) {
      const isComment = random.chance(0.5)
      const event = isComment ? commentEvent(server.comments.length + 1) : change(server.changes.length + 1)
      ;(isComment ? server.comments : server.changes).push(event)
      if (random.chance(0.3)) server.poll(store.resume()).forEach(receive)
      else if (random.chance(0.6)) receive(event) // the others are lost: there is no socket then
    }
    server.poll(store.resume()).forEach(receive)
    assert.deepEqual(summary(store), {
      revision: server.changes.length,
      seq: server.comments.length,
      at: server.changes.length,
      comments: server.comments.map(({ payload }) => payload.id),
    })
    assert.deepEqual(
      returned.filter(({ type }) => type === "seek").map(({ revision }) => revision),
      server.changes.map(({ revision }) => revision),
    )
    assert.deepEqual(
      returned.filter(({ type }) => type === "new_comment").map(({ payload }) => payload.seq),
      server.comments.map(({ payload }) => payload.seq),
    )
  }))

test("changes without a revision are returned as the events that a socket would have delivered", () => {
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

test("the shift of captions and typed chapters come with the room's settings and end with other media", () => {
  const store = new RoomStore()
  store.receive(welcome({ revision: 1 }), 0)
  store.receive(roomChange(2, { caption_shift_ms: 300, chapters: [{ start: 1, title: "Opening" }] }), 0)
  assert.equal(store.state.room.caption_shift_ms, 300)
  store.receive(change(3, "seek"), 0)
  assert.equal(store.state.room.caption_shift_ms, 300)
  assert.equal(store.state.room.chapters.length, 1)
  store.receive(change(4, "load"), 0)
  assert.equal(store.state.room.caption_shift_ms, 0)
  assert.deepEqual(store.state.room.chapters, [])
})
