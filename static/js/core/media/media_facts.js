// @ts-check
/**
 * What is known of the medium that is in the element: where it can be taken, where its data ends, whether it
 * failed.
 */

import { DataEnd } from "./end_of_data.js"
import { failureOf, isLifted } from "./media_failure.js"
import { SeekBudget } from "./seek_budget.js"
import { Unaligned } from "./unaligned.js"

const FETCH_AGAIN_MS = 5000 // a failed medium is not fetched more often because the room moved

/** @typedef {import("../sync/target.js").Seen} Seen */
/** @typedef {import("../sync/sync_controller.js").Effect} Effect */

export class Medium {
  constructor() {
    this.seeks = new SeekBudget()
    this.dataEnd = new DataEnd()
    this.unaligned = new Unaligned()
    /** @type {import("./media_failure.js").Failure | null} */
    this.failure = null
    this.fetchedMs = -Infinity
    this.wantsFetch = false
  }

  /**
   * The element begins to fetch it. What was learned of it stays true where it is fetched again.
   * @param {boolean} again
   */
  fetched(again) {
    this.failure = null
    this.wantsFetch = false
    if (again) return
    this.seeks.newMedium()
    this.dataEnd.newMedium()
    this.unaligned.leave()
  }

  /**
   * The element cannot go on with it.
   * @param {Seen} seen
   * @param {boolean} retrying it will be fetched again
   */
  failed(seen, retrying) {
    this.dataEnd.look(seen)
    this.failure = failureOf(this.dataEnd, retrying)
    this.seeks.pending = null
  }

  /** `play()` says that the browser does not know the format. */
  refused() {
    this.failure ??= { kind: "unsupported", atS: null }
  }

  /** The room's motion changed. @param {import("../sync/timeline.js").TimelineState | null} timeline */
  roomMoved(timeline) {
    this.seeks.renew()
    this.#liftFailure(timeline)
  }

  /**
   * The room waits for its players, or goes on from there.
   * @param {import("../sync/timeline.js").TimelineState} timeline
   */
  roomWaited(timeline) {
    this.seeks.roomWaited()
    this.#liftFailure(timeline)
  }

  /** @param {import("../sync/timeline.js").TimelineState | null} timeline */
  #liftFailure(timeline) {
    this.wantsFetch ||= timeline !== null && this.failure !== null && isLifted(this.failure, timeline)
  }

  /** The viewer asks for another attempt. */
  forgive() {
    this.seeks.newMedium()
  }

  /** Whether a failed medium is to be fetched again now. @param {number} nowMs */
  takeFetch(nowMs) {
    const due = this.wantsFetch && nowMs - this.fetchedMs >= FETCH_AGAIN_MS
    this.wantsFetch = false
    if (due) this.fetchedMs = nowMs
    return due
  }

  /** Every seek of ours passes here. @param {Seen} seen @param {number} toS @param {Effect[]} effects */
  seek(seen, toS, effects) {
    effects.push({ do: "seek", toS })
    this.seeks.ask(seen, toS)
    this.dataEnd.placed(toS)
  }

  /**
   * One look at the element. `astray`: the seek under way led elsewhere. A seek that hangs is taken back.
   * @param {Seen} seen @param {Effect[]} effects @returns {"astray" | null}
   */
  look(seen, effects) {
    this.dataEnd.look(seen)
    const fromS = this.seeks.pending?.fromS ?? 0
    const news = this.seeks.look(seen)
    if (news === "hangs") this.seek(seen, fromS, effects)
    return news === "astray" || news === "hangs" ? "astray" : null
  }
}
