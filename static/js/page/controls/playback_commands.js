// @ts-check
/**
 * Playback commands from buttons, sliders and keys: shown immediately, sent at a limited rate, and always the
 * latest one. Until the room responds, the requested value is shown; then the room's own timeline.
 *
 * A member who watches alone moves only their own player. If the room does not keep its players in sync, a
 * member with control moves the room as well: for members who join, and for when it is kept in sync again.
 */

import { ErrorCode } from "../../core/protocol.js"
import { LatestCommand } from "../../core/room/pending_commands.js"
import { limitOf } from "../../core/sync/timeline.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { mayControl } from "../room/members.js"
import { showNotice, showRefusal } from "../ui/notices.js"

const SEEK_GAP_MS = 500
const TOGGLE_GAP_MS = 200
const RATE_GAP_MS = 200

/** @typedef {import("../room/session.js").RoomSession} Room */

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
    /** @type {LatestCommand<boolean>} */
    this.wantedPlaying = new LatestCommand(TOGGLE_GAP_MS)
    /** @type {LatestCommand<number>} */
    this.wantedS = new LatestCommand(SEEK_GAP_MS)
    /** @type {LatestCommand<number>} */
    this.wantedRate = new LatestCommand(RATE_GAP_MS)
    /** @type {Set<() => void>} */
    this.watchers = new Set()
    room.on("state", () =>
      [this.wantedPlaying, this.wantedS, this.wantedRate].forEach((command) => command.snapshotReceived()),
    )
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

  /** Whether commands are sent to the room. */
  get #told() {
    return this.governs && this.room.player.following
  }

  get #revision() {
    return this.room.state?.revision ?? 0
  }

  get hasMedia() {
    return Boolean(this.room.state?.timeline?.media)
  }

  get playing() {
    if (this.alone) return !this.room.player.paused
    const phase = this.room.state?.timeline?.phase
    return this.wantedPlaying.shown(this.#revision) ?? (phase === "playing" || phase === "holding")
  }

  get positionS() {
    return (
      this.wantedS.shown(this.#revision) ?? (this.alone ? this.room.player.position : this.room.position())
    )
  }

  /**
   * What the bar shows: at an estimated end the room's clock runs on for a moment, while no medium may be
   * left.
   */
  get shownS() {
    return Math.min(this.positionS, this.durationS ?? Infinity)
  }

  get rate() {
    if (this.alone) return this.room.player.rate
    return this.wantedRate.shown(this.#revision) ?? this.room.state?.timeline?.rate ?? 1
  }

  /**
   * The duration of the media, if known. If this player is beyond it, the duration that the file claims, and
   * at least the player's position.
   */
  get durationS() {
    const { state, player } = this.room
    const durationS = state?.timeline?.duration ?? player.duration()
    if (!durationS || !Number.isFinite(durationS)) return null
    if (!state?.timeline || limitOf(state.timeline) !== Infinity || player.position <= durationS)
      return durationS
    return Math.max(player.position, player.duration() ?? 0)
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
    if (this.#told) this.#want(this.wantedPlaying, playing, (wanted) => this.#toggle(wanted))
    this.#changed()
  }

  /** @param {number} positionS */
  seekTo(positionS) {
    if (!this.allowed || !this.hasMedia) return
    const wantedS = Math.min(Math.max(positionS, 0), this.durationS ?? Infinity)
    this.room.player.seekHere(wantedS)
    if (this.#told) this.#want(this.wantedS, wantedS, (current_time) => this.#say("seek", { current_time }))
    this.#changed()
  }

  /** @param {number} seconds */
  seekBy(seconds) {
    this.seekTo(this.positionS + seconds)
  }

  /** @param {number} rate */
  setRate(rate) {
    this.room.player.rateHere(rate)
    if (this.#told) this.#want(this.wantedRate, rate, (wanted) => this.#say("set_rate", { rate: wanted }))
    this.#changed()
  }

  /**
   * @template T
   * @param {LatestCommand<T>} command
   * @param {T} value
   * @param {(value: T) => Promise<any>} say
   */
  #want(command, value, say) {
    command.request(value)
    void this.#send(command, say)
  }

  /**
   * @template T
   * @param {LatestCommand<T>} command
   * @param {(value: T) => Promise<any>} say
   */
  async #send(command, say) {
    const nowMs = performance.now()
    const sent = command.toSend(nowMs)
    const waitMs = command.waitMs(nowMs)
    if (waitMs !== null) setTimeout(() => void this.#send(command, say), waitMs)
    if (!sent) return
    try {
      command.accepted(sent.number, (await say(sent.value)).revision)
    } catch (refusal) {
      this.#refused(command, sent.number, say, refusal)
    }
    this.#changed()
  }

  /**
   * @template T
   * @param {LatestCommand<T>} command
   * @param {number} number
   * @param {(value: T) => Promise<any>} say
   * @param {any} refusal
   */
  #refused(command, number, say, refusal) {
    const again =
      refusal.code === ErrorCode.RateLimited &&
      command.rateLimited(number, refusal.retry_after_ms ?? 0, performance.now())
    if (again) return void this.#send(command, say)
    command.rejected(number)
    showRefusal(refusal)
  }

  /** @param {boolean} playing */
  #toggle(playing) {
    const again = playing && this.room.state?.timeline?.phase === "ended"
    return this.#say(playing ? "play" : "pause", { current_time: again ? 0 : this.positionS })
  }

  /**
   * @param {string} type
   * @param {object} payload
   */
  #say(type, payload) {
    return this.room.say(type, { ...payload, at: this.room.serverNow() })
  }

  #changed() {
    for (const look of this.watchers) look()
  }
}

const NOTICE_MS = 4000

/** @param {import("../room/session.js").RoomSession} room */
export function askForControl(room) {
  room.say("ask_control", {}).catch(showRefusal)
  showNotice({
    key: "asked",
    text: gettext("You asked for control. The host sees it now."),
    lastsMs: NOTICE_MS,
  })
}

/** After a key or a press that only moves the room. @param {import("../room/session.js").RoomSession} room */
export function showWhoControls(room) {
  const { room: facts, members, timeline } = room.state ?? {}
  if (!facts || !timeline?.media) return
  const host = members?.get(facts.host_id ?? "")?.username
  const others = facts.control_policy === "moderators"
  const text = !host
    ? gettext("Nobody controls what plays just now.")
    : interpolate(
        others
          ? gettext("{name} and the moderators control what plays.")
          : gettext("{name} controls what plays."),
        { name: host },
      )
  const act = host ? { text: gettext("Ask for control"), run: () => askForControl(room) } : undefined
  showNotice({ key: "view-only", text, act, lastsMs: NOTICE_MS })
}
