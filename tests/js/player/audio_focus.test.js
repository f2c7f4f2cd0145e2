import assert from "node:assert/strict"
import { test } from "node:test"
import { AudioFocusElection } from "../../../static/js/core/player/audio_focus.js"
import { each } from "../random.js"
import { simulateBrowser } from "../sync/simulated_element.js"

simulateBrowser()
const { isLater } = await import("../../../static/js/page/player_audio/channel_lock.js")

const FADE_MS = 30
// from the last thing that happened until one sounds: elections that meet a crash begin again
const HAND_OVER_MS = 3000

/** A browser: tabs that have a machine each, one lock, a channel between them that takes its time. */
class Browser {
  constructor(random) {
    this.random = random
    this.nowMs = 1000
    this.tabs = new Map()
    this.line = [] // who stands in line for the lock
    this.holder = null
    this.coming = [] // {atMs, run}
    this.count = 0
    this.audible = new Map() // tab -> when it stops being so, Infinity while it sounds
    this.both = []
  }

  later(ms, run) {
    this.coming.push({ atMs: this.nowMs + ms, run })
  }
  way() {
    return this.random.between(0.2, 6)
  }

  open(usedMs = 0) {
    const name = `t${this.count++}`
    const machine = new AudioFocusElection(name, usedMs)
    this.tabs.set(name, machine)
    this.do(name, machine.opened(this.holder !== null))
    return name
  }

  /** Closed or crashed: the lock falls free, and what it played is over. */
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
        this.way(),
        () => this.holder === name && this.tell(name, (machine) => machine.granted(this.nowMs)),
      )
  }

  tell(name, call) {
    const machine = this.tabs.get(name)
    if (machine) this.do(name, call(machine))
  }

  do(name, actions) {
    for (const action of actions) {
      if (action.do === "post")
        for (const other of this.tabs.keys())
          if (other !== name)
            this.later(this.way(), () =>
              this.tell(other, (machine) => machine.receive(action.message, this.nowMs)),
            )
      if (action.do === "queue") {
        this.line.push(name)
        if (this.holder === null) this.free()
      }
      if (action.do === "steal") this.later(this.way(), () => this.tabs.has(name) && this.steal(name))
      if (action.do === "start") this.sound(name)
      if (action.do === "leave") {
        this.line = this.line.filter((each) => each !== name)
        if (this.holder === name) this.free()
      }
      if (action.do === "stop") {
        this.audible.set(name, this.nowMs + FADE_MS)
        this.later(FADE_MS, () => {
          this.audible.delete(name)
          this.tell(name, (machine) => machine.fellSilent())
        })
      }
    }
  }

  steal(name) {
    this.line = this.line.filter((each) => each !== name)
    const robbed = this.holder
    this.holder = name
    this.tell(name, (machine) => machine.stolen(this.nowMs))
    if (robbed && robbed !== name)
      this.later(this.random.between(0, 3), () => this.tell(robbed, (machine) => machine.robbed()))
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
      const next = Math.min(endMs, ...this.coming.map(({ atMs }) => atMs), ...due.map(({ atMs }) => atMs))
      this.nowMs = Math.max(this.nowMs, next)
      const now = this.coming.filter(({ atMs }) => atMs <= this.nowMs)
      this.coming = this.coming.filter(({ atMs }) => atMs > this.nowMs)
      now.forEach(({ run }) => run())
      for (const { name, atMs } of due)
        if (atMs <= this.nowMs) this.tell(name, (machine) => machine.tick(this.nowMs))
    }
  }

  take(name) {
    this.tell(name, (machine) => machine.take(this.nowMs))
  }
  use(name) {
    this.tabs.get(name)?.used(this.nowMs)
  }
  elsewhere(name) {
    return this.tabs.get(name).audibleTab
  }
  get sounding() {
    return [...this.tabs.keys()].filter((name) => this.tabs.get(name).audible)
  }
}

const scene = (play) => () => each(60, (random) => play(new Browser(random), random))

test(
  "opening a tab never takes the sound",
  scene((browser) => {
    const first = browser.open()
    browser.run(1000)
    assert.deepEqual(browser.sounding, []) // and alone it does not begin by itself
    browser.take(first)
    browser.run(1000)
    const second = browser.open()
    assert.equal(browser.elsewhere(second), null) // not claimed before it is known
    browser.run(20)
    assert.equal(browser.elsewhere(second), first)
    browser.run(1000)
    assert.deepEqual(browser.sounding, [first])
  }),
)

test(
  "a tab that is opened where the one that played was closed claims no other",
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
  "the tab that is asked to play sounds, once the other is silent",
  scene((browser) => {
    const [first, second] = [browser.open(), browser.open()]
    browser.take(first)
    browser.run(1000)
    browser.take(second)
    browser.run(FADE_MS)
    assert.deepEqual(browser.sounding, [])
    browser.run(170)
    assert.deepEqual(browser.sounding, [second])
    assert.deepEqual(browser.both, [])
  }),
)

test(
  "when the tab that sounds is gone, the one last used goes on",
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
    assert.deepEqual(browser.sounding, [third])
    browser.gone(third)
    browser.run(500)
    assert.deepEqual(browser.sounding, [first])
  }),
)

test(
  "who is handed the sound and does not come is passed over",
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
    assert.deepEqual(browser.sounding, [first])
  }),
)

test(
  "where a browser lets nothing be heard without a hand, another tab goes on",
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
    browser.tell(first, (machine) => machine.playRefused(browser.nowMs))
    browser.audible.delete(first)
    browser.run(1000)
    assert.deepEqual(browser.sounding, [second])
    browser.take(first)
    browser.run(1000)
    assert.deepEqual(browser.sounding, [first])
  }),
)

test(
  "the only tab, loaded again, goes on",
  scene((browser) => {
    const first = browser.open()
    browser.take(first)
    browser.run(1000)
    browser.gone(first)
    const again = browser.open(browser.nowMs)
    browser.run(1000)
    assert.deepEqual(browser.sounding, [again])
  }),
)

test("whatever happens to the tabs, never two are heard, and never none for long", () =>
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
      assert.ok(browser.sounding.length <= 1)
    }
    browser.run(HAND_OVER_MS)
    const [loud] = browser.sounding
    for (const name of browser.tabs.keys()) assert.equal(browser.elsewhere(name), name === loud ? null : loud)
    assert.equal(browser.sounding.length, 1)
    assert.deepEqual(browser.both, [])
  }))

test("without a lock the tab last used claims it, and in the place of the one that is gone", () => {
  const [first, second] = [new AudioFocusElection("a", 5), new AudioFocusElection("b", 9)]
  for (const machine of [first, second]) machine.opened(true)
  const words = [first, second].map(
    (machine) => machine.vacant(0, "c").find((action) => action.do === "post").message,
  )
  const answers = [second.receive(words[0], 1), first.receive(words[1], 1)].map(([action]) => action.message)
  first.receive(answers[0], 2)
  second.receive(answers[1], 2)
  assert.deepEqual([first.tick(200), second.tick(200)], [[], [{ do: "steal", insteadOf: "c" }]])
})

test("a tab whose line is lost is not gone", () => {
  const [first, second] = [new AudioFocusElection("a", 5), new AudioFocusElection("b", 9)]
  second.opened(true)
  second.lock = "held"
  second.audible = true
  const [{ message }] = first.vacant(0, "b")
  first.receive(second.receive(message, 1)[0].message, 2)
  assert.deepEqual([first.dueMs, first.tick(500)], [null, []])
})

test(
  "a tab that has no line to the server leaves the sound to the others, and takes it by no press",
  scene((browser) => {
    const [first, second] = [browser.open(), browser.open()]
    browser.use(first)
    browser.take(second)
    browser.run(1000)
    browser.tell(second, (machine) => machine.leave())
    browser.run(1000)
    assert.deepEqual(browser.sounding, [first])
    browser.take(second)
    browser.run(1000)
    assert.deepEqual(browser.sounding, [first])
    browser.gone(first)
    browser.run(HAND_OVER_MS)
    assert.deepEqual(browser.sounding, []) // it does not offer itself either
    assert.deepEqual(browser.both, [])
  }),
)

test("a tab that was turned away before it stood in line never does", () => {
  const machine = new AudioFocusElection("a", 5)
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

test("of two claims to the sound exactly one holds, whichever of the two tabs looks", () =>
  each(500, (random) => {
    const [one, other] = ["a", "b"].map((tab) => ({ tab, atMs: random.int(0, 2) }))
    assert.notEqual(isLater(one, other), isLater(other, one))
  }))
