import assert from "node:assert/strict"
import { test } from "node:test"
import { FailedTracks, MOST_FAILED } from "../../../static/js/core/player/queue.js"

const failMany = (failures, times) => Array.from({ length: times }, () => failures.failed())

test("the queue skips tracks that fail, and stops after a few in a row", () => {
  assert.deepEqual(failMany(new FailedTracks(), MOST_FAILED), [true, true, false])
})

test("a user who presses Play after that gets as many attempts again", () => {
  const failures = new FailedTracks()
  failMany(failures, MOST_FAILED)
  assert.deepEqual(failMany(failures, MOST_FAILED), [true, true, false])
})

test("a track that is played ends the row, one that only starts does not", () => {
  const failures = new FailedTracks()
  failMany(failures, 2)
  for (const positionS of [null, 0, 1, 2]) failures.update(positionS)
  assert.equal(failures.failed(), false)
  failMany(failures, 2)
  for (const positionS of [0, 1, 2, 3, 4, 5, 6]) failures.update(positionS)
  assert.equal(failures.failed(), true)
})

test("a seek does not count as playing", () => {
  const failures = new FailedTracks()
  failMany(failures, 2)
  for (const positionS of [0, 60, 120]) failures.update(positionS)
  assert.equal(failures.failed(), false)
})
