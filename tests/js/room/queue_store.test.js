import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import {
  NO_QUEUE,
  QueueStore,
  changed,
  currentEntry,
  followingEntry,
  upcoming,
} from "../../../static/js/core/room/queue_store.js"
import { polledChanges } from "../../../static/js/core/room/members.js"
import { RoomStore } from "../../../static/js/core/room/room_store.js"
import { GAP_TOLERANCE_MS } from "../../../static/js/core/net/sequence.js"
import { each } from "../random.js"

const VECTORS = JSON.parse(readFileSync(new URL("../../vectors/room_queue.json", import.meta.url), "utf8"))

const entry = (id) => ({ id: String(id), media: { url: `u${id}` }, votes: [] })
const whole = (revision) => ({
  ...NO_QUEUE,
  revision,
  entries: Array.from({ length: revision }, (_, index) => entry(index + 1)),
})
/** Change `revision` adds the entry of that number at the end. */
const added = (revision) => ({
  type: "queue",
  room_id: "r",
  timestamp: 1000,
  revision: null,
  payload: {
    ...NO_QUEUE,
    revision,
    cause: "queue_add",
    entries: [entry(revision)],
    order: whole(revision).entries.map(({ id }) => id),
    settings: null,
  },
})
const welcome = (more = {}) => ({
  type: "welcome",
  room_id: "r",
  timestamp: 0,
  revision: null,
  payload: {
    you: null,
    room: { epoch: "e" },
    members: [],
    timeline: null,
    comments: [],
    revision: 0,
    event_id: "",
    comment_seq: 0,
    resumed: false,
    queue: null,
    queue_revision: 0,
    ...more,
  },
})
const head = (revision) => ({
  type: "head",
  payload: { revision: 0, comment_seq: 0, queue_revision: revision, epoch: "e" },
})
const events = (queue) => ({
  type: "events",
  room_id: "r",
  timestamp: 0,
  payload: { events: [], comments: [], deleted: [], revision: 0, comment_seq: 0, more: false, queue },
})

function attached(queueRevision = 0) {
  const store = new RoomStore()
  store.receive(
    welcome({ queue: queueRevision ? whole(queueRevision) : null, queue_revision: queueRevision }),
    0,
  )
  store.attachQueue(new QueueStore(), 0)
  return store
}

for (const { name, queue, change, then } of VECTORS)
  test(`as in Python: ${name}`, () => assert.deepEqual(changed(queue, change), then))

test("changes in any order, some of them twice, are applied once and in order", () => {
  each(50, (random) => {
    const store = attached()
    const sent = random.shuffled([1, 2, 3, 4, 5, 6, 2, 5])
    const applied = sent.flatMap((revision) => store.receive(added(revision), 0))
    assert.deepEqual(
      applied.map(({ payload }) => payload.revision),
      [1, 2, 3, 4, 5, 6],
    )
    assert.deepEqual(store.state.queue, whole(6))
  })
})

test("a lost change is noticed by the next one or by the head, and the whole queue is requested", () => {
  for (const notice of [added(4), head(4)]) {
    const store = attached(2)
    store.receive(notice, 0)
    assert.equal(store.gap, true)
    assert.equal(store.due(GAP_TOLERANCE_MS - 1), null)
    assert.deepEqual(store.due(GAP_TOLERANCE_MS), { since: 0, last_comment_id: 0, queue_revision: 2 })
    const applied = store.receive(events(whole(4)), 200)
    assert.deepEqual(
      applied.map(({ type }) => type),
      ["events", "queue"],
    )
    assert.deepEqual([store.state.queue, store.gap], [whole(4), false])
  }
})

test("an early change follows a whole queue that lacks it", () => {
  const store = attached(1)
  store.receive(added(4), 0)
  store.receive(events(whole(3)), 200)
  assert.deepEqual(store.state.queue, whole(4))
})

test("a response that is older than the state changes nothing", () => {
  const store = attached(1)
  store.receive(added(2), 0)
  assert.equal(store.receive(events(whole(1)), 0).length, 1)
  assert.deepEqual(store.state.queue, whole(2))
})

test("a reducer that is attached late has the queue of the welcome, and requests what came since", () => {
  const store = new RoomStore()
  store.receive(welcome({ queue: whole(2), queue_revision: 2 }), 0)
  assert.deepEqual([store.state.queue, store.state.queue_revision], [null, 2])
  store.receive(added(3), 0)
  assert.equal(store.due(10_000), null)
  store.attachQueue(new QueueStore(), 10_000)
  assert.deepEqual([store.state.queue, store.gap], [whole(2), true])
  assert.deepEqual(store.due(10_000 + GAP_TOLERANCE_MS)?.queue_revision, 2)
})

test("without a reducer nothing of the queue is requested", () => {
  const store = new RoomStore()
  store.receive(welcome(), 0)
  store.receive(head(3), 0)
  assert.deepEqual([store.gap, store.due(10_000), store.state.queue_revision], [false, null, 3])
  assert.equal("queue_revision" in (store.resume() ?? {}), false)
})

test("a page that resumes keeps its queue, gets a newer one, and drops that of another log", () => {
  const store = attached(2)
  assert.equal(store.resume()?.queue_revision, 2)
  store.receive(welcome({ resumed: true, queue_revision: 2 }), 0)
  assert.deepEqual(store.state.queue, whole(2))
  store.receive(welcome({ resumed: true, queue: whole(4), queue_revision: 4 }), 0)
  assert.deepEqual(store.state.queue, whole(4))
  store.receive(welcome({ queue: whole(3), queue_revision: 3 }), 0)
  assert.deepEqual([store.state.queue, store.gap], [whole(3), false])
  store.receive(welcome(), 0)
  assert.deepEqual(store.state.queue, NO_QUEUE)
})

test("a server of an earlier version has no queue", () => {
  const store = attached()
  const { queue: _queue, queue_revision: _revision, ...payload } = welcome().payload
  store.receive({ ...welcome(), payload }, 0)
  store.receive({ type: "head", payload: { revision: 0, comment_seq: 0, epoch: "e" } }, 0)
  assert.deepEqual([store.state.queue, store.gap, store.state.queue_revision], [NO_QUEUE, false, 0])
})

test("a page that polls is notified of a changed queue", () => {
  const store = attached(1)
  const before = { ...store.state }
  store.receive(welcome({ resumed: true, queue: whole(2), queue_revision: 2 }), 0)
  assert.deepEqual(
    polledChanges(before, store.state).map(({ type }) => type),
    ["queue"],
  )
  assert.deepEqual(polledChanges({ ...store.state }, store.state), [])
})

test("what plays, what follows, and what is still to come", () => {
  const queue = { ...whole(3), current: "2", following: "3" }
  assert.deepEqual([currentEntry(queue), followingEntry(queue)], [entry(2), entry(3)])
  assert.deepEqual(upcoming(queue), [entry(3)])
  assert.deepEqual([currentEntry(NO_QUEUE), upcoming(whole(2)).length], [null, 0])
  assert.equal(upcoming({ ...whole(2), following: "1" }).length, 2) // the queue is repeated
})
