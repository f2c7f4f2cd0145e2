import assert from "node:assert/strict"
import { test } from "node:test"
import { AudioFocusElection } from "../../../static/js/core/player/audio_focus.js"
import { each } from "../random.js"
import { simulateBrowser } from "../sync/simulated_element.js"

simulateBrowser()
const { isLater } = await import("../../../static/js/page/media/audio_focus_locks.js")

const FADE_MS = 30
// from the last event until one tab is audible: an election that meets a crash starts again
const HAND_OVER_MS = 3000

/** A browser: tabs with a state machine each, one lock, and a channel between them with latency. */
class Browser {
  constructor(random) {
    this.random = random
    this.nowMs = 1000
    this.tabs = new Map()
    this.line = [] // tabs that wait for the lock
    this.holder = null
    this.scheduled = [] // {atMs, run}
    this.count = 0
    this.audible = new Map() // tab -> when it stops, Infinity while it plays
    this.both = []
  }

  later(ms, run) {
    this.scheduled.push({ atMs: this.nowMs + ms, run })
  }
  latency() {
    return this.random.between(0.2, 6)
  }

  open(usedMs = 0) {
    const name = `t${this.count++}`
    const machine = new AudioFocusElection(name, usedMs)
    this.tabs.set(name, machine)
    this.do(name, machine.opened(this.holder !== null))
    return name
  }

  /** A tab is closed or crashes: the lock is released, and its sound stops. */
  gone(name) {
    this.tabs.delete(name)
    this.audible.delete(name)
    this.line = this.line.filter((each) => each !== name)
    if (this.holder === name) this.free()
  }

  free() {
    this.holder = this.line.shift() ?? null
    const name = this.holder
    if (name)
      this.later(
        this.latency(),
        () => this.holder === name && this.call(name, (machine) => machine.granted(this.nowMs)),
      )
  }

  call(name, call) {
    const machine = this.tabs.get(name)
    if (machine) this.do(name, call(machine))
  }

  do(name, actions) {
    for (const action of actions) {
      if (action.do === "post")
        for (const other of this.tabs.keys())
          if (other !== name)
            this.later(this.latency(), () =>
              this.call(other, (machine) => machine.receive(action.message, this.nowMs)),
            )
      if (action.do === "queue") {
        this.line.push(name)
        if (this.holder === null) this.free()
      }
      if (action.do === "steal") this.later(this.latency(), () => this.tabs.has(name) && this.steal(name))
      if (action.do === "start") this.sound(name)
      if (action.do === "leave") {
        this.line = this.line.filter((each) => each !== name)
        if (this.holder === name) this.free()
      }
      if (action.do === "stop") {
        this.audible.set(name, this.nowMs + FADE_MS)
        this.later(FADE_MS, () => {
          this.audible.delete(name)
          this.call(name, (machine) => machine.fellSilent())
        })
      }
    }
  }

  steal(name) {
    this.line = this.line.filter((each) => each !== name)
    const robbed = this.holder
    this.holder = name
    this.call(name, (machine) => machine.stolen(this.nowMs))
    if (robbed && robbed !== name)
      this.later(this.random.between(0, 3), () => this.call(robbed, (machine) => machine.robbed()))
  }

  sound(name) {
    if (this.audible.size && !this.audible.has(name)) this.both.push([...this.audible.keys(), name])
    this.audible.set(name, Infinity)
  }

  run(ms) {
    const endMs = this.nowMs + ms
    while (this.nowMs < endMs) {
      const due = [...this.tabs.entries()]
        .map(([name, machine]) => ({ name, atMs: machine.dueMs }))
        .filter(({ atMs }) => atMs !== null)
      const next = Math.min(endMs, ...this.scheduled.map(({ atMs }) => atMs), ...due.map(({ atMs }) => atMs))
      this.nowMs = Math.max(this.nowMs, next)
      const now = this.scheduled.filter(({ atMs }) => atMs <= this.nowMs)
      this.scheduled = this.scheduled.filter(({ atMs }) => atMs > this.nowMs)
      now.forEach(({ run }) => run())
      for (const { name, atMs } of due)
        if (atMs <= this.nowMs) this.call(name, (machine) => machine.tick(this.nowMs))
    }
  }

  take(name) {
    this.call(name, (machine) => machine.take(this.nowMs))
  }
  use(name) {
    this.tabs.get(name)?.used(this.nowMs)
  }
  elsewhere(name) {
    return this.tabs.get(name).audibleTab
  }
  get playing() {
    return [...this.tabs.keys()].filter((name) => this.tabs.get(name).audible)
  }
}

const scene = (play) => () => each(60, (random) => play(new Browser(random), random))

test(
  "opening a tab never takes the audio focus",
  scene((browser) => {
    const first = browser.open()
    browser.run(1000)
    assert.deepEqual(browser.playing, []) // and it does not start by itself
    browser.take(first)
    browser.run(1000)
    const second = browser.open()
    assert.equal(browser.elsewhere(second), null) // not reported before it is known
    browser.run(20)
    assert.equal(browser.elsewhere(second), first)
    browser.run(1000)
    assert.deepEqual(browser.playing, [first])
  }),
)

test(
  "a tab that is opened after the playing one was closed reports no other as audible",
  scene((browser) => {
    const [first, second] = [browser.open(), browser.open()]
    browser.take(first)
    browser.run(1000)
    browser.gone(first)
    browser.gone(second)
    const again = browser.open()
    for (let time = 0; time < 100; time++) {
      browser.run(10)
      assert.equal(browser.elsewhere(again), null)
    }
  }),
)

test(
  "the tab in which the user presses Play becomes audible once the other is silent",
  scene((browser) => {
    const [first, second] = [browser.open(), browser.open()]
    browser.take(first)
    browser.run(1000)
    browser.take(second)
    browser.run(FADE_MS)
    assert.deepEqual(browser.playing, [])
    browser.run(170)
    assert.deepEqual(browser.playing, [second])
    assert.deepEqual(browser.both, [])
  }),
)

test(
  "when the playing tab is closed, the tab used last continues",
  scene((browser) => {
    const [first, second, third] = [browser.open(), browser.open(), browser.open()]
    for (const name of [first, third, second, third]) {
      browser.run(10)
      browser.use(name)
    }
    browser.take(second)
    browser.run(1000)
    browser.gone(second)
    browser.run(500)
    assert.deepEqual(browser.playing, [third])
    browser.gone(third)
    browser.run(500)
    assert.deepEqual(browser.playing, [first])
  }),
)

test(
  "a tab that does not take the focus it is offered is passed over",
  scene((browser) => {
    const [first, second, third] = [browser.open(), browser.open(), browser.open()]
    for (const name of [first, second]) {
      browser.run(10)
      browser.use(name)
    }
    browser.take(third)
    browser.run(1000)
    browser.gone(third)
    browser.run(122)
    browser.gone(second)
    browser.run(HAND_OVER_MS)
    assert.deepEqual(browser.playing, [first])
  }),
)

test(
  "if the browser plays no sound in a tab without a gesture, another tab continues",
  scene((browser) => {
    const [first, second, third] = [browser.open(), browser.open(), browser.open()]
    for (const name of [second, first]) {
      browser.run(10)
      browser.use(name)
    }
    browser.take(third)
    browser.run(1000)
    browser.gone(third)
    browser.run(500)
    browser.call(first, (machine) => machine.playRefused(browser.nowMs))
    browser.audible.delete(first)
    browser.run(1000)
    assert.deepEqual(browser.playing, [second])
    browser.take(first)
    browser.run(1000)
    assert.deepEqual(browser.playing, [first])
  }),
)

test(
  "the only tab continues after a reload",
  scene((browser) => {
    const first = browser.open()
    browser.take(first)
    browser.run(1000)
    browser.gone(first)
    const again = browser.open(browser.nowMs)
    browser.run(1000)
    assert.deepEqual(browser.playing, [again])
  }),
)

test("whatever happens to the tabs, never two are audible, and never none for long", () =>
  each(300, (random) => {
    const browser = new Browser(random)
    browser.take(browser.open())
    browser.run(1000)
    for (let step = 0; step < 40; step++) {
      const names = [...browser.tabs.keys()]
      const what = random.int(0, 3)
      if (what === 0 && names.length < 4) browser.open()
      if (what === 1 && names.length > 1) browser.gone(random.pick(names))
      if (what === 2) browser.take(random.pick(names))
      if (what === 3) browser.use(random.pick(names))
      browser.run(random.pick([0, 1, 5, 20, 60, 200, 1000]))
      assert.ok(browser.playing.length <= 1)
    }
    browser.run(HAND_OVER_MS)
    const [playing] = browser.playing
    for (const name of browser.tabs.keys())
      assert.equal(browser.elsewhere(name), name === playing ? null : playing)
    assert.equal(browser.playing.length, 1)
    assert.deepEqual(browser.both, [])
  }))

/** Untyped, because only some actions have a message. @returns {any} */
const election = (tab, usedMs) => new AudioFocusElection(tab, usedMs)

test("without a browser lock the tab used last takes the focus from the tab that is gone", () => {
  const [first, second] = [election("a", 5), election("b", 9)]
  for (const machine of [first, second]) machine.opened(true)
  const messages = [first, second].map(
    (machine) => machine.vacant(0, "c").find((action) => action.do === "post").message,
  )
  const responses = [second.receive(messages[0], 1), first.receive(messages[1], 1)].map(
    ([action]) => action.message,
  )
  first.receive(responses[0], 2)
  second.receive(responses[1], 2)
  assert.deepEqual([first.tick(200), second.tick(200)], [[], [{ do: "steal", insteadOf: "c" }]])
})

test("a tab that lost its connection is not gone", () => {
  const [first, second] = [election("a", 5), election("b", 9)]
  second.opened(true)
  second.lock = "held"
  second.audible = true
  const [{ message }] = first.vacant(0, "b")
  first.receive(second.receive(message, 1)[0].message, 2)
  assert.deepEqual([first.dueMs, first.tick(500)], [null, []])
})

test(
  "a tab that lost its connection for good leaves the focus to the others, and no press takes it back",
  scene((browser) => {
    const [first, second] = [browser.open(), browser.open()]
    browser.use(first)
    browser.take(second)
    browser.run(1000)
    browser.call(second, (machine) => machine.leave())
    browser.run(1000)
    assert.deepEqual(browser.playing, [first])
    browser.take(second)
    browser.run(1000)
    assert.deepEqual(browser.playing, [first])
    browser.gone(first)
    browser.run(HAND_OVER_MS)
    assert.deepEqual(browser.playing, []) // it is no candidate either
    assert.deepEqual(browser.both, [])
  }),
)

test("a tab that left before it queued never queues", () => {
  const machine = election("a", 5)
  assert.deepEqual(machine.leave(), [{ do: "leave" }])
  assert.deepEqual(machine.opened(true), [])
  assert.deepEqual(
    [machine.robbed(), machine.missed(), machine.granted(0), machine.vacant(0, "b"), machine.take(9)],
    [[], [], [], [], []],
  )
  assert.deepEqual(
    machine.receive({ word: "roll", from: "b" }, 0).map(({ message }) => message.may),
    [false],
  )
})

test("of two claims exactly one wins, whichever of the two tabs compares them", () =>
  each(500, (random) => {
    const [one, other] = ["a", "b"].map((tab) => ({ tab, atMs: random.int(0, 2) }))
    assert.notEqual(isLater(one, other), isLater(other, one))
  }))
