import assert from "node:assert/strict"
import { test } from "node:test"

import { CompositionTimes, LATER_S } from "../../../static/js/core/media/composition_times.js"
import { withExactTimes } from "../../../static/js/page/streams/hls_buffer.js"

const FRAME = 1000
const SCALE = 24 * FRAME
const [VIDEO, SOUND] = [1, 2]
const OFFSETS = [0, 3, 0, -2, -1] // I P B b b, as ffmpeg writes them: shown at 0, 4, 2, 1, 3
const NO_OFFSETS = [0, 0, 0, 0, 0]
const u32 = (value) => [24, 16, 8, 0].map((bits) => (value >>> bits) & 255)
const box = (type, ...parts) => {
  const content = parts.flat()
  return [...u32(content.length + 8), ...[...type].map((each) => each.charCodeAt(0)), ...content]
}
const bytesOf = (...boxes) => Uint8Array.from(boxes.flat())
const later = (frames) => frames.map((frame) => frame * FRAME + LATER_S * SCALE)
const now = (frames) => frames.map((frame) => frame * FRAME)

/** @param {number} version 0 or 1, of boxes with 32 or 64 bits for times */
function track(id, version = 0) {
  const times = version ? [u32(0), u32(0), u32(0), u32(0)] : [u32(0), u32(0)]
  return box(
    "trak",
    box("tkhd", u32(version << 24), ...times, u32(id)),
    box("mdia", box("mdhd", u32(version << 24), ...times, u32(SCALE))),
  )
}

const INIT = box(
  "moov",
  track(VIDEO),
  track(SOUND, 1),
  box("mvex", box("trex", u32(0), u32(VIDEO), u32(1), u32(FRAME), u32(0), u32(0))),
)

/** A track of a fragment; `flags`: what its samples have beside their offsets. */
function part(id, time, offsets, { flags = 0x300, version = 0 } = {}) {
  const count = offsets?.length ?? 1
  const has = 1 | flags | (offsets ? 0x800 : 0)
  const others = [0x100, 0x200, 0x400].filter((flag) => flags & flag)
  const samples = Array.from({ length: count }, (_, i) => [
    ...others.flatMap((flag) => u32(flag === 0x100 ? FRAME : 7)),
    ...(offsets ? u32(offsets[i] * FRAME) : []),
  ])
  return box(
    "traf",
    box("tfhd", u32(0x20000), u32(id)),
    box("tfdt", u32(version << 24), ...(version ? [u32(0)] : []), u32(time * FRAME)),
    box("trun", u32(has), u32(count), u32(1000), ...samples.flat()),
  )
}

const fragment = (...parts) => [...box("moof", ...parts), ...box("mdat", [1, 2, 3, 4])]

/** What a player reads of each track of the fragments: when each sample is decoded and shown, and where its data are. */
function read(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found = []
  const walk = (from, to) => {
    for (let at = from; at < to; at += view.getUint32(at)) {
      const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
      if (["moof", "traf"].includes(type)) walk(at + 8, at + view.getUint32(at))
      if (type === "tfdt") found.push({ time: view.getUint32(at + (view.getUint8(at + 8) ? 16 : 12)) })
      if (type === "trun") Object.assign(found.at(-1), readRun(view, at + 8, found.at(-1).time))
    }
  }
  walk(0, bytes.length)
  return found
}

function readRun(view, at, time) {
  const has = view.getUint32(at)
  const size = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => has & flag).length
  const found = { dataAt: view.getInt32(at + 8), decoded: [], shown: [], offsets: [], end: time }
  for (let i = 0, entry = at + 12; i < view.getUint32(at + 4); i++, entry += size) {
    const offset = has & 0x800 ? view.getInt32(entry + size - 4) : 0
    found.decoded.push(found.end)
    found.shown.push(found.end + offset)
    found.offsets.push(offset)
    found.end += has & 0x100 ? view.getUint32(entry) : FRAME
  }
  return found
}

function opened() {
  const times = new CompositionTimes()
  assert.equal(times.move(bytesOf(INIT)).laterS, 0)
  return times
}

/** Move fragments of one film, one after the other. */
function moved(...fragments) {
  const times = opened()
  return fragments.map((each) => {
    const { bytes, laterS } = times.move(bytesOf(each))
    return { laterS, tracks: read(bytes) }
  })
}

const FLAGS = [0x300, 0x200, 0x700, 0]
for (const flags of FLAGS)
  for (const version of [0, 1])
    test(`no offset is negative, and each picture is in its time (flags ${flags}, version ${version})`, () => {
      const found = moved(
        fragment(part(VIDEO, 0, OFFSETS, { flags, version })),
        fragment(part(VIDEO, 240, OFFSETS, { flags, version })),
      )
      const shown = [
        [0, 4, 2, 1, 3],
        [240, 244, 242, 241, 243],
      ]
      found.forEach(({ laterS, tracks: [video] }, i) => {
        assert.equal(laterS, LATER_S)
        assert.deepEqual(video.shown, later(shown[i]))
        assert.ok(Math.min(...video.offsets) >= 0)
        assert.ok(video.decoded.every((time, at) => at === 0 || time > video.decoded[at - 1]))
      })
      const [first, second] = found.map(({ tracks }) => tracks[0])
      assert.deepEqual(second.decoded, later([238, 239, 240, 241, 242]))
      // no decode time is negative in the player: the first pictures are decoded in shorter steps
      assert.deepEqual(first.decoded.slice(3), later([1, 2]))
      assert.equal(first.decoded[0], LATER_S * SCALE)
      assert.equal(first.end, LATER_S * SCALE + 3 * FRAME)
      // where the steps had to be written into the box, what follows it is further away
      assert.equal(first.dataAt, flags & 0x100 ? 1000 : 1000 + 4 * OFFSETS.length)
    })

test("a film that begins later in its own time is decoded from there", () => {
  const bytes = bytesOf(fragment(part(VIDEO, 240, OFFSETS)))
  const [video] = read(opened().move(bytes, -240 / 24).bytes)
  assert.deepEqual(video.shown, later([240, 244, 242, 241, 243]))
  assert.equal(video.decoded[0], LATER_S * SCALE + 240 * FRAME)
  assert.deepEqual(video.decoded.slice(3), later([241, 242]))
})

test("data without negative offsets stay as they are", () => {
  for (const offsets of [null, NO_OFFSETS, [2, 5, 2, 0, 1]]) {
    const bytes = bytesOf(fragment(part(VIDEO, 48, offsets)))
    const before = bytes.slice()
    assert.deepEqual(opened().move(bytes), { bytes: before, laterS: 0 })
  }
})

test("sound beside the pictures is moved with them", () => {
  const [{ tracks }] = moved(fragment(part(VIDEO, 0, OFFSETS), part(SOUND, 7, null)))
  assert.deepEqual(tracks[0].shown, later([0, 4, 2, 1, 3]))
  assert.deepEqual(tracks[1].shown, later([7]))
})

test("later fragments are in time too, whether they reorder less, more or nothing", () => {
  const [, less, more, nothing] = moved(
    fragment(part(VIDEO, 0, OFFSETS)),
    fragment(part(VIDEO, 48, NO_OFFSETS)),
    fragment(part(VIDEO, 96, [0, 4, -3, 0, 0])),
    fragment(part(VIDEO, 144, null)),
  )
  assert.deepEqual(less.tracks[0].shown, later([48, 49, 50, 51, 52]))
  assert.deepEqual(less.tracks[0].decoded, later([46, 47, 48, 49, 50])) // in step with the first
  assert.deepEqual(more.tracks[0].shown, later([96, 101, 95, 99, 100]))
  assert.equal(nothing.laterS, 0)
  assert.deepEqual(nothing.tracks[0].shown, now([144]))
})

test("fragments of one append are moved together", () => {
  const [{ laterS, tracks }] = moved([
    ...fragment(part(VIDEO, 0, NO_OFFSETS)),
    ...fragment(part(VIDEO, 5, OFFSETS)),
    ...fragment(part(VIDEO, 10, null)),
  ])
  assert.equal(laterS, LATER_S)
  assert.deepEqual(
    tracks.map(({ shown }) => shown),
    [later([0, 1, 2, 3, 4]), later([5, 9, 7, 6, 8]), later([10])],
  )
})

test("cut, strange and undescribed data stay as they are", () => {
  const whole = bytesOf(fragment(part(VIDEO, 0, OFFSETS), part(SOUND, 0, null)))
  const moofEnd = whole.length - 12
  for (let length = 0; length < moofEnd; length++) {
    const cut = whole.slice(0, length)
    assert.deepEqual(opened().move(cut), { bytes: whole.slice(0, length), laterS: 0 })
  }
  const stays = (bytes, times = opened()) => {
    const before = bytes.slice()
    assert.deepEqual(times.move(bytes), { bytes: before, laterS: 0 })
  }
  stays(whole.slice(), new CompositionTimes())
  stays(bytesOf(fragment(part(VIDEO, 0, OFFSETS), part(9, 0, null))))
  stays(new Uint8Array(64).fill(255))
  const run = box("trun", u32(0x800), u32(1), u32(-FRAME))
  const many = box(
    "traf",
    box("tfhd", u32(0), u32(VIDEO)),
    box("tfdt", u32(0), u32(0)),
    ...Array(101).fill(run),
  )
  stays(bytesOf(fragment(many)))
})

test("the buffer takes off what was added, of pictures only", () => {
  const appended = []
  const Exact = withExactTimes(
    class {
      onBufferAppending(_event, { offset }) {
        appended.push(offset)
      }
    },
  )
  const buffer = new Exact()
  const append = (type, data, offset) => buffer.onBufferAppending("", { type, data: bytesOf(data), offset })
  append("video", INIT)
  append("video", fragment(part(VIDEO, 0, OFFSETS)), -5)
  append("video", fragment(part(VIDEO, 5, OFFSETS)))
  append("video", fragment(part(VIDEO, 10, OFFSETS)), -1 / 3)
  append("video", fragment(part(VIDEO, 10, null)), -5)
  append("audio", fragment(part(SOUND, 0, null)), -5)
  append("video", box("moof", box("traf", box("tfhd"))), -5) // too short
  const second = -LATER_S
  assert.deepEqual(appended, [undefined, second - 5, second, second - 0.333333, -5, -5, -5])
})
