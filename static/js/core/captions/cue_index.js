// @ts-check
/**
 * Finds the cues that are shown at a time, and when that changes next, in O(log n) for each cue found: cues in the order
 * of their starts, with a tree of the latest end below each node. Neither long cues nor many at once make it slow.
 */

/** More cues at once would cover the picture. */
export const MAX_SHOWN = 8

/** @typedef {import("./cues.js").Cue} Cue */

export class CueIndex {
  /** @param {Cue[]} cues sorted by start */
  constructor(cues) {
    this.cues = cues
    this.starts = Float64Array.from(cues, (cue) => cue.startS)
    let size = 1
    while (size < cues.length) size *= 2
    this.size = size
    /** The latest end below each node of a binary tree; node 1 is the root, the leaves are the cues. */
    this.latestEnds = new Float64Array(2 * size).fill(-Infinity)
    cues.forEach((cue, i) => (this.latestEnds[size + i] = cue.endS))
    for (let i = size - 1; i > 0; i--)
      this.latestEnds[i] = Math.max(this.latestEnds[2 * i], this.latestEnds[2 * i + 1])
  }

  /** The cues that are shown at a position, oldest first; of too many the newest. @param {number} positionS */
  activeAt(positionS) {
    /** @type {Cue[]} */
    const found = []
    this.#collect(1, 0, this.size, this.#begunBy(positionS), positionS, found)
    return found.reverse()
  }

  /** When another cue begins or one of those shown ends; infinity after the last. @param {number} positionS */
  nextChangeAfter(positionS) {
    const nextStart = this.starts[this.#begunBy(positionS)] ?? Infinity
    return Math.min(nextStart, ...this.activeAt(positionS).map((cue) => cue.endS))
  }

  /** How many cues have begun at a position. @param {number} positionS */
  #begunBy(positionS) {
    let [low, high] = [0, this.starts.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.starts[middle] <= positionS) low = middle + 1
      else high = middle
    }
    return low
  }

  /**
   * Add the cues of a node's range [from, to) that have begun and not ended, the newest first.
   * @param {number} node
   * @param {number} from
   * @param {number} to
   * @param {number} begun
   * @param {number} positionS
   * @param {Cue[]} found
   */
  #collect(node, from, to, begun, positionS, found) {
    if (from >= begun || found.length >= MAX_SHOWN || this.latestEnds[node] <= positionS) return
    if (to - from === 1) return void found.push(this.cues[from])
    const middle = (from + to) / 2
    this.#collect(2 * node + 1, middle, to, begun, positionS, found)
    this.#collect(2 * node, from, middle, begun, positionS, found)
  }
}
