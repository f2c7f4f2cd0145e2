import assert from "node:assert/strict"
import { test } from "node:test"

import { HeldComments } from "../../../static/js/core/room/held_comments.js"
import {
  behindS,
  catchUpRate,
  meetsAtMs,
  ownMotion,
  standing,
} from "../../../static/js/core/room/catch_up.js"
import { positionAt } from "../../../static/js/core/sync/timeline.js"
import { each, Random } from "../random.js"
import { MEDIA, playing, standing as paused, Viewer } from "../sync/simulated_room.js"

const MINUTE_MS = 60_000
const room = (change) => ({ duration: 3600, media: MEDIA, ...change })

test("three minutes late at 1.5 times: in step after six minutes", () => {
  const live = room(playing(0))
  const own = ownMotion(0, catchUpRate(1.5, 1), true, 3 * MINUTE_MS)
  assert.equal(behindS(live, own, 3 * MINUTE_MS), 180)
  assert.equal(meetsAtMs(live, own), (3 + 6) * MINUTE_MS)
  assert.equal(standing(live, MEDIA.url, own, 9 * MINUTE_MS - 1000), "behind")
  assert.equal(standing(live, MEDIA.url, own, 9 * MINUTE_MS), "together")
})

test("the speed counts from the room's, as far as browsers play sound", () => {
  assert.deepEqual(
    [catchUpRate(1.25, 1), catchUpRate(1.5, 0.5), catchUpRate(1.5, 2), catchUpRate(2, 3)],
    [1.25, 1.5, 3, 4],
  )
})

test("a room that stands is met at its position, an ended one at its end", () => {
  const own = ownMotion(10, 2, true, 5000)
  assert.equal(meetsAtMs(room(paused(0, 70)), own), 5000 + 30_000)
  assert.equal(meetsAtMs(room({ ...playing(0, 70), duration: 80 }), own), 5000 + 35_000)
  assert.equal(meetsAtMs(room(playing(90_000, 70)), own), 35_000) // it waits for its start
})

test("who stands, or is no faster, never gets there; who is ahead is there", () => {
  const live = { ...playing(0), media: MEDIA, duration: null }
  assert.equal(meetsAtMs(live, ownMotion(10, 1.5, false, 100_000)), Infinity)
  assert.equal(meetsAtMs(live, ownMotion(10, 1, true, 100_000)), Infinity)
  assert.equal(meetsAtMs(live, ownMotion(100, 1, true, 99_000)), 99_000)
})

test("when the room goes back behind the viewer they are in step, other media are elsewhere", () => {
  const own = ownMotion(300, 1.5, true, 0)
  assert.equal(standing(room(playing(0, 900)), MEDIA.url, own, 0), "behind")
  assert.equal(standing(room(playing(0, 200)), MEDIA.url, own, 0), "together")
  assert.equal(standing(room({ ...playing(0, 900), media: { url: "b" } }), MEDIA.url, own, 0), "elsewhere")
  assert.equal(standing(null, MEDIA.url, own, 0), "elsewhere")
})

test("at the meeting both are at one position, and before it the viewer is behind", () =>
  each(300, (random) => {
    const fromMs = random.int(0, 100_000)
    const live = {
      is_playing: random.chance(0.8),
      timestamp: random.int(0, 150_000),
      current_time: random.between(0, 3000),
      rate: [0.5, 1, 1.5, 2][random.int(0, 3)],
      duration: random.chance(0.7) ? 3000 : null,
    }
    const own = ownMotion(random.between(0, 2000), 1.25 + random.int(0, 3) / 4, true, fromMs)
    const atMs = meetsAtMs(live, own)
    if (behindS(live, own, fromMs) <= 0) return assert.equal(atMs, fromMs)
    const checkMs = Number.isFinite(atMs) ? atMs : fromMs + 10_000_000
    if (Number.isFinite(atMs)) assert.ok(Math.abs(behindS(live, own, atMs)) < 1e-6)
    for (const share of [0, 0.3, 0.7, 0.99])
      assert.ok(behindS(live, own, fromMs + share * (checkMs - fromMs)) > 0)
  }))

// ---------------------------------------------------------------- with the sync controller, in virtual time

/** A comment at each of these positions was there before; others arrive while the viewer catches up. */
const page = (comments, { after }) => {
  const sorted = [...comments].sort((a, b) => a.current_time - b.current_time || a.seq - b.seq)
  const from = after ? sorted.findIndex(({ seq }) => seq === after) + 1 : 0
  return { comments: sorted.slice(from, from + 100), more: sorted.length > from + 100, since: 1 }
}

test("a viewer three minutes late sees each comment at its moment and joins without a seek", () => {
  const random = new Random(7)
  const viewer = new Viewer(random)
  const { player, controller } = viewer
  const comments = Array.from({ length: 250 }, (_, i) => comment(i + 1, random.between(0, 180)))
  viewer.run(3 * MINUTE_MS)
  viewer.follow({ ...playing(0), duration: 3600 })
  viewer.run(5000)
  controller.leaveAlone(true)
  viewer.tick()
  player.seek(0)
  player.setRate(1.5, true)
  const beganMs = viewer.nowMs
  const gapS = beganMs / 1000
  const held = new HeldComments("me")
  const seen = new Map()
  let joinedMs = null
  let seeksBefore = 0
  while (viewer.nowMs < beganMs + 8 * MINUTE_MS) {
    viewer.run(100)
    const positionS = player.currentTimeS
    if (held.wantsPage)
      held.addPage(page(comments, held.nextPage())).forEach(({ id }) => seen.set(id, positionS))
    held.reach(positionS).comments.forEach(({ id }) => seen.set(id, positionS))
    if (random.chance(0.02)) {
      const live = comment(comments.length + 1, positionAt(viewer.timeline, viewer.nowMs))
      comments.push(live)
      if (joinedMs === null) held.receive(live)
      else seen.set(live.id, live.current_time)
    }
    const own = ownMotion(positionS, player.rate, !player.paused, viewer.nowMs)
    if (joinedMs === null && standing(viewer.timeline, MEDIA.url, own, viewer.nowMs) === "together") {
      joinedMs = viewer.nowMs
      assert.ok(held.isOver)
      controller.leaveAlone(false)
      viewer.tick()
      viewer.forgetTrace()
      seeksBefore = player.seeks
    }
  }
  assert.ok(
    Math.abs((joinedMs - beganMs) / 1000 - 2 * gapS) < 2,
    `in step after ${(joinedMs - beganMs) / 1000} s`,
  )
  assert.equal(player.seeks, seeksBefore)
  assert.equal(player.rate, 1)
  assert.ok(viewer.worstMs(joinedMs) < 100, `${viewer.worstMs(joinedMs)} ms at the meeting`)
  assert.ok(viewer.worstMs(joinedMs + 5000) < 20, `${viewer.worstMs(joinedMs + 5000)} ms afterwards`)
  assert.equal(seen.size, comments.length)
  for (const { id, current_time } of comments) {
    const lateS = seen.get(id) - current_time
    assert.ok(lateS >= 0 && lateS < 0.4, `comment ${id} was ${lateS} s late`)
  }
})

function comment(seq, current_time) {
  return { id: seq, seq, current_time, user_id: "other", username: "Other", text: `at ${current_time}` }
}
