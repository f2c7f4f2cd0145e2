import assert from "node:assert/strict"
import { test } from "node:test"
import { Ledger } from "../../../static/js/core/sync/expected_events.js"
import { each } from "../random.js"

/**
 * An element's events as HTML queues them: only for what changes, delivered in a later task, seeks coalesced.
 */
class Element {
  constructor() {
    Object.assign(this, { paused: true, currentTime: 0, playbackRate: 1, queue: [], seeking: false })
  }
  play() {
    if (this.paused) {
      this.paused = false
      this.queue.push("play")
    }
  }
  pause() {
    if (!this.paused) {
      this.paused = true
      this.queue.push("pause")
    }
  }
  seek(toS) {
    this.currentTime = toS
    this.seeking = true
  }
  setRate(rate) {
    if (rate !== this.playbackRate) {
      this.playbackRate = rate
      this.queue.push("ratechange")
    }
  }
  // Setting the position again while a seek is under way leaves one `seeked` for both.
  landed() {
    if (this.seeking) {
      this.seeking = false
      this.queue.push("seeked")
    }
  }
}

function deliver(element, ledger) {
  const type = element.queue.shift()
  return ledger.claim(type, type === "ratechange" ? element.playbackRate : element.currentTime)
}

const OURS = {
  play: (element, ledger) => {
    if (element.paused) ledger.expect("play")
    element.play()
  },
  pause: (element, ledger) => {
    if (!element.paused) ledger.expect("pause")
    element.pause()
  },
  seek: (element, ledger, random) => {
    const toS = random.between(0, 99)
    ledger.expect("seeked", toS)
    element.seek(toS)
  },
  rate: (element, ledger, random) => {
    const rate = random.between(0.9, 1.1)
    ledger.expect("ratechange", rate)
    element.setRate(rate)
  },
}

test("nothing we do is ever taken for somebody else's doing", () =>
  each(1000, (random) => {
    const element = new Element()
    const ledger = new Ledger()
    for (let step = 0; step < 40; step++) {
      if (random.chance(0.6)) OURS[random.pick(Object.keys(OURS))](element, ledger, random)
      if (random.chance(0.3)) element.landed()
      while (element.queue.length && random.chance(0.5)) assert.ok(deliver(element, ledger))
    }
    element.landed()
    while (element.queue.length) assert.ok(deliver(element, ledger))
  }))

test("a play that was refused leaves no room for a stranger's", () => {
  const element = new Element()
  const ledger = new Ledger()
  ledger.expect("play")
  ledger.withdraw("play")
  element.play()
  assert.equal(deliver(element, ledger), false)
})

test("what somebody else does is seen, however soon after something of ours", () => {
  const element = new Element()
  const ledger = new Ledger()
  OURS.play(element, ledger)
  assert.ok(deliver(element, ledger))
  element.pause()
  assert.equal(deliver(element, ledger), false)
  ledger.expect("seeked", 10)
  element.seek(10)
  element.landed()
  assert.ok(deliver(element, ledger))
  element.seek(50)
  element.landed()
  assert.equal(deliver(element, ledger), false)
  element.setRate(2)
  assert.equal(deliver(element, ledger), false)
})
