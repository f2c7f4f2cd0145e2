import assert from "node:assert/strict"
import { test } from "node:test"
import { ExpectedEvents } from "../../../static/js/core/sync/expected_events.js"
import { each } from "../random.js"

/**
 * An element's events as HTML queues them: only for changes, delivered in a later task, seeks coalesced.
 */
class Element {
  paused = true
  currentTime = 0
  playbackRate = 1
  queue = []
  seeking = false

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
  // Setting the position again during a seek fires one `seeked` for both.
  landed() {
    if (this.seeking) {
      this.seeking = false
      this.queue.push("seeked")
    }
  }
}

function deliver(element, expectedEvents) {
  const type = element.queue.shift()
  return expectedEvents.claim(type, type === "ratechange" ? element.playbackRate : element.currentTime)
}

const OWN = {
  play: (element, expectedEvents) => {
    if (element.paused) expectedEvents.expect("play")
    element.play()
  },
  pause: (element, expectedEvents) => {
    if (!element.paused) expectedEvents.expect("pause")
    element.pause()
  },
  seek: (element, expectedEvents, random) => {
    const toS = random.between(0, 99)
    expectedEvents.expect("seeked", toS)
    element.seek(toS)
  },
  rate: (element, expectedEvents, random) => {
    const rate = random.between(0.9, 1.1)
    expectedEvents.expect("ratechange", rate)
    element.setRate(rate)
  },
}

test("events of own actions are never taken for foreign ones", () =>
  each(1000, (random) => {
    const element = new Element()
    const expectedEvents = new ExpectedEvents()
    for (let step = 0; step < 40; step++) {
      if (random.chance(0.6)) OWN[random.pick(Object.keys(OWN))](element, expectedEvents, random)
      if (random.chance(0.3)) element.landed()
      while (element.queue.length && random.chance(0.5)) assert.ok(deliver(element, expectedEvents))
    }
    element.landed()
    while (element.queue.length) assert.ok(deliver(element, expectedEvents))
  }))

test("a play that was refused does not hide a foreign one", () => {
  const element = new Element()
  const expectedEvents = new ExpectedEvents()
  expectedEvents.expect("play")
  expectedEvents.withdraw("play")
  element.play()
  assert.equal(deliver(element, expectedEvents), false)
})

test("a foreign action is detected, however soon after an own one", () => {
  const element = new Element()
  const expectedEvents = new ExpectedEvents()
  OWN.play(element, expectedEvents)
  assert.ok(deliver(element, expectedEvents))
  element.pause()
  assert.equal(deliver(element, expectedEvents), false)
  expectedEvents.expect("seeked", 10)
  element.seek(10)
  element.landed()
  assert.ok(deliver(element, expectedEvents))
  element.seek(50)
  element.landed()
  assert.equal(deliver(element, expectedEvents), false)
  element.setRate(2)
  assert.equal(deliver(element, expectedEvents), false)
})
