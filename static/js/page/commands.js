// @ts-check
/**
 * The playback commands as a person gives them, by button, slider or key: shown at once, sent seldom, and always the
 * last one. Until the room has answered, what was asked for is shown; the answer is the room's own timeline.
 *
 * Who watches alone moves their own player and nobody else's. Only where the room itself keeps nobody in step does
 * whoever controls it move the room as well: for those who come, and for when it is kept in step again.
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

  /** Whether the room obeys. */
  get governs() {
    return mayControl(this.room.state)
  }

  /** Whether the buttons do anything. */
  get allowed() {
    return this.governs || this.alone
  }

  /** Whether they move the player at this device. */
  get alone() {
    return this.room.player.alone
  }

  /** Whether they are told to the room. */
  get #told() {
    return this.governs && this.room.player.following
  }

  get hasMedia() {
    return Boolean(this.room.state?.timeline?.media)
  }

  get playing() {
    if (this.alone) return !this.room.player.paused
    const phase = this.room.state?.timeline?.phase
    return this.wantedPlaying ?? (phase === "playing" || phase === "holding")
  }

  get positionS() {
    return this.wantedS ?? (this.alone ? this.room.player.position : this.room.position())
  }

  get rate() {
    return this.alone ? this.room.player.rate : this.room.state?.timeline?.rate ?? 1
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
    const playing = !this.playing
    this.room.player.playHere(playing)
    if (this.#told) {
      this.wantedPlaying = playing
      this.sendToggle(playing)
    }
    this.#changed()
  }

  /** @param {number} positionS */
  seekTo(positionS) {
    if (!this.allowed || !this.hasMedia) return
    const wantedS = Math.min(Math.max(positionS, 0), this.durationS ?? Infinity)
    this.room.player.seekHere(wantedS)
    if (this.#told) {
      this.wantedS = wantedS
      this.sendSeek(wantedS)
    }
    this.#changed()
  }

  /** @param {number} seconds */
  seekBy(seconds) {
    this.seekTo(this.positionS + seconds)
  }

  /** @param {number} rate */
  setRate(rate) {
    this.room.player.rateHere(rate)
    if (this.#told) this.#say("set_rate", { rate, at: this.room.serverNow() })
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
