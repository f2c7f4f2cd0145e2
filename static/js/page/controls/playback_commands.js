// @ts-check
/**
 * Playback commands from buttons, sliders and keys: sent at a limited rate, always the latest one. Until the room
 * responds, the requested value is shown; then the room's own timeline.
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
const commandsByRoom = new WeakMap()

/** One instance for each room, so that keys and buttons share its rate limit. @param {Room} room */
export function commandsOf(room) {
  const commands = commandsByRoom.get(room) ?? new Commands(room)
  commandsByRoom.set(room, commands)
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

  /** Whether the room accepts the user's commands. */
  get hasControl() {
    return mayControl(this.room.state)
  }

  /** Whether the buttons have an effect. */
  get allowed() {
    return this.hasControl || this.alone
  }

  /** Whether they control only the player in this page. */
  get alone() {
    return this.room.player.alone
  }

  /** Whether commands are sent to the room. */
  get #sendsToRoom() {
    return this.hasControl && this.room.player.following
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
   * The position that the bar shows: at an estimated end the room's timeline continues for a moment beyond the media.
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
    const followed = player.controller.timeline
    // media that were announced are not opened yet; a second screen opens none
    const isOther = followed && followed.media?.url !== state?.timeline?.media?.url
    const timeline = isOther ? followed : state?.timeline
    const durationS = timeline?.duration ?? player.duration()
    if (!durationS || !Number.isFinite(durationS)) return null
    if (!timeline || limitOf(timeline) !== Infinity || player.position <= durationS) return durationS
    return Math.max(player.position, player.duration() ?? 0)
  }

  /** @param {() => void} update called when a requested value changed */
  watch(update) {
    this.watchers.add(update)
    return () => this.watchers.delete(update)
  }

  toggle() {
    if (!this.allowed || !this.hasMedia) return
    const playing = !this.playing
    this.room.player.playHere(playing)
    if (this.#sendsToRoom) this.#request(this.wantedPlaying, playing, (wanted) => this.#toggle(wanted))
    this.#changed()
  }

  /** @param {number} positionS */
  seekTo(positionS) {
    if (!this.allowed || !this.hasMedia) return
    const wantedS = Math.min(Math.max(positionS, 0), this.durationS ?? Infinity)
    this.room.player.seekHere(wantedS)
    if (this.#sendsToRoom)
      this.#request(this.wantedS, wantedS, (current_time) => this.#sendToRoom("seek", { current_time }))
    this.#changed()
  }

  /** @param {number} seconds */
  seekBy(seconds) {
    this.seekTo(this.positionS + seconds)
  }

  /** @param {number} rate */
  setRate(rate) {
    this.room.player.rateHere(rate)
    if (this.#sendsToRoom)
      this.#request(this.wantedRate, rate, (wanted) => this.#sendToRoom("set_rate", { rate: wanted }))
    this.#changed()
  }

  /**
   * @template T
   * @param {LatestCommand<T>} command
   * @param {T} value
   * @param {(value: T) => Promise<any>} send
   */
  #request(command, value, send) {
    command.request(value)
    void this.#send(command, send)
  }

  /**
   * @template T
   * @param {LatestCommand<T>} command
   * @param {(value: T) => Promise<any>} send
   */
  async #send(command, send) {
    const nowMs = performance.now()
    const sent = command.toSend(nowMs)
    const waitMs = command.waitMs(nowMs)
    if (waitMs !== null) setTimeout(() => void this.#send(command, send), waitMs)
    if (!sent) return
    try {
      command.accepted(sent.number, (await send(sent.value)).revision)
    } catch (refusal) {
      this.#refused(command, sent.number, send, refusal)
    }
    this.#changed()
  }

  /**
   * @template T
   * @param {LatestCommand<T>} command
   * @param {number} number
   * @param {(value: T) => Promise<any>} send
   * @param {any} refusal
   */
  #refused(command, number, send, refusal) {
    const isRepeated =
      refusal.code === ErrorCode.RateLimited &&
      command.rateLimited(number, refusal.retry_after_ms ?? 0, performance.now())
    if (isRepeated) return void this.#send(command, send)
    command.rejected(number)
    showRefusal(refusal)
  }

  /** @param {boolean} playing */
  #toggle(playing) {
    const fromStart = playing && this.room.state?.timeline?.phase === "ended"
    return this.#sendToRoom(playing ? "play" : "pause", { current_time: fromStart ? 0 : this.positionS })
  }

  /**
   * @param {string} type
   * @param {object} payload
   */
  #sendToRoom(type, payload) {
    return this.room.say(type, { ...payload, at: this.room.serverNow() })
  }

  #changed() {
    for (const update of this.watchers) update()
  }
}

const NOTICE_MS = 4000

/** @param {import("../room/session.js").RoomSession} room */
export function askForControl(room) {
  room.say("ask_control", {}).catch(showRefusal)
  showNotice({
    key: "asked",
    text: gettext("You asked for control. The host sees it now."),
    rank: 1,
    lastsMs: NOTICE_MS,
  })
}

/** Explain why a key or click had no effect: the room follows only members with control. @param {Room} room */
export function showWhoControls(room) {
  const { room: settings, members, timeline } = room.state ?? {}
  if (!settings || !timeline?.media) return
  const host = members?.get(settings.host_id ?? "")?.username
  const alsoModerators = settings.control_policy === "moderators"
  const text = !host
    ? gettext("There is no host to control playback just now.")
    : interpolate(
        alsoModerators
          ? gettext("{name} and the moderators control what plays.")
          : gettext("{name} controls what plays."),
        { name: host },
      )
  const act = host ? { text: gettext("Ask for control"), run: () => askForControl(room) } : undefined
  showNotice({ key: "view-only", text, rank: 1, act, lastsMs: NOTICE_MS }) // not behind what others did
}
