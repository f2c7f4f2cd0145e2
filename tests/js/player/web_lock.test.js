import assert from "node:assert/strict"
import { test } from "node:test"

const browser = /** @type {any} */ (globalThis)
browser.MessageChannel = class {
  port1 = {}
  port2 = {}
} // Node's keeps the process alive

/**
 * `navigator.locks` of a page that unloads: WebKit rejects every request, new ones included, in the
 * same task.
 */
class LeavingLocks {
  requests = 0
  reason

  request() {
    this.requests += 1
    if (this.requests > 100) return new Promise(() => {}) // enough to see that it has no end
    return Promise.reject(this.reason)
  }
}

const taskOver = () => new Promise((done) => setTimeout(done, 5))

/** A lock whose owner requests it again whenever it is lost, as `core/player/audio_focus.js` does; `leave` ends the page. */
async function lostAgainAndAgain(reason) {
  const locks = Object.assign(new LeavingLocks(), { reason })
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true })
  const page = new EventTarget()
  globalThis.addEventListener = page.addEventListener.bind(page)
  const { webLock } = await import("../../../static/js/page/media/audio_focus_locks.js")
  const news = { robbed: 0, missed: 0 }
  /** @type {any} */
  const tells = {
    robbed() {
      news.robbed += 1
      lock.queue()
    },
    missed() {
      news.missed += 1
      lock.queue()
    },
  }
  const lock = webLock("sound", tells)
  return { locks, lock, news, leave: () => page.dispatchEvent(new Event("pagehide")) }
}

test("a lost lock is requested again in a later task, so that a page whose requests all fail can still unload", async () => {
  const { locks, lock, leave } = await lostAgainAndAgain(new DOMException("stolen", "AbortError"))
  lock.queue()
  while (locks.requests === 0) await taskOver()
  const { requests } = locks
  for (let i = 0; i < 1000; i++) await null // microtasks only
  assert.equal(locks.requests, requests)
  leave()
  await taskOver()
  assert.equal(locks.requests, requests)
})

test("a tab that lost the lock queues again, as long as the page stays", async () => {
  const { locks, lock, news, leave } = await lostAgainAndAgain(new DOMException("stolen", "AbortError"))
  lock.queue()
  while (locks.requests < 3) await taskOver()
  assert.ok(news.robbed >= 2)
  leave()
  await taskOver()
  const { requests } = locks
  await taskOver()
  assert.equal(locks.requests, requests)
})

test("a request that failed for another reason than a stolen lock is not repeated", async () => {
  const { locks, lock, news } = await lostAgainAndAgain(new DOMException("not active", "InvalidStateError"))
  lock.queue()
  await taskOver()
  lock.steal()
  await taskOver()
  assert.equal(locks.requests, 2)
  assert.deepEqual(news, { robbed: 0, missed: 0 })
})
