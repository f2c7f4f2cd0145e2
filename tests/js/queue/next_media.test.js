import assert from "node:assert/strict"
import { test } from "node:test"
import { NO_QUEUE } from "../../../static/js/core/room/queue_store.js"
import { nextMedia, titleOf } from "../../../static/js/page/queue/next_media.js"

const WITHIN_MS = 10_000
const media = (name) => ({ url: `/${name}`, kind: "video", title: name })
const playing = (name, more = {}) => ({
  ...{ revision: 1, timestamp: 1000, current_time: 0, is_playing: true, rate: 1, phase: "playing" },
  ...{ duration: 60, media: media(name) },
  ...more,
})
const queue = {
  ...NO_QUEUE,
  entries: ["a", "b"].map((id) => ({ id, media: media(id), votes: [] })),
  current: "a",
  following: "b",
}
const END_MS = 61_000

function next({ at = END_MS - 5000, followed = playing("a"), ...more } = {}) {
  return nextMedia({ queue: { ...queue, ...more } }, followed, at, WITHIN_MS)
}

test("the following entry is next, in the last seconds only", () => {
  assert.equal(next({ at: END_MS - WITHIN_MS - 1 }), null)
  assert.deepEqual(next({ at: END_MS - WITHIN_MS }), { media: media("b"), endMs: END_MS })
  assert.deepEqual(next({ at: END_MS - 1 }), { media: media("b"), endMs: END_MS })
  assert.equal(next({ at: END_MS }), null)
})

test("at twice the speed the end is nearer", () => {
  assert.equal(next({ followed: playing("a", { rate: 2 }), at: 31_000 - 1 }).endMs, 31_000)
})

test("nothing is next in a paused room, without an end, or if the entry is repeated", () => {
  assert.equal(next({ followed: playing("a", { is_playing: false }) }), null)
  assert.equal(next({ followed: playing("a", { duration: null }) }), null)
  assert.equal(next({ following: null }), null)
  assert.equal(next({ following: "a" }), null)
  assert.equal(nextMedia({ queue: null }, playing("a"), END_MS - 1, WITHIN_MS), null)
  assert.equal(nextMedia({ queue }, null, END_MS - 1, WITHIN_MS), null)
})

test("media without a title are named by their address", () => {
  assert.deepEqual([titleOf(media("a")), titleOf({ ...media("a"), title: "" })], ["a", "/a"])
})
