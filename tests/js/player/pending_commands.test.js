import assert from "node:assert/strict"
import { test } from "node:test"
import {
  MOST_UNACKNOWLEDGED,
  PendingCommands,
  SEEK_GAP_MS,
} from "../../../static/js/core/player/pending_commands.js"
import { each } from "../random.js"

const STATE = {
  revision: 4,
  entries: [{ id: "1.0", item: 7 }],
  current: "1.0",
  position: 10,
  at: 0,
  is_playing: true,
  rate: 1,
  repeat: "off",
  can_undo: false,
  can_redo: false,
}
const isMissing = () => false
const command = (type, event_id, payload = {}) => ({ type, event_id, payload })
/** @param {number} revision @param {any} [change] */
const change = (revision, { event_id = null, cause = "seek", changed = { position: 1, at: 1 } } = {}) => ({
  type: "player",
  room_id: null,
  timestamp: 0,
  revision,
  payload: { event_id, cause, changed, items: [] },
})
const ids = (commands) => commands.map(({ event_id }) => event_id)
const seek = (event_id, position = 1) => command("seek", event_id, { position })
/** @param {string} event_id @param {string} [code] @param {number | null} [retry_after_ms] */
const refusal = (event_id, code = "rate_limited", retry_after_ms = null) => ({
  event_id,
  code,
  message: "",
  retry_after_ms,
})
const add = (event_id) => command("queue_add", event_id, { item_ids: [8] })

test("a command is shown until the state includes it, and then no more", () => {
  const pending = new PendingCommands()
  pending.add(command("queue_add", "a", { item_ids: [8] }), 0, 4, 0)
  const count = () => pending.shown(STATE, isMissing).entries.length
  assert.equal(count(), 2)
  pending.toSend(0)
  pending.changed(change(5, { event_id: "a", cause: "queue_add", changed: { entries: [] } }))
  assert.equal(count(), 1) // the state includes it
  pending.accepted("a", 5)
  pending.reached(5)
  assert.equal(pending.entries.length, 0)
})

test("an acknowledgement that overtakes its change leaves the command shown", () => {
  const pending = new PendingCommands()
  pending.add(command("queue_add", "a", { item_ids: [8] }), 0, 4, 0)
  pending.toSend(0)
  pending.accepted("a", 5)
  pending.reached(4)
  assert.equal(pending.shown(STATE, isMissing).entries.length, 2)
  pending.reached(5)
  assert.equal(pending.shown(STATE, isMissing).entries.length, 1)
})

test("of fifty seeks few are sent, one at a time, and the last of them arrives", () => {
  const pending = new PendingCommands()
  const sent = []
  let revision = 4
  for (let number = 0; number < 50; number++) {
    const nowMs = number * 20
    pending.add(seek(`s${number}`, number), nowMs, revision, 0)
    for (const command of pending.toSend(nowMs)) {
      sent.push(command)
      revision += 1
      pending.changed(change(revision, { event_id: command.event_id }))
      pending.accepted(command.event_id, revision)
      pending.reached(revision)
    }
  }
  sent.push(...pending.toSend(50 * 20 + SEEK_GAP_MS))
  assert.equal(sent.at(-1).payload.position, 49)
  assert.ok(sent.length <= 6, `${sent.length} were sent`)
})

test("a seek waits for the acknowledgement of the one before it", () => {
  const pending = new PendingCommands()
  pending.add(seek("a"), 0, 4, 0)
  assert.deepEqual(ids(pending.toSend(0)), ["a"])
  pending.add(seek("b"), 0, 4, 0)
  assert.deepEqual(ids(pending.toSend(10_000)), [])
  pending.refused(refusal("a", "bad_message"), 0)
  assert.deepEqual(ids(pending.toSend(10_000)), ["b"])
})

test("a command replaces an unsent one of the same kind", () => {
  const pending = new PendingCommands()
  pending.add(command("pause", "a"), 0, 4, 0)
  assert.deepEqual(pending.add(command("resume", "b"), 0, 4, 0), ["a"])
  pending.add(seek("c"), 0, 4, 0)
  assert.deepEqual(pending.add(command("next", "d", { entry_id: "1.0" }), 0, 4, 0), ["c"]) // a seek in the previous track
  assert.deepEqual(ids(pending.toSend(0)), ["b", "d"])
})

test("an own change, or one of something else, makes no command stale", () => {
  const pending = new PendingCommands()
  pending.add(command("next", "a", { entry_id: "1.0" }), 0, 4, 0)
  pending.toSend(0)
  pending.add(seek("b"), 0, 4, 0)
  pending.changed(change(5, { cause: "queue_add", changed: { entries: [] } }))
  pending.changed(
    change(6, { event_id: "a", cause: "next", changed: { current: "1.1", position: 0, at: 0 } }),
  )
  pending.accepted("a", 6)
  pending.reached(6)
  assert.equal(pending.toSend(1000)[0].payload.base_revision, 6)
})

test("a foreign change of the same thing makes a command stale", () => {
  const pending = new PendingCommands()
  pending.add(command("next", "a", { entry_id: "1.0" }), 0, 4, 0)
  pending.toSend(0)
  pending.add(seek("b"), 0, 4, 0)
  pending.changed(change(5, { cause: "seek" }))
  pending.changed(change(6, { event_id: "a" }))
  pending.accepted("a", 6)
  pending.reached(6)
  assert.equal(pending.toSend(1000)[0].payload.base_revision, 4)
})

test("an undo waits for all commands before it, and none overtakes it", () => {
  const pending = new PendingCommands()
  pending.add(command("queue_add", "a", { item_ids: [8] }), 0, 4, 0)
  pending.toSend(0)
  pending.add(command("undo", "b"), 0, 4, 0)
  pending.add(command("queue_add", "c", { item_ids: [9] }), 0, 4, 0)
  assert.deepEqual(ids(pending.toSend(0)), [])
  pending.changed(change(5, { event_id: "a", changed: { entries: [] } }))
  pending.accepted("a", 5)
  pending.reached(5)
  const sent = pending.toSend(0)
  assert.deepEqual(ids(sent), ["b", "c"])
  assert.equal(sent[0].payload.base_revision, 5)
})

test("a command about an entry without an id waits for the id", () => {
  const pending = new PendingCommands()
  pending.add(command("queue_add", "a", { item_ids: [8, 9] }), 0, 4, 0)
  pending.add(command("queue_move", "b", { entry_id: "~a.1", before: "1.0" }), 0, 4, 0)
  assert.deepEqual(ids(pending.toSend(0)), ["a"])
  pending.accepted("a", 12)
  assert.deepEqual(pending.toSend(0)[0].payload, { entry_id: "12.1", before: "1.0" })
})

test("a command about an entry that will never exist is dropped", () => {
  const pending = new PendingCommands()
  pending.add(command("queue_add", "a", { item_ids: [8] }), 0, 4, 0)
  pending.add(command("queue_remove", "b", { entry_id: "~a.0" }), 0, 4, 0)
  pending.toSend(0)
  pending.refused(refusal("a", "bad_message"), 0)
  assert.deepEqual(pending.dropOrphans(), ["b"])
  assert.equal(pending.entries.length, 0)
})

test("every command arrives once and in order with the same payload each time, and changes of the queue never expire", () =>
  each(100, (random) => {
    const pending = new PendingCommands()
    const done = []
    const first = new Map()
    let count = 0
    const send = (nowMs) => {
      for (const { event_id, payload } of pending.toSend(nowMs)) {
        const text = JSON.stringify(payload)
        assert.equal(first.get(event_id) ?? text, text)
        first.set(event_id, text)
        // the connection broke here and was replaced
        if (random.chance(0.3)) return pending.reconnected()
        if (!done.includes(event_id)) done.push(event_id)
        if (random.chance(0.5)) pending.accepted(event_id, done.length)
      }
    }
    for (let step = 0; step < 60; step++) {
      if (random.chance(0.4))
        pending.add(command("queue_add", String(count++), { item_ids: [step] }), step, 0, 0)
      if (random.chance(0.3)) pending.reconnected()
      pending.dropExpired(step * 100_000, false)
      if (random.chance(0.8)) send(step * 100_000)
    }
    for (let again = 0; again < 50 && pending.entries.some(({ revision }) => revision === null); again++) {
      pending.reconnected()
      send(1e9)
    }
    pending.reconnected()
    for (const { event_id } of pending.toSend(1e9)) if (!done.includes(event_id)) done.push(event_id)
    assert.deepEqual(
      done,
      Array.from({ length: count }, (_, number) => String(number)),
    )
  }))

test("only changes of the queue outlive the page", () => {
  const pending = new PendingCommands()
  pending.add(command("queue_add", "a", { item_ids: [8] }), 0, 4, 0)
  pending.add(command("pause", "b"), 0, 4, 0)
  assert.deepEqual(ids(pending.persistent), ["a"])
})

test("a command that the state includes is not stored, even if its acknowledgement was lost", () => {
  const pending = new PendingCommands()
  pending.add(add("a"), 0, 4, 0)
  pending.toSend(0)
  pending.changed(change(5, { event_id: "a", changed: { entries: [] } }))
  assert.deepEqual(pending.persistent, [])
})

test("of eighty stored changes a few are sent at a time, and rate-limited ones are sent again", () => {
  const pending = new PendingCommands()
  const names = Array.from({ length: 80 }, (_, number) => `a${number}`)
  for (const name of names) pending.add(add(name), 0, 4, 0)
  const done = []
  let nowMs = 0
  for (let round = 0; round < 200 && done.length < 80; round++) {
    const sent = ids(pending.toSend(nowMs))
    assert.ok(sent.length <= MOST_UNACKNOWLEDGED)
    assert.deepEqual(ids(pending.toSend(nowMs)), []) // no more before an acknowledgement
    sent.slice(2).forEach((name) => pending.refused(refusal(name, "rate_limited", 250), nowMs))
    for (const name of sent.slice(0, 2)) pending.accepted(name, done.push(name))
    assert.deepEqual(
      ids(pending.toSend(nowMs + 499)).filter((name) => sent.includes(name)),
      [],
    )
    nowMs += pending.waitMs(nowMs) ?? 0
  }
  assert.deepEqual([...done].sort(), [...names].sort())
})

test("a command that the server was too busy for is sent again unchanged, after a second", () => {
  const pending = new PendingCommands()
  pending.add(seek("a"), 0, 4, 0)
  const [{ payload }] = pending.toSend(0)
  const sentPayload = { ...payload }
  pending.refused(refusal("a", "unavailable"), 100)
  assert.ok(pending.has("a"))
  pending.changed(change(5, { cause: "queue_add", changed: { entries: [] } }))
  assert.deepEqual(ids(pending.toSend(1099)), [])
  assert.equal(pending.waitMs(1099), 1)
  assert.deepEqual(pending.toSend(1100)[0].payload, sentPayload)
})

test("a track that ended stays ended if the report was rate-limited", () => {
  const pending = new PendingCommands()
  const two = {
    ...STATE,
    entries: [
      { id: "1.0", item: 7 },
      { id: "1.1", item: 8 },
    ],
  }
  pending.add(command("next", "a", { entry_id: "1.0", ended: true }), 0, 4, 0)
  pending.toSend(0)
  pending.refused(refusal("a", "rate_limited", 250), 0)
  assert.equal(pending.shown(two, isMissing).current, "1.1")
  assert.deepEqual(ids(pending.toSend(500)), ["a"])
})

test("a change of the queue that has to wait does not delay a pause, and no pause overtakes the track it is for", () => {
  const pending = new PendingCommands()
  pending.add(add("a"), 0, 4, 0)
  pending.toSend(0)
  pending.refused(refusal("a", "rate_limited", 250), 0)
  pending.add(add("b"), 0, 4, 0)
  pending.add(command("pause", "c"), 0, 4, 0)
  assert.deepEqual(ids(pending.toSend(0)), ["c"])
  pending.add(command("play_track", "d", { entry_id: "1.0" }), 0, 4, 0)
  pending.add(command("pause", "e"), 0, 4, 0)
  assert.deepEqual(ids(pending.toSend(0)), [])
  assert.deepEqual(ids(pending.toSend(500)), ["a", "b", "d", "e"])
})

test("a press that could not be sent within five seconds is dropped, but not one that was sent or changes the queue", () => {
  const pending = new PendingCommands()
  pending.add(command("set_rate", "sent", { rate: 2 }), 0, 4, 0)
  pending.toSend(0)
  pending.reconnected()
  pending.add(command("play_track", "a", { item_id: 7 }), 0, 4, 0)
  pending.add(command("queue_remove", "b", { entry_id: "~a.0" }), 0, 4, 0)
  pending.add(command("resume", "c"), 0, 4, 1)
  assert.deepEqual(pending.dropExpired(5000, false), [])
  assert.deepEqual(ids(pending.dropExpired(5001, false)), ["a"])
  assert.deepEqual(pending.dropOrphans(), ["b"])
  assert.deepEqual(ids(pending.dropExpired(5002, false)), ["c"])
  assert.deepEqual(ids(pending.toSend(5002)), ["sent"])
})

test("reports of the playing tab about its track, pause and end stay valid while it is the playing tab", () => {
  const pending = new PendingCommands()
  pending.add(command("next", "a", { entry_id: "1.0", ended: true }), 0, 4, 0)
  pending.add(command("pause", "b", { entry_id: "1.0", position: 12 }), 0, 4, 0)
  pending.add(command("play_track", "c", { item_id: 7 }), 0, 4, 0)
  pending.add(command("set_rate", "d", { rate: 2 }), 0, 4, 0)
  assert.deepEqual(ids(pending.dropExpired(60_000, true)), ["d"])
  assert.deepEqual(ids(pending.dropExpired(60_000, false)), ["a", "b", "c"])
})
