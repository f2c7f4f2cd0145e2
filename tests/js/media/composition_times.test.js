import assert from "node:assert/strict"
import { test } from "node:test"

import { CompositionTimes, LATER_S } from "../../../static/js/core/media/composition_times.js"
import { playsWithGStreamer } from "../../../static/js/core/media/gstreamer.js"
import { withExactTimes } from "../../../static/js/page/streams/hls_buffer.js"

const FRAME = 1000
const SCALE = 24 * FRAME
const VIDEO = 1
const SOUND = 2
const OFFSETS = [0, 3, 0, -2, -1] // I P B b b, as ffmpeg writes them: shown at 0, 4, 2, 1, 3
const u32 = (value) => [24, 16, 8, 0].map((bits) => (value >>> bits) & 255)
const box = (type, ...parts) => {
  const content = parts.flat()
  return [...u32(content.length + 8), ...[...type].map((each) => each.charCodeAt(0)), ...content]
}
const flags = (value) => u32(value)

function track(id) {
  return box(
    "trak",
    box("tkhd", flags(0), u32(0), u32(0), u32(id)),
    box("mdia", box("mdhd", flags(0), u32(0), u32(0), u32(SCALE))),
  )
}

const INIT = box(
  "moov",
  track(VIDEO),
  track(SOUND),
  box("mvex", box("trex", flags(0), u32(VIDEO), u32(1), u32(FRAME), u32(0), u32(0))),
)

/** A track of a fragment; `durations`: its samples have their own. */
function part(id, time, offsets, durations = null) {
  const has = 1 | (durations ? 0x100 : 0) | 0x200 | (offsets ? 0x800 : 0)
  const count = offsets?.length ?? 1
  const samples = Array.from({ length: count }, (_, i) => [
    ...(durations ? u32(durations[i] * FRAME) : []),
    ...u32(100 + i),
    ...(offsets ? u32(offsets[i] * FRAME) : []),
  ])
  return box(
    "traf",
    box("tfhd", flags(0x20000), u32(id)),
    box("tfdt", flags(0), u32(time * FRAME)),
    box("trun", flags(has), u32(count), u32(1000), ...samples),
  )
}

const fragment = (...parts) => [...box("moof", ...parts), ...box("mdat", [1, 2, 3, 4])]

/** What a player reads of the fragments: times of each sample, and where their data begin. */
function read(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found = []
  const walk = (from, to) => {
    for (let at = from; at < to; at += view.getUint32(at)) {
      const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
      if (["moof", "traf"].includes(type)) walk(at + 8, at + view.getUint32(at))
      if (type === "tfdt") found.push({ time: view.getUint32(at + 12), shown: [], decoded: [] })
      if (type === "trun") readRun(at + 8, found.at(-1))
      if (type === "mdat") found.push({ data: [...bytes.subarray(at + 8, at + 12)], after: at })
    }
  }
  const readRun = (at, track_) => {
    const has = view.getUint32(at)
    track_.dataAt = view.getInt32(at + 8)
    let [entry, time] = [at + 12, track_.time]
    for (let i = 0; i < view.getUint32(at + 4); i++) {
      const duration = has & 0x100 ? view.getUint32(entry) : FRAME
      entry += (has & 0x100 ? 4 : 0) + 4
      const offset = has & 0x800 ? view.getInt32(entry) : 0
      entry += has & 0x800 ? 4 : 0
      track_.decoded.push(time)
      track_.shown.push(time + offset)
      time += duration
    }
  }
  walk(0, bytes.length)
  return found
}

function moved(...fragments) {
  const times = new CompositionTimes()
  times.move(Uint8Array.from(INIT))
  return fragments.map((each) => read(times.move(Uint8Array.from(each))))
}

const LATER = LATER_S * SCALE
const later = (frames) => frames.map((frame) => frame * FRAME + LATER)

for (const durations of [null, [1, 1, 1, 1, 1]])
  test(`no picture is shown before it is decoded, and each in its time (${durations ? "own" : "no"} durations)`, () => {
    const [[first, data], [second]] = moved(
      fragment(part(VIDEO, 0, OFFSETS, durations)),
      fragment(part(VIDEO, 240, OFFSETS, durations)),
    )
    assert.deepEqual(first.shown, later([0, 4, 2, 1, 3]))
    assert.deepEqual(second.shown, later([240, 244, 242, 241, 243]))
    for (const { shown, decoded } of [first, second]) {
      assert.ok(decoded.every((time, i) => time <= shown[i]))
      assert.ok(decoded.every((time, i) => i === 0 || time > decoded[i - 1]))
      assert.ok(decoded[0] >= LATER)
    }
    assert.deepEqual(data.data, [1, 2, 3, 4])
    assert.equal(second.decoded[0], LATER + 238 * FRAME)
    assert.equal(first.dataAt, durations ? 1000 : 1000 + 4 * OFFSETS.length)
  })

test("sound and pictures without offsets are moved with them", () => {
  const [[video, sound]] = moved(fragment(part(VIDEO, 0, OFFSETS), part(SOUND, 7, null)))
  assert.deepEqual(video.shown, later([0, 4, 2, 1, 3]))
  assert.deepEqual(sound.shown, later([7]))
  const growth = 4 * OFFSETS.length
  assert.deepEqual([video.dataAt, sound.dataAt], [1000 + growth, 1000 + growth])
})

test("pictures are in time, also in a fragment that reorders more than the first", () => {
  const [, [deeper]] = moved(fragment(part(VIDEO, 0, [0, 0])), fragment(part(VIDEO, 48, [0, 1, -1])))
  assert.deepEqual(deeper.shown, later([48, 50, 49]))
})

test("cut and strange boxes stay as they are", () => {
  const whole = Uint8Array.from(fragment(part(VIDEO, 0, OFFSETS)))
  for (let length = 0; length < whole.length; length++) {
    const times = new CompositionTimes()
    times.move(Uint8Array.from(INIT))
    const cut = times.move(whole.slice(0, length))
    assert.ok(cut.length >= length)
  }
  assert.deepEqual(new CompositionTimes().move(whole.slice()), whole) // no such track
  assert.deepEqual(new CompositionTimes().move(new Uint8Array(64).fill(255)), new Uint8Array(64).fill(255))
})

test("WebKitGTK plays with GStreamer, Safari and the others do not", () => {
  const safari = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"
  assert.ok(playsWithGStreamer(`Mozilla/5.0 (X11; Linux x86_64) ${safari}`))
  assert.ok(!playsWithGStreamer(`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${safari}`))
  assert.ok(
    !playsWithGStreamer("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"),
  )
  assert.ok(
    !playsWithGStreamer("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Version/4.0 Mobile Safari"),
  )
  assert.ok(!playsWithGStreamer("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"))
})

test("the buffer takes off what was added, of pictures only", () => {
  const appended = []
  const Exact = withExactTimes(
    class {
      onBufferAppending(_event, { type, data, offset }) {
        appended.push({ type, data, offset })
      }
    },
  )
  const buffer = new Exact()
  buffer.onBufferAppending("", { type: "video", data: Uint8Array.from(INIT) })
  buffer.onBufferAppending("", {
    type: "video",
    data: Uint8Array.from(fragment(part(VIDEO, 0, OFFSETS))),
    offset: -5,
  })
  buffer.onBufferAppending("", { type: "audio", data: Uint8Array.from(INIT), offset: -5 })
  assert.deepEqual(
    appended.map(({ offset }) => offset),
    [-LATER_S, -5 - LATER_S, -5],
  )
  assert.deepEqual(read(appended[1].data)[0].shown, later([0, 4, 2, 1, 3]))
})
