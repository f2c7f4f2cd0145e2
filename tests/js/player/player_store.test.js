import assert from "node:assert/strict"
import { test } from "node:test"
import { PlayerStore } from "../../../static/js/core/player/player_store.js"
import { Event } from "../../../static/js/core/protocol.js"
import { each } from "../random.js"

const ITEM = {
  id: 7,
  title: "t",
  artist: "",
  album: "",
  duration: 60,
  kind: "audio",
  mime: "audio/ogg",
  url: "/media/library/7",
  cover: null,
  missing: false,
}
const STATE = {
  revision: 3,
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
const said = (type, payload, revision = null) => ({ type, room_id: null, timestamp: 5000, revision, payload })
const greeting = (state = {}) =>
  said(
    "welcome",
    {
      state: { ...STATE, ...state },
      items: [ITEM],
      device: "d",
      devices: [],
      sounding: null,
      limits: {},
      clock_id: "c",
    },
    state.revision ?? 3,
  )
const change = (revision, changed = { rate: revision }) =>
  said("player", { changed, items: [], cause: "set_rate", event_id: null }, revision)
const whole = (revision) =>
  said("player_state", { state: { ...STATE, revision, rate: revision }, items: [] }, revision)

function greeted() {
  const log = new PlayerStore("me")
  log.take(greeting(), 0)
  return log
}

test("only what was changed is different", () => {
  const log = greeted()
  log.take(change(4, { repeat: "all" }), 0)
  assert.deepEqual(log.state, { ...STATE, revision: 4, repeat: "all" })
  assert.equal(log.items.get(7)?.title, "t")
})

test("in whatever order and however often changes arrive, they are done in order and once", () =>
  each(100, (random) => {
    const log = greeted()
    const all = Array.from({ length: 20 }, (_, number) => change(number + 4))
    const told = random.shuffled([...all, ...all]).flatMap((each) => log.take(each, 0))
    assert.deepEqual(
      told.map(({ revision }) => revision),
      all.map(({ revision }) => revision),
    )
    assert.equal(log.state.rate, 23)
  }))

test("a gap that lasts is asked for, and the whole of it closes it", () => {
  const log = greeted()
  log.take(change(6), 0)
  assert.equal(log.state.revision, 3)
  assert.equal(log.due(100), null) // it may still come by itself
  assert.deepEqual(log.due(200), { since: 3 })
  assert.equal(log.due(300), null) // asked already
  assert.deepEqual(
    log.take(whole(5), 300).map(({ type }) => type),
    ["player_state", "player"],
  )
  assert.equal(log.state.revision, 6)
  assert.equal(log.due(10_000), null)
})

test("a whole that was overtaken on its way is none", () => {
  const log = greeted()
  log.take(change(4), 0)
  log.take(whole(3), 0)
  assert.equal(log.state.revision, 4)
})

test("a welcome starts over, also from before", () => {
  const log = greeted()
  log.take(change(4), 0)
  log.take(greeting({ revision: 1 }), 0)
  assert.equal(log.state.revision, 1)
  log.take(change(2), 0)
  assert.equal(log.state.revision, 2)
})

test("where the tab that sounds is counts for what is on and plays, and takes no revision", () => {
  const log = greeted()
  const position = (entry_id, tab, at) => said("position", { entry_id, position: at, tab, revision: 3 })
  log.take(position("1.0", "other", 42), 70)
  assert.deepEqual([log.state.position, log.state.at, log.state.revision, log.heardMs], [42, 5000, 3, 70])
  log.take(position("9.9", "other", 1), 80)
  assert.equal(log.state.position, 42)
  log.take(position("1.0", "me", 2), 90) // our own voice
  assert.deepEqual([log.state.position, log.heardMs], [42, 80])
  log.take(change(4, { is_playing: false }), 0)
  log.take(position("1.0", "other", 50), 100)
  assert.equal(log.state.position, 42)
})

test("a change that was lost with nothing behind it is missed by an answer, a position or a head", () => {
  const news = {
    ack: said("ack", { event_id: "a", revision: 4 }),
    "own position": said("position", { entry_id: "1.0", position: 1, tab: "me", revision: 4 }),
    position: said("position", { entry_id: "1.0", position: 1, tab: "other", revision: 4 }),
    head: said(Event.PlayerHead, { revision: 4 }),
  }
  for (const [what, envelope] of Object.entries(news)) {
    const log = greeted()
    log.take(envelope, 1000)
    assert.ok(log.gap, what)
    assert.equal(log.due(1100), null, what)
    assert.deepEqual(log.due(1200), { since: 3 }, what)
    log.take(whole(4), 1300)
    assert.equal(log.gap, false, what)
  }
})

test("what is known already makes no gap", () => {
  const log = greeted()
  log.take(said("ack", { event_id: "a", revision: 2 }), 0)
  log.take(said(Event.PlayerHead, { revision: 3 }), 0)
  assert.equal(log.gap, false)
  assert.equal(log.due(1000), null)
})

test("every fifteen seconds it is asked whether that is all", () => {
  const log = new PlayerStore("me")
  assert.equal(log.due(60_000), null) // nothing is known yet
  log.take(greeting(), 60_000)
  assert.equal(log.due(74_999), null)
  assert.deepEqual(log.due(75_000), { since: 3 })
  assert.equal(log.due(89_999), null)
  log.take(said(Event.PlayerHead, { revision: 3 }), 75_010)
  assert.deepEqual(log.due(90_000), { since: 3 })
})

test("how long the track is, the tab that sounds says better than the library", () => {
  const log = greeted()
  const entryId = log.state.current
  log.knows([{ id: log.state.entries.find(({ id }) => id === entryId).item, duration: 10 }])
  assert.equal(log.durationS, 10)
  log.take(said("position", { entry_id: entryId, position: 18, tab: "other", revision: 3, duration: 15 }), 10)
  assert.equal(log.durationS, 18) // it is there already
  log.take(said("position", { entry_id: entryId, position: 19, tab: "other", revision: 3, duration: 60 }), 20)
  assert.equal(log.durationS, 60)
  log.take(said("position", { entry_id: "another", position: 0, tab: "other", revision: 3, duration: 5 }), 30)
  assert.notEqual(log.durationS, 5)
})
