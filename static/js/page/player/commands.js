// @ts-check
/**
 * The user's commands to the player, by button, slider, key or headset. Only commands that play something take the
 * audio focus.
 */

import { isProvisional } from "../../core/player/optimistic.js"
import { Command } from "../../core/protocol.js"
import { showNotice, showRefusal, withdrawNotice } from "../ui/notices.js"
import { gettext } from "../lib/i18n.js"
import { unlockElements } from "../player_audio/track.js"

const RESTART_AFTER_S = 3 // later than this, Previous restarts the current track
const STALE = "stale"
const UNDECIDED_MS = 30_000 // after that the other tab's change is kept

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
    this.takeFocus()
    this.#send(Command.Resume)
  }

  pause() {
    return this.#send(Command.Pause, this.#audiblePosition())
  }

  /** Only the audible tab knows a more exact position than the timeline's. */
  #audiblePosition() {
    const { player } = this
    const { current } = player.state
    const position = player.sound.here ? player.output.positionS : null
    return position === null || current === null || isProvisional(current)
      ? {}
      : { entry_id: current, position }
  }

  /** Take the audio focus into this tab and resume if paused. */
  playHere() {
    if (this.playing) this.takeFocus()
    else this.resume()
  }

  takeFocus() {
    unlockElements()
    this.player.output.halted = false
    this.player.sound.take()
  }

  /** If the item is the current one, continue it here. @param {Item} item @param {number} [positionS] */
  playItem(item, positionS = 0) {
    if (this.player.item?.id === item.id) {
      if (positionS) this.seekTo(positionS)
      return this.playHere()
    }
    this.player.addItems([item])
    this.takeFocus()
    this.#send(Command.PlayTrack, { item_id: item.id, ...(positionS ? { position: positionS } : {}) })
  }

  /**
   * Play several items from the first one; if it is the current one and the others follow it, continue.
   * @param {Item[]} items
   */
  playAll(items) {
    const { entries, current } = this.player.state
    const from = entries.findIndex(({ id }) => id === current)
    if (from >= 0 && items.every(({ id }, i) => entries[from + i]?.item === id)) return this.playHere()
    this.player.addItems(items)
    this.takeFocus()
    return this.#send(Command.PlayTrack, { item_ids: items.map(({ id }) => id) })
  }

  /** @param {string} entryId */
  playEntry(entryId) {
    this.takeFocus()
    this.#send(Command.PlayTrack, { entry_id: entryId })
  }

  /** @param {boolean} [ended] the current track ended, and the user did nothing */
  next(ended = false) {
    this.#step(Command.Next, ended ? { ended } : {})
  }

  previous() {
    if (this.player.positionS() > RESTART_AFTER_S) this.seekTo(0)
    else this.#step(Command.Previous, {})
  }

  /** @param {string} type @param {object} more */
  #step(type, more) {
    const { current } = this.player.state
    if (current !== null) this.#send(type, { entry_id: current, ...more })
  }

  /** @param {number} positionS */
  seekTo(positionS) {
    if (this.player.state.current === null) return
    this.#send(Command.Seek, {
      position: Math.min(Math.max(positionS, 0), this.player.durationS ?? Infinity),
    })
  }

  /** @param {number} seconds */
  seekBy(seconds) {
    this.seekTo(this.player.positionS() + seconds)
  }

  /** @param {number} rate */
  setRate(rate) {
    this.#send(Command.SetRate, { rate })
  }

  /** @param {string} repeat */
  setRepeat(repeat) {
    this.#send(Command.SetRepeat, { repeat })
  }

  // ---------------------------------------------------------------- the queue

  /** @param {Item[]} items @param {boolean} [next] after the current track, not at the end */
  add(items, next = false) {
    this.player.addItems(items)
    return this.#send(
      Command.QueueAdd,
      next ? { item_ids: items.map(({ id }) => id), next } : { item_ids: items.map(({ id }) => id) },
    )
  }

  /** @param {string} entryId */
  remove(entryId) {
    this.#send(Command.QueueRemove, { entry_id: entryId })
  }

  /** @param {string} entryId @param {string | null} before */
  move(entryId, before) {
    this.#send(Command.QueueMove, { entry_id: entryId, before })
  }

  clear() {
    this.#send(Command.QueueClear)
  }

  undo() {
    this.#send(Command.Undo)
  }

  redo() {
    this.#send(Command.Redo)
  }

  // ---------------------------------------------------------------- devices

  /** @param {string} device @param {"replace" | "merge"} how */
  continueHere(device, how) {
    this.takeFocus()
    return this.#send(Command.ContinueHere, { device, how })
  }

  /** @param {string} device */
  forget(device) {
    return this.#send(Command.ForgetDevice, { device })
  }

  // ---------------------------------------------------------------- responses

  /** @param {string} type @param {Record<string, any>} [payload] */
  async #send(type, payload = {}) {
    withdrawNotice(STALE)
    try {
      return await this.player.say(type, payload)
    } catch (refusal) {
      if (/** @type {any} */ (refusal).code === STALE) this.#offerChoice(type, payload)
      else showRefusal(refusal)
      return null
    }
  }

  /**
   * The command was based on a state that has changed since.
   * @param {string} type
   * @param {Record<string, any>} payload
   */
  #offerChoice(type, payload) {
    const { base_revision: _, ...own } = payload
    showNotice({
      key: STALE,
      text: gettext("Changed in another tab"),
      tone: "warn",
      rank: 4,
      lastsMs: UNDECIDED_MS,
      act: { text: gettext("Use mine"), run: () => void this.#send(type, own) },
      other: { text: gettext("Keep theirs"), run: () => {} },
    })
  }
}
