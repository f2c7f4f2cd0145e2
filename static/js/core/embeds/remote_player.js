// @ts-check
/**
 * A player in a frame, with the members of a media element that the room's player uses. Like a media element
 * it takes a command as done at once.
 */

import { SLEW_WITHIN_MS } from "./step_rate_control.js"
import { RemoteState } from "./remote_state.js"

const AHEAD_GUESS_S = 5 // buffered ahead of a playing player that does not report it
const PLACED_WITHIN_S = 0.15 // a seek reloads: a burst after the start costs less

/** @typedef {{length: number, start: (index: number) => number, end: (index: number) => number}} Ranges */
/** @typedef {import("./remote_state.js").RemoteCommand} RemoteCommand */

export class RemotePlayer extends RemoteState {
  preservesPitch = true
  networkState = 2 // MEDIA: it loads when it likes
  #rate = 1
  #volume = 1
  #muted = false

  /**
   * @param {(command: RemoteCommand) => void} send
   * @param {import("./remote_state.js").Clocks} clocks
   */
  constructor(send, clocks) {
    super(clocks)
    this.send = send
    this.addEventListener("loadedmetadata", () => this.#sendSettings())
  }

  /** Commands from before the player was ready are lost. */
  #sendSettings() {
    this.send({ do: "volume", volume: this.#volume })
    this.send({ do: "muted", muted: this.#muted })
    if (this.#rate !== 1) this.send({ do: "rate", rate: this.#rate })
  }

  /** @param {RemoteCommand} command that changes whether or where it plays */
  #command(command) {
    this.commandedMs = this.now()
    this.send(command)
  }

  /** What the controllers treat differently from a media element. */
  get inFrame() {
    const { playedRate } = this
    return { playedRate, slewWithinMs: SLEW_WITHIN_MS, placedWithinS: PLACED_WITHIN_S }
  }

  get ended() {
    return this.state === "ended" && this.seek === null
  }

  get seeking() {
    return this.seek !== null
  }

  get duration() {
    return this.live ? Infinity : this.durationS
  }

  get readyState() {
    if (this.error || this.state === "loading") return 0
    if (this.state === "unstarted" && !this.paused) return 0
    if (this.state !== "buffering" && !this.seeking) return 4
    return this.paused ? 2 : 1 // some players load on only when they play
  }

  /** @returns {Ranges} */
  get buffered() {
    if (this.state === "buffering") return rangeTo(0)
    const loadedS = this.loadedShare * (this.durationS || 0)
    return rangeTo(this.clock.moving ? Math.max(loadedS, this.currentTime + AHEAD_GUESS_S) : loadedS)
  }

  /** @returns {Ranges} */
  get seekable() {
    return rangeTo(this.live ? 0 : this.durationS || Infinity)
  }

  get currentTime() {
    return this.startS ?? this.seek?.toS ?? this.clock.positionAt(this.now())
  }

  /** @param {number} toS */
  set currentTime(toS) {
    if (this.hasStarted) this.#seekTo(toS)
    else {
      this.startS = toS
      this.fire("canplay")
    }
  }

  /** @param {number} toS */
  #seekTo(toS) {
    const wasEnded = this.state === "ended"
    this.seek = { toS, sinceMs: this.now() }
    this.#command({ do: "seek", toS })
    if (wasEnded && this.paused) this.#command({ do: "pause" }) // a seek starts a player that has ended
  }

  get playbackRate() {
    return this.#rate
  }

  /** @param {number} rate */
  set playbackRate(rate) {
    this.#rate = rate
    this.send({ do: "rate", rate })
    this.fire("ratechange")
  }

  get volume() {
    return this.#volume
  }

  /** @param {number} volume */
  set volume(volume) {
    this.#volume = volume
    this.send({ do: "volume", volume })
  }

  get muted() {
    return this.#muted
  }

  /** @param {boolean} muted */
  set muted(muted) {
    this.#muted = muted
    this.send({ do: "muted", muted })
  }

  /** @returns {Promise<void>} rejected like a media element's if the browser refuses */
  play() {
    this.setPaused(false)
    if (this.startS !== null) this.#seekTo(this.startS)
    this.startS = null
    this.#command({ do: "play" })
    this.settlePlay(new DOMException("play() was called again", "AbortError"))
    return new Promise((resolve, reject) => {
      this.pendingPlay = { resolve, reject }
    })
  }

  pause() {
    if (this.paused) return
    this.setPaused(true)
    this.settlePlay(new DOMException("pause() was called", "AbortError"))
    this.#command({ do: "pause" })
  }

  load() {}

  removeAttribute() {}
}

/** @param {number} endS @returns {Ranges} */
function rangeTo(endS) {
  return { length: endS > 0 ? 1 : 0, start: () => 0, end: () => endS }
}
