import assert from "node:assert/strict"
import { test } from "node:test"
import { CueIndex, MAX_SHOWN } from "../../../static/js/core/captions/cue_index.js"
import { each } from "../random.js"

const cue = (startS, endS) => ({ startS, endS, nodes: ["x"], place: "bottom", align: "center" })

const anyCues = (random, most) => {
  const cues = Array.from({ length: random.int(0, most) }, () => {
    const startS = random.int(0, 200) / 4
    return cue(startS, startS + random.int(1, random.chance(0.1) ? 400 : 20) / 4)
  })
  return cues.sort((a, b) => a.startS - b.startS)
}

test("the cues at a position are those that have begun and not ended, the newest of them", () =>
  each(300, (random) => {
    const cues = anyCues(random, 40)
    const index = new CueIndex(cues)
    for (let n = 0; n < 20; n++) {
      const positionS = random.int(-4, 440) / 4 // also exactly at starts and ends
      const expected = cues.filter(({ startS, endS }) => startS <= positionS && positionS < endS)
      assert.deepEqual(index.activeAt(positionS), expected.slice(-MAX_SHOWN))
    }
  }))

test("until the next change the same cues are shown, and at it others", () =>
  each(300, (random) => {
    const index = new CueIndex(anyCues(random, 12))
    const positionS = random.between(-1, 110)
    const nextS = index.nextChangeAfter(positionS)
    assert.ok(nextS > positionS)
    const shown = index.activeAt(positionS)
    const untilS = nextS === Infinity ? 1e6 : nextS
    for (let n = 0; n < 10; n++)
      assert.deepEqual(index.activeAt(random.between(positionS, untilS - 1e-9)), shown)
    if (nextS !== Infinity)
      assert.notDeepEqual(
        index.activeAt(nextS).map(({ startS, endS }) => [startS, endS]),
        shown,
      )
  }))

test("a hundred thousand cues at once are found quickly", () => {
  const index = new CueIndex(Array.from({ length: 100_000 }, (_, i) => cue(i / 1e5, 1e5)))
  let visited = 0
  const ends = index.latestEnds
  index.latestEnds = new Proxy(ends, { get: (target, key) => (visited++, target[key]) })
  assert.equal(index.activeAt(50).length, MAX_SHOWN)
  assert.ok(visited < 20 * MAX_SHOWN * 2, `${visited} nodes`)
  visited = 0
  assert.equal(index.activeAt(1e6).length, 0)
  assert.ok(visited < 5, `${visited} nodes`)
})

test("without cues nothing is shown and nothing changes", () => {
  const index = new CueIndex([])
  assert.deepEqual(index.activeAt(5), [])
  assert.equal(index.nextChangeAfter(5), Infinity)
})
