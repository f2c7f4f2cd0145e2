import assert from "node:assert/strict"
import { test } from "node:test"

import { WakeLock } from "../../../static/js/core/touch/wake_lock.js"

/** Locks as browsers hand them out: `answer` is called for each request. */
function screen(answer = async () => {}) {
  const locks = []
  const request = async () => {
    await answer(locks.length)
    const lock = {
      released: false,
      async release() {
        this.released = true
      },
    }
    locks.push(lock)
    return lock
  }
  return {
    locks,
    wakeLock: new WakeLock(request),
    awake: () => locks.filter((lock) => !lock.released).length,
  }
}

test("the screen stays on while it is wanted, with one lock", async () => {
  const { locks, wakeLock, awake } = screen()
  await wakeLock.want(true)
  await wakeLock.want(true)
  assert.deepEqual([locks.length, awake()], [1, 1])
  await wakeLock.want(false)
  assert.equal(awake(), 0)
})

test("a lock that the browser took back is requested again", async () => {
  const { locks, wakeLock, awake } = screen()
  await wakeLock.want(true)
  locks[0].released = true // the page was hidden
  await wakeLock.want(false)
  await wakeLock.want(true)
  assert.deepEqual([locks.length, awake()], [2, 1])
})

test("a refused lock is requested again at the next change, and throws nothing", async () => {
  let refuses = true
  const { locks, wakeLock, awake } = screen(async () => {
    if (refuses) throw new Error("the battery is low")
  })
  await wakeLock.want(true)
  assert.equal(awake(), 0)
  refuses = false
  await wakeLock.want(true)
  assert.deepEqual([locks.length, awake()], [1, 1])
})

test("a pause while the request is on its way leaves no lock behind", async () => {
  let answer = () => {}
  const { locks, wakeLock, awake } = screen(() => new Promise((resolve) => (answer = resolve)))
  const asked = wakeLock.want(true)
  await wakeLock.want(false)
  await wakeLock.want(true)
  await wakeLock.want(false)
  answer()
  await asked
  assert.deepEqual([locks.length, awake()], [1, 0])
})
