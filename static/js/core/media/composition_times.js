// @ts-check
/**
 * Times of fragmented MP4 for players that read no negative composition offsets.
 *
 * Fragments of ffmpeg (CMAF) begin with decode time 0, so that B-frames are shown before the time at which they are
 * decoded: their offsets are negative. GStreamer, with which WebKitGTK plays, moves the whole picture until none is, by
 * 83 ms with two B-frames, and the sound stays. Here decode times are moved back instead, and the first ones, which
 * cannot be negative either, follow each other at once. All times are a second later, which the buffer takes off again:
 * WebKit moves a first picture that begins within 0.1 s to 0.
 */

export const LATER_S = 1

const PER_SAMPLE = [0x100, 0x200, 0x400, 0x800] // duration, size, flags, composition offset
const [HAS_DURATION, , , HAS_OFFSET] = PER_SAMPLE
const CONTAINERS = ["moov", "trak", "mdia", "mvex", "moof", "traf"]
const MOST_BOXES = 10_000

/** @typedef {{type: string, at: number, end: number, inside: Box[]}} Box */
/**
 * `duration`: of samples that have none of their own; `behind`: by how much decode times are moved back.
 * @typedef {{scale: number, duration: number, behind: number | null}} Track
 */

export class CompositionTimes {
  /** By track id. @type {Map<number, Track>} */
  tracks = new Map()

  /**
   * Return an initialisation segment or fragments with times that begin later by `LATER_S`. The bytes may be changed.
   * @param {Uint8Array} bytes
   * @returns {Uint8Array}
   */
  move(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const boxes = boxesOf(bytes, view)
    for (const trak of each(boxes, "trak")) this.#learn(view, trak)
    for (const trex of each(boxes, "trex")) {
      const track = this.tracks.get(view.getUint32(trex.at + 4))
      if (track) track.duration = view.getUint32(trex.at + 12)
    }
    /** @type {Insertion[]} */
    const insertions = []
    for (const moof of each(boxes, "moof"))
      for (const traf of each(moof.inside, "traf")) this.#moveTrack(view, moof, traf, insertions)
    return inserted(bytes, insertions)
  }

  /** @param {DataView} view @param {Box} trak */
  #learn(view, trak) {
    const [tkhd] = each(trak.inside, "tkhd")
    const [mdhd] = each(trak.inside, "mdhd")
    if (!tkhd || !mdhd) return
    const idAt = tkhd.at + (view.getUint8(tkhd.at) ? 20 : 12)
    const scaleAt = mdhd.at + (view.getUint8(mdhd.at) ? 20 : 12)
    this.tracks.set(view.getUint32(idAt), { scale: view.getUint32(scaleAt), duration: 0, behind: null })
  }

  /** @param {DataView} view @param {Box} moof @param {Box} traf @param {Insertion[]} insertions */
  #moveTrack(view, moof, traf, insertions) {
    const [tfhd] = each(traf.inside, "tfhd")
    const [tfdt] = each(traf.inside, "tfdt")
    const track = tfhd && this.tracks.get(view.getUint32(tfhd.at + 4))
    if (!track || !tfdt) return
    const runs = each(traf.inside, "trun").map(
      (box) => new Run(view, box, durationIn(view, tfhd) ?? track.duration),
    )
    const withOffsets = runs.every((run) => run.has(HAS_OFFSET) && (run.has(HAS_DURATION) || run.duration))
    if (withOffsets) track.behind ??= Math.max(0, -Math.min(...runs.map((run) => run.leastOffset())))
    const behind = withOffsets ? (track.behind ?? 0) : 0
    const decodeTime = readTime(view, tfdt)
    writeTime(view, tfdt, Math.max(0, decodeTime - behind) + LATER_S * track.scale)
    if (!behind) return
    let was = decodeTime
    let is = Math.max(0, decodeTime - behind)
    for (const run of runs) {
      const durations = []
      for (let i = 0; i < run.count; i++) {
        run.setOffset(i, was + run.offset(i) - is)
        was += run.durationOf(i)
        const next = Math.max(is + 1, was - behind)
        durations.push(next - is)
        is = next
      }
      if (durations.some((duration, i) => duration !== run.durationOf(i)))
        run.setDurations(durations, { moof, traf, insertions })
    }
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

  /** @param {number} i */
  offset(i) {
    return this.view.getInt32(this.begin + (i + 1) * this.size - 4)
  }

  /** @param {number} i @param {number} offset */
  setOffset(i, offset) {
    this.view.setInt32(this.begin + (i + 1) * this.size - 4, offset)
  }

  leastOffset() {
    let least = 0
    for (let i = 0; i < this.count; i++) least = Math.min(least, this.offset(i))
    return least
  }

  /**
   * Give each sample its duration; a run without durations becomes longer.
   * @param {number[]} durations
   * @param {{moof: Box, traf: Box, insertions: Insertion[]}} inside
   */
  setDurations(durations, { moof, traf, insertions }) {
    const { view, box, begin, size } = this
    if (this.has(HAS_DURATION))
      return durations.forEach((duration, i) => view.setUint32(begin + i * size, duration))
    view.setUint32(box.at, view.getUint32(box.at) | HAS_DURATION)
    durations.forEach((duration, i) => insertions.push({ at: begin + i * size, value: duration }))
    const longer = 4 * durations.length
    for (const grown of [box, traf, moof]) view.setUint32(grown.at - 8, view.getUint32(grown.at - 8) + longer)
    // The data of all runs lie behind the box that has grown.
    for (const other of each(moof.inside, "trun"))
      if (view.getUint32(other.at) & 1) view.setInt32(other.at + 8, view.getInt32(other.at + 8) + longer)
  }
}

/** @typedef {{at: number, value: number}} Insertion four bytes */

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

/** All boxes of a type, at any depth. @param {Box[]} boxes @param {string} type @returns {Box[]} */
function each(boxes, type) {
  return boxes.flatMap((box) => [...(box.type === type ? [box] : []), ...each(box.inside, type)])
}

/** `at` and `end` are those of a box's content. @param {Uint8Array} bytes @param {DataView} view @returns {Box[]} */
function boxesOf(bytes, view, from = 0, to = bytes.length, depth = 0) {
  /** @type {Box[]} */
  const boxes = []
  let at = from
  while (at + 8 <= to && boxes.length < MOST_BOXES) {
    const size = view.getUint32(at) || to - at
    if (size < 8 || at + size > to) break // 64-bit sizes and cut boxes: nothing behind them is changed
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    const end = at + size
    const inside =
      CONTAINERS.includes(type) && depth < CONTAINERS.length
        ? boxesOf(bytes, view, at + 8, end, depth + 1)
        : []
    boxes.push({ type, at: at + 8, end, inside })
    at = end
  }
  return boxes
}
