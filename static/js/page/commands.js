// @ts-check
/**
 * The playback commands as a person gives them, by button, slider or key: shown at once, sent seldom, and always the
 * last one. Until the room has answered, what was asked for is shown; the answer is the room's own timeline.
 */

import { mayControl } from "./authority.js"
import { announceRefusal } from "./problems.js"
import { lastWithin } from "./throttle.js"

const SEEK_GAP_MS = 500
const TOGGLE_GAP_MS = 200
const SHOWN_ON_MS = 200 // after the answer, until the change it speaks of has arrived as well

/** @typedef {import("./room_types.js").Room} Room */

/** @type {WeakMap<Room, Commands>} */
const given = new WeakMap()

/** One per room, so that keys and buttons share one brake. @param {Room} room */
export function commandsOf(room) {
  const commands = given.get(room) ?? new Commands(room)
  given.set(room, commands)
  return commands
}

export class Commands {
  /** @param {Room} room */
  constructor(room) {
    this.room = room
    /** @type {boolean | null} */
    this.wantedPlaying = null
    /** @type {number | null} */
    this.wantedS = null
    /** @type {Set<() => void>} */
    this.watchers = new Set()
    this.sendToggle = lastWithin(TOGGLE_GAP_MS, (/** @type {boolean} */ playing) => this.#toggle(playing))
    this.sendSeek = lastWithin(SEEK_GAP_MS, (/** @type {number} */ positionS) => this.#seek(positionS))
  }

  get allowed() {
    return mayControl(this.room.state)
  }

  get hasMedia() {
    return Boolean(this.room.state?.timeline?.media)
  }

  get playing() {
    const phase = this.room.state?.timeline?.phase
    return this.wantedPlaying ?? (phase === "playing" || phase === "holding")
  }

  get positionS() {
    return this.wantedS ?? this.room.position()
  }

  get durationS() {
    const durationS = this.room.state?.timeline?.duration ?? this.room.player.duration()
    return durationS && Number.isFinite(durationS) ? durationS : null
  }

  /** @param {() => void} look called whenever what is wanted has changed */
  watch(look) {
    this.watchers.add(look)
    return () => this.watchers.delete(look)
  }

  toggle() {
    if (!this.allowed || !this.hasMedia) return
    this.wantedPlaying = !this.playing
    this.#changed()
    this.sendToggle(this.wantedPlaying)
  }

  /** @param {number} positionS */
  seekTo(positionS) {
    if (!this.allowed || !this.hasMedia) return
    this.wantedS = Math.min(Math.max(positionS, 0), this.durationS ?? Infinity)
    this.#changed()
    this.sendSeek(this.wantedS)
  }

  /** @param {number} seconds */
  seekBy(seconds) {
    this.seekTo(this.positionS + seconds)
  }

  /** @param {number} rate */
  setRate(rate) {
    if (this.allowed) this.#say("set_rate", { rate, at: this.room.serverNow() })
  }

  /** @param {boolean} playing */
  async #toggle(playing) {
    const again = playing && this.room.state?.timeline?.phase === "ended"
    const current_time = again ? 0 : this.positionS
    await this.#say(playing ? "play" : "pause", { current_time, at: this.room.serverNow() })
    if (this.wantedPlaying === playing) this.wantedPlaying = null
    this.#changed()
  }

  /** @param {number} positionS */
  async #seek(positionS) {
    await this.#say("seek", { current_time: positionS, at: this.room.serverNow() })
    if (this.wantedS === positionS) this.wantedS = null
    this.#changed()
  }

  /**
   * @param {string} type
   * @param {object} payload
   */
  async #say(type, payload) {
    try {
      await this.room.say(type, payload)
      await new Promise(done => setTimeout(done, SHOWN_ON_MS))
    } catch (refusal) {
      announceRefusal(refusal)
    }
  }

  #changed() {
    for (const look of this.watchers) look()
  }
}
