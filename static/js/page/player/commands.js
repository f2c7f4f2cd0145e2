// @ts-check
/**
 * What a person asks of the player, by button, slider, key or headset. Playing asks for the sound; nothing
 * else does.
 */

import { isProvisional } from "../../core/player/optimistic.js"
import { Command } from "../../core/protocol.js"
import { showNotice, showRefusal, withdrawNotice } from "../ui/notices.js"
import { gettext } from "../lib/i18n.js"
import { unlockElements } from "../player_audio/track.js"

const AGAIN_S = 3 // later than this, Previous means this one from its beginning
const STALE = "stale"
const UNDECIDED_MS = 30_000 // after that theirs is kept

/** @typedef {import("./session.js").PlayerSession} PlayerSession */
/** @typedef {import("../../core/protocol.js").Item} Item */

export class Commands {
  /** @param {PlayerSession} player */
  constructor(player) {
    this.player = player
  }

  // ---------------------------------------------------------------- playing

  get playing() {
    return this.player.state.is_playing
  }

  get canPlay() {
    return this.player.state.entries.length > 0
  }

  toggle() {
    if (this.playing) this.pause()
    else this.resume()
  }

  resume() {
    if (!this.canPlay) return
    this.takeSound()
    this.#say(Command.Resume)
  }

  pause() {
    return this.#say(Command.Pause, this.#whereItIs())
  }

  /** Only the tab that sounds knows it better than the timeline. */
  #whereItIs() {
    const { player } = this
    const { current } = player.state
    const position = player.sound.here ? player.output.positionS : null
    return position === null || current === null || isProvisional(current)
      ? {}
      : { entry_id: current, position }
  }

  /** Take the audio focus into this tab and resume if paused. */
  playHere() {
    if (this.playing) this.takeSound()
    else this.resume()
  }

  takeSound() {
    unlockElements()
    this.player.output.halted = false
    this.player.sound.take()
  }

  /** If the item is the current one, continue it here. @param {Item} item */
  playItem(item) {
    if (this.player.item?.id === item.id) return this.playHere()
    this.player.knows([item])
    this.takeSound()
    this.#say(Command.PlayTrack, { item_id: item.id })
  }

  /**
   * Play several items from the first one; if it is the current one and the others follow it, continue.
   * @param {Item[]} items
   */
  playAll(items) {
    const { entries, current } = this.player.state
    const from = entries.findIndex(({ id }) => id === current)
    if (from >= 0 && items.every(({ id }, place) => entries[from + place]?.item === id))
      return this.playHere()
    this.player.knows(items)
    this.takeSound()
    return this.#say(Command.PlayTrack, { item_ids: items.map(({ id }) => id) })
  }

  /** @param {string} entryId */
  playEntry(entryId) {
    this.takeSound()
    this.#say(Command.PlayTrack, { entry_id: entryId })
  }

  /** @param {boolean} [ended] it played to its end, and nobody pressed anything */
  next(ended = false) {
    this.#step(Command.Next, ended ? { ended } : {})
  }

  previous() {
    if (this.player.positionS() > AGAIN_S) this.seekTo(0)
    else this.#step(Command.Previous, {})
  }

  /** @param {string} type @param {object} more */
  #step(type, more) {
    const { current } = this.player.state
    if (current !== null) this.#say(type, { entry_id: current, ...more })
  }

  /** @param {number} positionS */
  seekTo(positionS) {
    if (this.player.state.current === null) return
    this.#say(Command.Seek, { position: Math.min(Math.max(positionS, 0), this.player.durationS ?? Infinity) })
  }

  /** @param {number} seconds */
  seekBy(seconds) {
    this.seekTo(this.player.positionS() + seconds)
  }

  /** @param {number} rate */
  setRate(rate) {
    this.#say(Command.SetRate, { rate })
  }

  /** @param {string} repeat */
  setRepeat(repeat) {
    this.#say(Command.SetRepeat, { repeat })
  }

  // ---------------------------------------------------------------- the queue

  /** @param {Item[]} items @param {boolean} [next] behind what is on */
  add(items, next = false) {
    this.player.knows(items)
    return this.#say(
      Command.QueueAdd,
      next ? { item_ids: items.map(({ id }) => id), next } : { item_ids: items.map(({ id }) => id) },
    )
  }

  /** @param {string} entryId */
  remove(entryId) {
    this.#say(Command.QueueRemove, { entry_id: entryId })
  }

  /** @param {string} entryId @param {string | null} before */
  move(entryId, before) {
    this.#say(Command.QueueMove, { entry_id: entryId, before })
  }

  clear() {
    this.#say(Command.QueueClear)
  }

  undo() {
    this.#say(Command.Undo)
  }

  redo() {
    this.#say(Command.Redo)
  }

  // ---------------------------------------------------------------- devices

  /** @param {string} device @param {"replace" | "merge"} how */
  continueHere(device, how) {
    this.takeSound()
    return this.#say(Command.ContinueHere, { device, how })
  }

  /** @param {string} device */
  forget(device) {
    return this.#say(Command.ForgetDevice, { device })
  }

  // ---------------------------------------------------------------- what becomes of it

  /** @param {string} type @param {Record<string, any>} [payload] */
  async #say(type, payload = {}) {
    withdrawNotice(STALE)
    try {
      return await this.player.say(type, payload)
    } catch (refusal) {
      if (/** @type {any} */ (refusal).code === STALE) this.#askWhose(type, payload)
      else showRefusal(refusal)
      return null
    }
  }

  /**
   * The command was based on a state that has changed since.
   * @param {string} type
   * @param {Record<string, any>} payload
   */
  #askWhose(type, payload) {
    const { base_revision: _, ...own } = payload
    showNotice({
      key: STALE,
      text: gettext("Changed in another tab"),
      tone: "warn",
      rank: 4,
      lastsMs: UNDECIDED_MS,
      act: { text: gettext("Use mine"), run: () => void this.#say(type, own) },
      other: { text: gettext("Keep theirs"), run: () => {} },
    })
  }
}
