import assert from "node:assert/strict"
import { test } from "node:test"

import { HeldComments } from "../../../static/js/core/room/held_comments.js"
import { each } from "../random.js"

const said = (seq, current_time, user_id = "other") => ({ id: seq, seq, current_time, user_id })
const page = (comments, more = false, since = 1) => ({ comments, more, since })
const ids = (comments) => comments.map(({ id }) => id)

test("own comments are shown at once, all others at their position", () => {
  const held = new HeldComments("me")
  held.addPage(page([]))
  assert.ok(held.shows(said(1, 500, "me")))
  held.receive(said(2, 30))
  held.receive(said(3, 10))
  assert.deepEqual(ids(held.reach(9.9).comments), [])
  assert.deepEqual(ids(held.reach(40).comments), [3, 2])
  assert.ok(held.shows(said(4, 35)), "the viewer was there")
  held.reach(5) // and went back
  assert.ok(held.shows(said(4, 35)))
  assert.ok(held.isOver)
})

test("comments about earlier media are no secret, those about later media are", () => {
  const held = new HeldComments("me")
  assert.ok(!held.shows(said(3, 100)), "until the server has said which are about these media")
  held.addPage(page([said(7, 50)], false, 5))
  assert.ok(held.shows(said(4, 100)))
  assert.ok(!held.shows(said(5, 100)))
  held.untilSeq = 8
  held.receive(said(9, 60))
  held.reach(99)
  assert.ok(held.isOver)
  assert.ok(!held.shows(said(9, 60)))
})

test("an edited comment appears at its position with its last text", () => {
  const held = new HeldComments("me")
  held.addPage(page([said(1, 10), said(2, 20)]))
  assert.ok(!held.change({ ...said(2, 20), text: "edited" }))
  assert.ok(!held.change(said(9, 90)), "not read yet")
  assert.deepEqual(held.reach(15).comments, [said(1, 10)])
  assert.ok(held.change({ ...said(1, 10), text: "edited too" }), "the viewer saw it")
  assert.deepEqual(held.reach(25).comments, [{ ...said(2, 20), text: "edited" }])
})

test("reactions from before the viewer came appear at their position, and not behind it", () => {
  const held = new HeldComments("me", 15)
  held.addPage(page([]))
  const envelopeOf = ({ emoji }) => ({ type: "reaction", payload: { emoji } })
  const sent = [10, 20, 30].map((current_time) => ({ emoji: `at ${current_time}`, current_time }))
  held.addEarlierReactions(sent, envelopeOf)
  assert.ok(!held.isOver)
  assert.deepEqual(held.reach(25).reactions, [{ type: "reaction", payload: { emoji: "at 20" } }])
  assert.deepEqual(held.reach(35).reactions, [{ type: "reaction", payload: { emoji: "at 30" } }])
  assert.ok(held.isOver)
})

test("a deleted comment does not appear", () => {
  const held = new HeldComments("me")
  held.addPage(page([said(1, 10), said(2, 20)]))
  held.remove(1)
  assert.deepEqual(ids(held.reach(99).comments), [2])
})

test("reactions wait for their position, a bounded number of them", () => {
  const held = new HeldComments("me")
  for (let n = 0; n < 1000; n++) held.holdReaction(10 + n, { payload: n })
  assert.equal(held.reach(12).reactions.length, 3)
  assert.equal(held.reach(5000).reactions.length, 297)
})

test("the next page is requested a minute before it is needed", () => {
  const held = new HeldComments("me")
  assert.ok(held.wantsPage)
  assert.deepEqual(held.nextPage(), { after: 0, since: 0 })
  held.addPage(page([said(8, 100)], true, 4))
  assert.ok(!held.wantsPage)
  held.reach(41)
  assert.ok(held.wantsPage)
  assert.deepEqual(held.nextPage(), { after: 8, since: 4 })
})

test("however comments arrive, each is shown once, at its position, and few are held", () =>
  each(60, (random) => {
    const all = []
    const add = (roomS) => all.push(said(all.length + 1, Math.round(random.between(0, roomS))))
    for (let n = random.int(0, 400); n > 0; n--) add(600)
    const held = new HeldComments("me")
    const shown = []
    let request = null
    for (let positionS = 0; positionS <= 1200; positionS += 2) {
      const due = held.reach(positionS).comments
      shown.push(...due)
      for (let n = random.int(0, 3); n > 0; n--) {
        add(Math.min(1200, 600 + positionS / 3))
        if (held.receive(all.at(-1))) shown.push(all.at(-1))
      }
      if (request) shown.push(...held.addPage(request))
      request = held.wantsPage ? answer(all, held.nextPage()) : null // it arrives two seconds later
      assert.ok(held.waiting.size <= 1100)
      for (const { current_time } of shown) assert.ok(current_time <= held.reachedS)
    }
    assert.deepEqual([...new Set(ids(shown))].length, shown.length)
    assert.equal(shown.length, all.length)
  }))

function answer(all, { after }) {
  const sorted = [...all].sort((a, b) => a.current_time - b.current_time || a.seq - b.seq)
  const from = after ? sorted.findIndex(({ seq }) => seq === after) + 1 : 0
  return page(sorted.slice(from, from + 100), sorted.length > from + 100)
}
