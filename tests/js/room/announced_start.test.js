import assert from "node:assert/strict"
import { test } from "node:test"
import { NO_QUEUE, QueueStore } from "../../../static/js/core/room/queue_store.js"
import { RoomStore } from "../../../static/js/core/room/room_store.js"

const START_MS = 10_000
const media = (name) => ({ url: `/${name}`, kind: "video", title: name })
const entry = (id) => ({ id, media: media(id), votes: [] })
const motion = (name, more = {}) => ({
  ...{ current_time: 0, is_playing: true, rate: 1, phase: "playing", duration: 9, media: media(name) },
  ...{ user_id: null, username: null, event_id: null, cause: null },
  ...more,
})
const event = (type, revision, timestamp, payload) => ({ type, room_id: "r", timestamp, revision, payload })
const advance = (revision, name = "b", timestamp = START_MS) =>
  event("load", revision, timestamp, motion(name, { cause: "advance" }))
const queueChange = (revision, current, cause) => {
  const change = { ...NO_QUEUE, revision, cause, entries: [], order: null, settings: null, current }
  return event("queue", null, 0, { ...change, following: current === "b" ? "c" : "b" })
}

/** A room that plays "a", whose captions are shared; "b" and "c" follow. */
function room() {
  const store = new RoomStore()
  store.attachQueue(new QueueStore(), 0)
  const queue = {
    ...NO_QUEUE,
    revision: 1,
    entries: ["a", "b", "c"].map(entry),
    current: "a",
    following: "b",
  }
  const payload = {
    ...{ you: null, room: { epoch: "e", captions: ["English"], chapters: [] }, members: [], comments: [] },
    ...{ timeline: { revision: 1, timestamp: 1000, ...motion("a") }, revision: 1, comment_seq: 0 },
    ...{ event_id: "", resumed: false, queue, queue_revision: 1 },
  }
  store.receive(event("welcome", null, 0, payload), 0, 1000)
  return store
}

/** The room after the next start was announced. */
function announced() {
  const store = room()
  store.receive(advance(2), 0, START_MS - 2000)
  store.receive(queueChange(2, "b", "advance"), 0, START_MS - 2000)
  return store
}

const shown = ({ state: { timeline, queue, room } }) => [
  timeline.media.title,
  queue.current,
  queue.following,
  room.captions.length,
]

test("until an announced start the room shows what plays", () => {
  const store = announced()
  assert.deepEqual(shown(store), ["a", "a", "b", 1])
  assert.deepEqual([store.comingTimeline.media.title, store.comingTimeline.timestamp], ["b", START_MS])
  assert.deepEqual([store.state.revision, store.state.queue_revision], [2, 2])
})

test("at the start it shows the next entry, and says so once", () => {
  const store = announced()
  assert.deepEqual(
    store.begin().map(({ type, payload }) => [type, payload?.media.title]),
    [
      ["load", "b"],
      ["queue", undefined],
    ],
  )
  assert.deepEqual(shown(store), ["b", "b", "c", 0])
  assert.deepEqual(store.begin(), [])
})

test("a message after the start finds the next entry even if no timer ran", () => {
  const store = announced()
  const applied = store.receive(
    event("pause", 3, START_MS + 50, motion("b", { is_playing: false })),
    0,
    START_MS + 60,
  )
  assert.deepEqual(
    applied.map(({ type }) => type),
    ["load", "queue", "pause"],
  )
  assert.deepEqual(shown(store), ["b", "b", "c", 0])
})

test("a pause before the start keeps what plays", () => {
  const store = announced()
  store.receive(queueChange(3, "a", "hold_back"), 0, START_MS - 500)
  store.receive(event("pause", 3, START_MS - 500, motion("a", { is_playing: false })), 0, START_MS - 490)
  assert.deepEqual(shown(store), ["a", "a", "b", 1])
  assert.equal(store.comingTimeline, store.state.timeline)
  assert.deepEqual(store.begin(), [])
})

test("a change outside playback leaves the announcement", () => {
  const store = announced()
  const changed = motion("b", { room: { epoch: "e", captions: ["English"], title: "new" } })
  store.receive(event("room_changed", 3, START_MS, changed), 0, START_MS - 900)
  assert.deepEqual([shown(store)[0], store.state.room.title, store.state.revision], ["a", "new", 3])
  store.begin()
  assert.deepEqual([shown(store)[0], store.state.timeline.revision], ["b", 3])
})

test("another announcement replaces the first", () => {
  const store = announced()
  store.receive(queueChange(3, "c", "queue_remove"), 0, START_MS - 900)
  store.receive(advance(3, "c"), 0, START_MS - 900)
  assert.deepEqual(shown(store), ["a", "a", "c", 1])
  store.begin()
  assert.deepEqual(shown(store).slice(0, 2), ["c", "c"])
})

test("a skip shows the next entry at once", () => {
  const store = announced()
  store.receive(event("load", 3, START_MS - 700, motion("b")), 0, START_MS - 1200)
  assert.deepEqual(shown(store), ["b", "b", "c", 0])
})

test("missed events of an announcement and of a pause leave what plays", () => {
  const store = room()
  const pause = event("pause", 3, START_MS - 500, motion("a", { is_playing: false }))
  const missed = {
    events: [advance(2), pause],
    comments: [],
    deleted: [],
    revision: 3,
    comment_seq: 0,
    more: false,
  }
  store.receive(event("events", null, 0, missed), 0, START_MS - 400)
  assert.deepEqual([shown(store)[0], store.announced], ["a", null])
})

test("a load by a member, and an advance without a lead, are shown as they arrive", () => {
  const store = room()
  store.receive(event("load", 2, START_MS, motion("b", { cause: null })), 0, START_MS - 500)
  assert.equal(shown(store)[0], "b")
  store.receive(advance(3, "c", START_MS), 0, START_MS + 1)
  assert.equal(shown(store)[0], "c")
})

test("who joins meanwhile sees what the snapshot has", () => {
  const store = announced()
  const { state } = room()
  store.receive(
    event("welcome", null, 0, {
      ...{
        you: null,
        room: state.room,
        members: [],
        comments: [],
        revision: 2,
        comment_seq: 0,
        event_id: "",
      },
      ...{ timeline: { revision: 2, timestamp: START_MS, ...motion("b") }, resumed: false },
      ...{ queue: { ...state.queue, current: "b", following: "c" }, queue_revision: 1 },
    }),
    0,
    START_MS - 1000,
  )
  assert.deepEqual(shown(store).slice(0, 3), ["b", "b", "c"])
})
