// @ts-check
/**
 * Times of fragmented MP4 for players that move pictures with negative composition offsets.
 *
 * Fragments of CMAF begin with decode time 0, so that B-frames are shown before the time at which they are decoded:
 * their offsets are negative. GStreamer, with which WebKitGTK plays, moves all pictures of a fragment until none is, by
 * 83 ms with two B-frames, and the sound stays. Here each offset becomes larger and the decode time of the fragment
 * smaller by the same amount, so that nothing is left to move.
 *
 * Decode times cannot be negative. In a file all times are a second later, which has to be taken off again. In
 * the player GStreamer takes a negative one for 584 years, and shows nothing: the first pictures of a film are decoded
 * in shorter steps instead.
 */

import { boxesOf, each } from "./mp4_boxes.js"

export const LATER_S = 1

const MOST_RUNS = 100 // in a part of a track; one is usual

const PER_SAMPLE = [0x100, 0x200, 0x400, 0x800] // duration, size, flags, composition offset
const [HAS_DURATION, , , HAS_OFFSET] = PER_SAMPLE

/** @typedef {import("./mp4_boxes.js").Box} Box */
/** `duration`: of samples that have none of their own; `behind`: how much earlier pictures are decoded. */
/** @typedef {{scale: number, duration: number, behind: number}} Track */
/** The samples of a track in a fragment. @typedef {{track: Track, moof: Box, traf: Box, tfdt: Box, runs: Run[]}} Part */
/** Four bytes. @typedef {{at: number, value: number}} Insertion */

export class CompositionTimes {
  /** By track id. @type {Map<number, Track>} */
  tracks = new Map()

  /**
   * Return an initialisation segment, or fragments with times that begin later by `laterS`. Those without negative
   * offsets stay as they are. The bytes may be changed.
   * @param {Uint8Array} bytes
   * @param {number} [offsetS] that the player adds to all times
   * @returns {{bytes: Uint8Array, laterS: number}}
   */
  move(bytes, offsetS = 0) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const boxes = boxesOf(bytes, view)
    for (const trak of each(boxes, "trak")) this.#learn(view, trak)
    for (const trex of each(boxes, "trex")) {
      const track = this.tracks.get(view.getUint32(trex.at + 4))
      if (track) track.duration = view.getUint32(trex.at + 12)
    }
    const parts = each(boxes, "moof").flatMap((moof) =>
      each(moof.inside, "traf").map((traf) => this.#part(view, moof, traf)),
    )
    for (const part of parts) if (part) part.track.behind = Math.max(part.track.behind, neededBehind(part))
    // Without the description of each track, what belongs together would be torn apart.
    if (parts.includes(null) || !parts.some((part) => part && behindOf(part))) return { bytes, laterS: 0 }
    /** @type {Insertion[]} */
    const insertions = []
    for (const part of parts) if (part) movePart(view, part, offsetS, insertions)
    return { bytes: inserted(bytes, insertions), laterS: LATER_S }
  }

  /** @param {DataView} view @param {Box} trak */
  #learn(view, trak) {
    const [tkhd] = each(trak.inside, "tkhd")
    const [mdhd] = each(trak.inside, "mdhd")
    if (!tkhd || !mdhd) return
    const id = view.getUint32(tkhd.at + (view.getUint8(tkhd.at) ? 20 : 12))
    const scale = view.getUint32(mdhd.at + (view.getUint8(mdhd.at) ? 20 : 12))
    this.tracks.set(id, { scale, duration: 0, behind: 0 })
  }

  /** @param {DataView} view @param {Box} moof @param {Box} traf @returns {Part | null} */
  #part(view, moof, traf) {
    const [tfhd] = each(traf.inside, "tfhd")
    const [tfdt] = each(traf.inside, "tfdt")
    const track = tfhd && this.tracks.get(view.getUint32(tfhd.at + 4))
    if (!track || !tfdt) return null
    const duration = durationIn(view, tfhd) ?? track.duration
    const runs = each(traf.inside, "trun").map((box) => new Run(view, box, duration))
    return runs.length > MOST_RUNS ? null : { track, moof, traf, tfdt, runs }
  }
}

/** One box "trun". */
class Run {
  /** @param {DataView} view @param {Box} box @param {number} duration of samples that have none of their own */
  constructor(view, box, duration) {
    this.view = view
    this.box = box
    this.duration = duration
    this.flags = view.getUint32(box.at) & 0xffffff
    this.size = 4 * PER_SAMPLE.filter((flag) => this.has(flag)).length
    this.begin = box.at + 8 + (this.has(1) ? 4 : 0) + (this.has(4) ? 4 : 0)
    const room = this.size ? Math.floor((box.end - this.begin) / this.size) : 0
    this.count = Math.min(view.getUint32(box.at + 4), Math.max(0, room))
  }

  /** @param {number} flag */
  has(flag) {
    return (this.flags & flag) !== 0
  }

  /** @param {number} i */
  durationOf(i) {
    return this.has(HAS_DURATION) ? this.view.getUint32(this.begin + i * this.size) : this.duration
  }

  /** The last number of a sample. @param {number} i */
  offset(i) {
    return this.view.getInt32(this.begin + (i + 1) * this.size - 4)
  }

  /** @param {number} i @param {number} by */
  addToOffset(i, by) {
    this.view.setInt32(this.begin + (i + 1) * this.size - 4, this.offset(i) + by)
  }

  leastOffset() {
    let least = 0
    if (this.has(HAS_OFFSET)) for (let i = 0; i < this.count; i++) least = Math.min(least, this.offset(i))
    return least
  }

  /**
   * Give each sample its duration; a run without durations becomes longer.
   * @param {number[]} durations
   * @param {Part} part
   * @param {Insertion[]} insertions
   */
  setDurations(durations, { moof, traf }, insertions) {
    const { view, box, begin, size } = this
    if (this.has(HAS_DURATION))
      return durations.forEach((duration, i) => view.setUint32(begin + i * size, duration))
    view.setUint32(box.at, view.getUint32(box.at) | HAS_DURATION)
    durations.forEach((value, i) => insertions.push({ at: begin + i * size, value }))
    const longer = 4 * durations.length
    for (const grown of [box, traf, moof]) view.setUint32(grown.at - 8, view.getUint32(grown.at - 8) + longer)
    // The data of all runs lie behind the box that has grown.
    for (const other of each(moof.inside, "trun"))
      if (view.getUint32(other.at) & 1) view.setInt32(other.at + 8, view.getInt32(other.at + 8) + longer)
  }
}

/** @param {Part} part */
function neededBehind({ runs }) {
  return runs.every((run) => run.has(HAS_OFFSET)) ? -Math.min(0, ...runs.map((run) => run.leastOffset())) : 0
}

/** A part without offsets shows each picture when it is decoded. @param {Part} part */
function behindOf({ track, runs }) {
  return runs.length && runs.every((run) => run.has(HAS_OFFSET)) ? track.behind : 0
}

/** @param {DataView} view @param {Part} part @param {number} offsetS @param {Insertion[]} insertions */
function movePart(view, part, offsetS, insertions) {
  const { track, tfdt, runs } = part
  const behind = behindOf(part)
  const before = decodeTimes(readTime(view, tfdt), runs)
  const after = behind ? earlier(before, behind, Math.max(0, Math.ceil(-offsetS * track.scale))) : before
  writeTime(view, tfdt, after[0] + LATER_S * track.scale)
  if (!behind) return
  let first = 0
  for (const run of runs) {
    const durations = []
    for (let i = 0; i < run.count; i++) {
      run.addToOffset(i, before[first + i] - after[first + i])
      durations.push(after[first + i + 1] - after[first + i])
    }
    if (durations.some((duration, i) => duration !== run.durationOf(i)))
      run.setDurations(durations, part, insertions)
    first += run.count
  }
}

/** Those of all samples, and when the last ends. @param {number} time of the first @param {Run[]} runs */
function decodeTimes(time, runs) {
  const times = [time]
  for (const run of runs) for (let i = 0; i < run.count; i++) times.push((time += run.durationOf(i)))
  return times
}

/**
 * The first steps become shorter where times would be below the least. Each is at most twice as long as the one before:
 * WebKit drops what follows a longer one up to the next key frame.
 * @param {number[]} times
 * @param {number} behind
 * @param {number} least
 */
function earlier(times, behind, least) {
  const moved = times.map((time) => time - behind)
  const within = moved.findIndex((time, i) => i + 1 < moved.length && time - least >= moved[i + 1] - time)
  if (moved[0] >= least || within < 0) return moved
  const unit = (moved[within] - least) / (2 ** within - 1)
  return moved.map((time, i) => (i < within ? least + Math.floor((2 ** i - 1) * unit) : time))
}

/** @param {Uint8Array} bytes @param {Insertion[]} insertions in order @returns {Uint8Array} */
function inserted(bytes, insertions) {
  if (!insertions.length) return bytes
  const longer = new Uint8Array(bytes.length + 4 * insertions.length)
  const view = new DataView(longer.buffer)
  let from = 0
  insertions.forEach(({ at, value }, i) => {
    longer.set(bytes.subarray(from, at), from + 4 * i)
    view.setUint32(at + 4 * i, value)
    from = at
  })
  longer.set(bytes.subarray(from), from + 4 * insertions.length)
  return longer
}

/** @param {DataView} view @param {Box} tfdt */
function readTime(view, tfdt) {
  return view.getUint8(tfdt.at) ? Number(view.getBigUint64(tfdt.at + 4)) : view.getUint32(tfdt.at + 4)
}

/** @param {DataView} view @param {Box} tfdt @param {number} time */
function writeTime(view, tfdt, time) {
  if (view.getUint8(tfdt.at)) view.setBigUint64(tfdt.at + 4, BigInt(time))
  else view.setUint32(tfdt.at + 4, time)
}

/** The duration of a fragment's samples, null if it is not given. @param {DataView} view @param {Box} tfhd */
function durationIn(view, tfhd) {
  const flags = view.getUint32(tfhd.at) & 0xffffff
  if (!(flags & 8)) return null
  return view.getUint32(tfhd.at + 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0))
}
