import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { optimistic, isProvisional, positionOf } from "../../../static/js/core/player/optimistic.js"
import { Queue } from "../../../static/js/core/player/queue.js"

const vectors = JSON.parse(readFileSync(new URL("../../vectors/queue.json", import.meta.url), "utf8"))
const entriesOf = (pairs) => pairs.map(([id, item]) => ({ id, item }))
const pairsOf = (entries) => entries.map(({ id, item }) => [id, item])
const named = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())

for (const {
  name,
  queue,
  do: [method, ...args],
  then,
} of vectors)
  test(`a queue: ${name}`, () => {
    const before = new Queue(entriesOf(queue.entries), queue.current)
    const given = ["added", "begun"].includes(method) ? [entriesOf(args[0]), ...args.slice(1)] : args
    const after = before[named(method)](...given)
    assert.deepEqual(
      after instanceof Queue ? { entries: pairsOf(after.entries), current: after.current } : after,
      then,
    )
    assert.deepEqual(pairsOf(before.entries), queue.entries) // the queue is immutable
  })

const STATE = {
  revision: 4,
  entries: entriesOf([
    ["1.0", 7],
    ["1.1", 8],
    ["1.2", 9],
  ]),
  current: "1.0",
  position: 10,
  at: 1000,
  is_playing: true,
  rate: 2,
  repeat: "off",
  can_undo: false,
  can_redo: true,
}
const command = (type, payload = {}, event_id = "e") => ({ type, event_id, payload })
const at = (state, nowMs) => positionOf(state, nowMs)

test("a position moves with its rate, stands while paused, and never passes the end", () => {
  assert.equal(at(STATE, 2000), 12)
  assert.equal(positionOf(STATE, 900_000, 60), 60)
  assert.equal(at({ ...STATE, is_playing: false }, 900_000), 10)
})

test("pausing stops at the playing tab's position, or at the timeline's", () => {
  assert.equal(optimistic(STATE, command("pause", { entry_id: "1.0", position: 11.5 }), 2000).position, 11.5)
  assert.equal(optimistic(STATE, command("pause", { entry_id: "9.9", position: 11.5 }), 2000).position, 12)
  assert.equal(optimistic(STATE, command("pause"), 2000).position, 12)
  assert.equal(optimistic(STATE, command("pause"), 2000).is_playing, false)
})

test("resuming continues from the position; without a current entry the first one starts", () => {
  const paused = optimistic(STATE, command("pause"), 2000)
  assert.equal(at(optimistic(paused, command("resume"), 9000), 9500), 13)
  assert.equal(
    optimistic({ ...STATE, current: null, is_playing: false }, command("resume"), 0).current,
    "1.0",
  )
  assert.equal(
    optimistic({ ...STATE, entries: [], current: null, is_playing: false }, command("resume"), 0).is_playing,
    false,
  )
})

test("a change of the rate does not move the position", () => {
  const slower = optimistic(STATE, command("set_rate", { rate: 1 }), 2000)
  assert.equal(at(slower, 2000), 12)
  assert.equal(at(slower, 3000), 13)
})

test("the next track starts at its beginning; after the last one playback stops there", () => {
  const next = optimistic(STATE, command("next", { entry_id: "1.0" }), 5000)
  assert.deepEqual([next.current, next.position, next.at, next.is_playing], ["1.1", 0, 5000, true])
  const end = optimistic(
    { ...STATE, current: "1.2" },
    command("next", { entry_id: "1.2", ended: true }),
    5000,
  )
  assert.deepEqual([end.current, end.position, end.is_playing], ["1.2", 0, false])
})

test("a command that names another than the current entry changes nothing", () => {
  for (const type of ["next", "previous"])
    assert.equal(optimistic(STATE, command(type, { entry_id: "1.1" }), 5000), STATE)
})

test("entries whose file is missing are skipped", () => {
  assert.equal(
    optimistic(STATE, command("next", { entry_id: "1.0" }), 5000, (item) => item === 8).current,
    "1.2",
  )
})

test("a repeated track starts again when it ends, not when the user presses Next", () => {
  const repeated = { ...STATE, repeat: "one" }
  assert.deepEqual(
    [
      optimistic(repeated, command("next", { entry_id: "1.0", ended: true }), 1).current,
      optimistic(repeated, command("next", { entry_id: "1.0" }), 1).current,
    ],
    ["1.0", "1.1"],
  )
})

test("an added entry has a provisional id until the server assigns one", () => {
  const added = optimistic(STATE, command("queue_add", { item_ids: [5, 6] }, "abc"), 1)
  assert.deepEqual(added.entries.slice(3), [
    { id: "~abc.0", item: 5 },
    { id: "~abc.1", item: 6 },
  ])
  assert.ok(added.entries.slice(3).every(({ id }) => isProvisional(id)))
  assert.deepEqual([added.can_undo, added.can_redo], [true, false])
  const played = optimistic(STATE, command("play_track", { item_id: 5 }, "abc"), 1)
  assert.deepEqual(
    [played.current, played.entries[1].id, played.position, played.is_playing],
    ["~abc.0", "~abc.0", 0, true],
  )
  const several = optimistic(STATE, command("play_track", { item_ids: [5, 6] }, "abc"), 1)
  assert.deepEqual([several.current, several.entries.map(({ item }) => item)], ["~abc.0", [7, 5, 6, 8, 9]])
})

test("removing the current entry starts the next one, and removing the last one stops playback", () => {
  assert.deepEqual(
    [
      optimistic(STATE, command("queue_remove", { entry_id: "1.0" }), 1).current,
      optimistic(STATE, command("queue_remove", { entry_id: "1.0" }), 1).position,
    ],
    ["1.1", 0],
  )
  const last = optimistic({ ...STATE, current: "1.2" }, command("queue_remove", { entry_id: "1.2" }), 1)
  assert.deepEqual([last.current, last.is_playing], [null, false])
})

test("a change that only the server can compute is not shown before the response", () => {
  assert.equal(optimistic(STATE, command("undo"), 1), STATE)
})

test("a track that comes next anyway is played in its place", () => {
  const played = optimistic(STATE, command("play_track", { item_id: 8 }), 5)
  assert.deepEqual(
    [played.entries, played.current, played.position, played.at, played.can_redo],
    [STATE.entries, "1.1", 0, 5, true],
  )
})
