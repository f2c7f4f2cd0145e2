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
/** @param {string} type @param {any} payload @param {number | null} [revision] */
const envelope = (type, payload, revision = null) => ({
  type,
  room_id: null,
  timestamp: 5000,
  revision,
  payload,
})
const greeting = (state = {}) =>
  envelope(
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
/** @param {number} revision @param {any} [changed] */
const change = (revision, changed = { rate: revision }) =>
  envelope("player", { changed, items: [], cause: "set_rate", event_id: null }, revision)
const whole = (revision) =>
  envelope("player_state", { state: { ...STATE, revision, rate: revision }, items: [] }, revision)

function welcomed() {
  const store = new PlayerStore("me")
  store.receive(greeting(), 0)
  return store
}

test("a change alters only the fields it contains", () => {
  const store = welcomed()
  store.receive(change(4, { repeat: "all" }), 0)
  assert.deepEqual(store.state, { ...STATE, revision: 4, repeat: "all" })
  assert.equal(store.items.get(7)?.title, "t")
})

test("changes are applied in order and once, in whatever order and however often they arrive", () =>
  each(100, (random) => {
    const store = welcomed()
    const all = Array.from({ length: 20 }, (_, number) => change(number + 4))
    const returned = random.shuffled([...all, ...all]).flatMap((each) => store.receive(each, 0))
    assert.deepEqual(
      returned.map(({ revision }) => revision),
      all.map(({ revision }) => revision),
    )
    assert.equal(store.state.rate, 23)
  }))

test("a lasting gap causes a request, and the snapshot closes it", () => {
  const store = welcomed()
  store.receive(change(6), 0)
  assert.equal(store.state.revision, 3)
  assert.equal(store.due(100), null) // it may still arrive by itself
  assert.deepEqual(store.due(200), { since: 3 })
  assert.equal(store.due(300), null) // already requested
  assert.deepEqual(
    store.receive(whole(5), 300).map(({ type }) => type),
    ["player_state", "player"],
  )
  assert.equal(store.state.revision, 6)
  assert.equal(store.due(10_000), null)
})

test("a snapshot that was overtaken on its way is ignored", () => {
  const store = welcomed()
  store.receive(change(4), 0)
  store.receive(whole(3), 0)
  assert.equal(store.state.revision, 4)
})

test("a welcome starts over, even from an earlier revision", () => {
  const store = welcomed()
  store.receive(change(4), 0)
  store.receive(greeting({ revision: 1 }), 0)
  assert.equal(store.state.revision, 1)
  store.receive(change(2), 0)
  assert.equal(store.state.revision, 2)
})

test("the position of the playing tab counts for the current playing track, and takes no revision", () => {
  const store = welcomed()
  const position = (entry_id, tab, at) => envelope("position", { entry_id, position: at, tab, revision: 3 })
  store.receive(position("1.0", "other", 42), 70)
  assert.deepEqual(
    [store.state.position, store.state.at, store.state.revision, store.lastPositionMs],
    [42, 5000, 3, 70],
  )
  store.receive(position("9.9", "other", 1), 80)
  assert.equal(store.state.position, 42)
  store.receive(position("1.0", "me", 2), 90) // this tab's own position
  assert.deepEqual([store.state.position, store.lastPositionMs], [42, 80])
  store.receive(change(4, { is_playing: false }), 0)
  store.receive(position("1.0", "other", 50), 100)
  assert.equal(store.state.position, 42)
})

test("an acknowledgement, a position or a head reveals a lost change that no other follows", () => {
  const news = {
    ack: envelope("ack", { event_id: "a", revision: 4 }),
    "own position": envelope("position", { entry_id: "1.0", position: 1, tab: "me", revision: 4 }),
    position: envelope("position", { entry_id: "1.0", position: 1, tab: "other", revision: 4 }),
    head: envelope(Event.PlayerHead, { revision: 4 }),
  }
  for (const [what, envelope] of Object.entries(news)) {
    const store = welcomed()
    store.receive(envelope, 1000)
    assert.ok(store.gap, what)
    assert.equal(store.due(1100), null, what)
    assert.deepEqual(store.due(1200), { since: 3 }, what)
    store.receive(whole(4), 1300)
    assert.equal(store.gap, false, what)
  }
})

test("a known revision causes no gap", () => {
  const store = welcomed()
  store.receive(envelope("ack", { event_id: "a", revision: 2 }), 0)
  store.receive(envelope(Event.PlayerHead, { revision: 3 }), 0)
  assert.equal(store.gap, false)
  assert.equal(store.due(1000), null)
})

test("every fifteen seconds the store asks whether it is complete", () => {
  const store = new PlayerStore("me")
  assert.equal(store.due(60_000), null) // there is no state yet
  store.receive(greeting(), 60_000)
  assert.equal(store.due(74_999), null)
  assert.deepEqual(store.due(75_000), { since: 3 })
  assert.equal(store.due(89_999), null)
  store.receive(envelope(Event.PlayerHead, { revision: 3 }), 75_010)
  assert.deepEqual(store.due(90_000), { since: 3 })
})

test("the playing tab's duration of the track is preferred to the library's", () => {
  const store = welcomed()
  const entryId = store.state.current
  const item = store.state.entries.find(({ id }) => id === entryId)?.item
  store.addItems([/** @type {any} */ ({ id: item, duration: 10 })])
  assert.equal(store.durationS, 10)
  store.receive(
    envelope("position", { entry_id: entryId, position: 18, tab: "other", revision: 3, duration: 15 }),
    10,
  )
  assert.equal(store.durationS, 18) // the position is beyond it already
  store.receive(
    envelope("position", { entry_id: entryId, position: 19, tab: "other", revision: 3, duration: 60 }),
    20,
  )
  assert.equal(store.durationS, 60)
  store.receive(
    envelope("position", { entry_id: "another", position: 0, tab: "other", revision: 3, duration: 5 }),
    30,
  )
  assert.notEqual(store.durationS, 5)
})
