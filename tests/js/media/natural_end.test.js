import assert from "node:assert/strict"
import { test } from "node:test"
import { SyncTarget } from "../../../static/js/core/sync/timeline.js"
import { EndOfData } from "../../../static/js/core/media/end_of_data.js"
import { NaturalEnd } from "../../../static/js/core/media/end_of_data.js"

const target = (change = {}) =>
  new SyncTarget({
    revision: 1,
    timestamp: 0,
    current_time: 0,
    is_playing: true,
    rate: 1,
    phase: "playing",
    duration: 300,
    duration_source: "metadata",
    media: { url: "m" },
    hold: null,
    ...change,
  })
const at = (nowMs, currentTimeS, more = {}) => ({
  nowMs,
  serverMs: nowMs,
  currentTimeS,
  paused: false,
  seeking: false,
  ended: false,
  readyState: 4,
  durationS: 300,
  ...more,
})

/** A player's two looks. */
class Looks {
  constructor() {
    Object.assign(this, { data: new EndOfData(), natural: new NaturalEnd() })
  }

  look(seen, room) {
    this.data.update(seen)
    return this.natural.update(seen, room, this.data)
  }

  get endS() {
    return this.natural.endS
  }
}

function played(end, toS, room = target()) {
  for (let s = 0; s <= toS; s += 0.25) end.look(at(1000 * s, s), room)
  return room
}

test("a player that moved to the end of its data names the place, once", () => {
  const end = new Looks()
  const room = played(end, 20)
  assert.equal(end.look(at(20_100, 20.1, { ended: true }), room), true)
  assert.equal(end.endS, 20.1)
  assert.equal(end.look(at(20_200, 20.1, { ended: true }), room), false)
  assert.equal(end.endS, 20.1)
})

test("an element that takes the length it was told for its position is not believed", () => {
  const end = new Looks()
  const room = played(end, 20)
  assert.equal(end.look(at(20_100, 300, { ended: true }), room), true)
  assert.ok(Math.abs(end.endS - 20.1) < 0.01)
})

test("who was sought to the end, or is elsewhere than the room, proves nothing", () => {
  const sought = new Looks()
  const room = played(sought, 5)
  sought.data.sought(300)
  sought.look(at(5100, 300, { seeking: true }), room)
  assert.equal(sought.look(at(5200, 300, { ended: true }), room), false)
  const astray = new Looks()
  played(astray, 20)
  assert.equal(astray.look(at(20_100, 20.1, { ended: true }), target({ current_time: 40 })), false)
})

test("where the room stands, nothing ended for it", () => {
  const end = new Looks()
  played(end, 20)
  assert.equal(end.look(at(20_100, 20.1, { ended: true }), target({ is_playing: false })), false)
  assert.equal(end.endS, null)
})

test("a player that goes on has not ended", () => {
  const end = new Looks()
  const room = played(end, 20)
  end.look(at(20_100, 20.1, { ended: true }), room)
  end.look(at(20_200, 3), room)
  assert.equal(end.endS, null)
})

test("a seek from an end to a place without data is an end at that place, also where the element never left its end", () => {
  const { data } = new Looks()
  data.update(at(0, 15.7))
  data.update(at(100, 300, { ended: true, paused: true }))
  assert.equal(data.endS, 15.7)
  data.sought(30)
  data.update(at(200, 300, { ended: true, seeking: true, paused: true }))
  data.update(at(300, 300, { ended: true, paused: true }))
  assert.equal(data.endS, 30)
  assert.equal(data.played, false)
})
