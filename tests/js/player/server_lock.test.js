import assert from "node:assert/strict"
import { mock, test } from "node:test"
import { simulateBrowser } from "../sync/simulated_element.js"

simulateBrowser()
mock.timers.enable({ apis: ["setTimeout"] }) // before the module starts its own timer
const { serverLock } = await import("../../../static/js/page/media/audio_focus_locks.js")
const { Emitter } = await import("../../../static/js/page/lib/emitter.js")

/** Time of the page's clock. */
let nowMs = 0
mock.method(performance, "now", () => nowMs)

/** A page without locks that has requested the audio focus, and the results. */
async function asking() {
  /** @type {any} */
  const mine = Object.assign(new Emitter(), {
    tab: "me",
    said: [],
    isOpen: true,
    store: { state: { is_playing: false }, sounding: "other", lastPositionMs: 0 },
  })
  mine.say = async (type, payload) => `e${mine.said.push(payload)}`
  const told = []
  /** @type {any} */
  const tells = Object.fromEntries(
    ["granted", "stolen", "robbed", "missed", "vacant"].map((word) => [word, () => void told.push(word)]),
  )
  const lock = serverLock(mine, tells)
  const settled = () =>
    new Promise((done) => {
      setImmediate(done)
    })
  lock.steal()
  await settled()
  const refuse = (refusal) =>
    mine.emit("error", {
      payload: { event_id: `e${mine.said.length}`, message: "", retry_after_ms: null, ...refusal },
    })
  const sound = (tab) => mine.emit("sound", { payload: { tab } })
  const welcome = (sounding) => mine.emit("welcome", { payload: { sounding } })
  return { mine, told, lock, refuse, sound, welcome, settled }
}

test("a rate-limited request is repeated when the limit allows it, and a rejected one is missed", async () => {
  const { mine, told, refuse, sound, settled } = await asking()
  refuse({ code: "rate_limited", retry_after_ms: 400 })
  mock.timers.tick(399)
  assert.equal(mine.said.length, 1)
  mock.timers.tick(1)
  assert.deepEqual(mine.said, [mine.said[0], mine.said[0]])
  await settled()
  sound("me")
  assert.deepEqual(told, ["stolen"])
  const other = await asking()
  other.refuse({ code: "bad_message" })
  mock.timers.tick(10_000)
  assert.deepEqual([other.told, other.mine.said.length], [["missed"], 1])
})

test("a request is not repeated if another tab was faster", async () => {
  const { mine, told, refuse, sound } = await asking()
  refuse({ code: "unavailable" })
  sound("other")
  mock.timers.tick(10_000)
  assert.deepEqual([told, mine.said.length], [["missed"], 1])
})

test("a request under way when the connection broke is repeated on the next one, unless it was done", async () => {
  const lost = await asking()
  lost.welcome("other")
  assert.deepEqual([lost.told, lost.mine.said.length], [[], 2])
  const done = await asking()
  done.welcome("me")
  assert.deepEqual([done.told, done.mine.said.length], [["stolen"], 1])
})

test("an expired request is not repeated, and the present holder is reported", async () => {
  for (const [waitMs, told] of /** @type {[number, string[]][]} */ ([
    [5000, ["stolen"]],
    [5001, ["stolen", "robbed"]],
  ])) {
    const page = await asking()
    page.sound("me")
    page.lock.steal("other")
    nowMs += waitMs
    page.welcome("third")
    assert.deepEqual([page.told, page.mine.said.length], [told, told.length === 1 ? 3 : 2])
  }
  const vacant = await asking()
  nowMs += 5001
  vacant.welcome(null)
  assert.deepEqual([vacant.told, vacant.mine.said.length], [["missed"], 1])
})

test("a tab that gave up the focus does not request it on the next connection", async () => {
  const { mine, told, lock, refuse, welcome } = await asking()
  lock.leave()
  welcome("other")
  refuse({ code: "unavailable" })
  mock.timers.tick(10_000)
  assert.deepEqual([told, mine.said.length], [["missed"], 1])
})
