// @ts-check
/**
 * Captions over what the room plays, for this viewer. Loaded when they are wanted: by the button, by its key, or because
 * the viewer had them on before.
 */

import { readCaptions } from "../../core/captions/caption_file.js"
import { chooseTrack } from "../../core/captions/track_choice.js"
import { disposeAll, loadStyle } from "../lib/dom.js"
import { Emitter } from "../lib/emitter.js"
import { gettext } from "../lib/i18n.js"
import { showNotice } from "../ui/notices.js"
import { CaptionedWindow } from "./captioned_window.js"
import { CaptionDrawing } from "./drawing.js"
import { CaptionMenu } from "./menu.js"
import { CaptionSettings } from "./settings.js"
import { offerShared, shareTrack, withdrawTrack } from "./sharing.js"
import { streamTracks } from "./stream_tracks.js"
import { shiftMessage } from "./timing.js"
import {
  addressTrack,
  captionMessage,
  fileTrack,
  libraryTrack,
  plainMessage,
  sharedTrack,
  WAITING_EVENT,
} from "./tracks.js"

const NOTICE_MS = 6000
const MEDIA_CHANGES = ["state", "load", "timeline"]

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("./tracks.js").CaptionTrack} CaptionTrack */
/** @typedef {{captions: import("../../core/protocol.js").CaptionTrack[]}} Contents of a library item or an upload */

export class Captions extends Emitter {
  /** @param {HTMLButtonElement} button @param {Room} room */
  constructor(button, room) {
    super()
    this.room = room
    this.settings = new CaptionSettings()
    const stage = /** @type {HTMLElement} */ (button.closest("[data-stage]"))
    this.drawing = new CaptionDrawing(stage, room.player, {
      delayMs: () => this.offsetMs() + this.shiftMs,
      changed: (failed) => this.#report(failed ? plainMessage() : ""),
    })
    this.window = new CaptionedWindow(stage, {
      isWanted: () => this.chosen !== null,
      moved: () => this.drawing.moved(),
    })
    /** Of the media itself. @type {CaptionTrack[]} */
    this.mediaTracks = []
    /** Added by this viewer. @type {CaptionTrack[]} */
    this.ownTracks = []
    /** All, with those for everyone. @type {CaptionTrack[]} */
    this.tracks = []
    /** @type {CaptionTrack | null} */
    this.chosen = null
    /** By track id, for the present media. @type {Map<string, import("./drawing.js").Content>} */
    this.cues = new Map()
    this.followed = {}
    this.status = ""
    this.failed = false
    this.url = ""
    this.knownShiftMs = this.shiftMs
    /** @type {Set<string>} */
    this.knownShared = new Set()
    this.drawing.applySettings(this.settings.values)
    this.menu = new CaptionMenu(button, this)
    this.unmount = this.#watch()
    this.#onMedia()
    this.#onShared({ type: "room_changed", payload: {} })
  }

  #watch() {
    const waiting = (/** @type {Event} */ event) =>
      this.#report(/** @type {CustomEvent<string>} */ (event).detail)
    document.addEventListener(WAITING_EVENT, waiting)
    return disposeAll(
      () => document.removeEventListener(WAITING_EVENT, waiting),
      this.room.on("tracks", () => this.#listTracks()),
      this.room.on("player", () => this.drawing.timer.update()),
      ...MEDIA_CHANGES.map((type) => this.room.on(type, () => this.#onMedia())),
      ...["state", "room_changed", "load"].map((type) => this.room.on(type, (event) => this.#onRoom(event))),
      () => this.window.unmount(),
      () => this.drawing.remove(),
      () => this.menu.remove(),
    )
  }

  // ---------------------------------------------------------------- tracks

  /** @param {string} id */
  track(id) {
    return this.tracks.find((track) => track.id === id) ?? null
  }

  /** Captions belong to one medium: with another, those of the viewer's disk are gone too. */
  #onMedia() {
    const url = this.room.state.timeline?.media?.url ?? ""
    if (url === this.url) return
    this.url = url
    this.window?.close()
    this.cues.clear()
    this.mediaTracks = []
    this.ownTracks = []
    this.chosen = null
    this.drawing.clear()
    this.#listTracks()
    this.emit("timing")
  }

  /** @param {Contents | null} contents of the film that the room plays */
  setContents(contents) {
    this.mediaTracks = (contents?.captions ?? []).map(libraryTrack)
    this.#listTracks()
  }

  /** List the tracks again, and keep the viewer's choice, or choose for a viewer who wants captions. */
  #listTracks() {
    const { chosen } = this
    const shared = (this.room.state.room?.captions ?? []).map(sharedTrack)
    const asShared = (/** @type {CaptionTrack} */ { sharedId }) =>
      sharedId ? shared.find((other) => other.sharedId === sharedId) : undefined
    const inStream = streamTracks(this.room.player.sources.source)
    this.tracks = [
      ...this.mediaTracks,
      ...inStream,
      ...shared,
      ...this.ownTracks.filter((own) => !asShared(own)),
    ]
    const same = chosen && (asShared(chosen) ?? this.track(chosen.id))
    const known = chosen && this.cues.get(chosen.id)
    if (same && known) this.cues.set(same.id, known)
    const { values, languages } = this.settings
    if (same && known) this.chosen = same
    else if (!same) void this.#use(values.on ? chooseTrack(this.tracks, languages) : null)
    this.menu.show()
  }

  /** The viewer's choice, which is remembered. @param {CaptionTrack | null} track null: off */
  choose(track) {
    this.settings.update(
      track ? { on: true, language: track.language || this.settings.values.language } : { on: false },
    )
    return this.#use(track)
  }

  /** The key C. */
  toggle() {
    const track = this.chosen ? null : chooseTrack(this.tracks, this.settings.languages)
    if (!this.chosen && !track) {
      this.menu.open()
      this.#report(gettext("There are no captions yet. Add a file."))
    } else void this.choose(track)
  }

  /** @param {File} file @returns {Promise<boolean>} whether its captions are shown now */
  addFile(file) {
    return this.#add(fileTrack(file))
  }

  /** @param {string} address @returns {Promise<boolean>} whether its captions are shown now */
  async addAddress(address) {
    try {
      return await this.#add(addressTrack(address))
    } catch (error) {
      this.#report(captionMessage(error), true)
      return false
    }
  }

  /** A file that cannot be shown does not stay in the list. @param {CaptionTrack} track */
  async #add(track) {
    const [before, chosen] = [this.ownTracks, this.chosen]
    this.ownTracks = [...before.filter(({ id }) => id !== track.id), track]
    this.tracks = [...this.tracks.filter(({ id }) => id !== track.id), track]
    await this.choose(track)
    if (this.chosen === track) return true
    const { status } = this
    this.ownTracks = before
    this.tracks = this.tracks.filter((other) => other !== track)
    await this.#use(chosen)
    this.#report(status, true)
    return false
  }

  /** Give the chosen captions to everyone. */
  async share() {
    if (!this.chosen?.own) return
    this.#report(await shareTrack(this.room, this.chosen), true)
    this.#listTracks()
  }

  /** Take the chosen captions back from everyone. */
  async withdraw() {
    if (this.chosen?.sharedId) this.#report(await withdrawTrack(this.room, this.chosen.sharedId), true)
  }

  /** @param {any} event of the room */
  #onShared({ type, payload }) {
    const shared = this.room.state.room?.captions ?? []
    const added = shared.find(({ id }) => !this.knownShared.has(id))
    const isSame = !added && shared.length === this.knownShared.size
    this.knownShared = new Set(shared.map(({ id }) => id))
    if (isSame) return
    this.#listTracks()
    const track = added && this.track(`room:${added.id}`)
    const isOthers = type === "room_changed" && payload.user_id !== this.room.state.you?.user_id
    if (track && isOthers && !this.chosen) offerShared(payload.username ?? "", () => void this.choose(track))
  }

  /** Show a track. @param {CaptionTrack | null} track */
  async #use(track) {
    const { url } = this
    this.chosen = track
    this.#report("")
    if (!track || !this.cues.has(track.id)) this.drawing.clear()
    if (!track) return
    try {
      if (track.follow) return await this.#follow(track)
      const content = this.cues.get(track.id) ?? readCaptions(await track.bytes(), track.language)
      if (this.chosen !== track || this.url !== url) return
      this.cues.set(track.id, content)
      this.drawing.show(content, track.fonts)
      this.#report("")
    } catch (error) {
      if (this.chosen !== track) return
      this.chosen = null
      this.#report(captionMessage(error), true)
    }
  }

  /** Show captions that arrive while the stream plays. @param {CaptionTrack} track */
  async #follow(track) {
    const use = (this.followed = {})
    const list = await track.bytes()
    await track.follow?.(list, {
      positionS: () => this.drawing.timer.positionS,
      isWanted: () => this.chosen === track && this.followed === use,
      show: (cues) => this.drawing.show({ cues, script: "" }),
    })
  }

  /** Show a sentence in the menu, or as a notice if the menu is closed. @param {string} text */
  #report(text, failed = false) {
    this.status = text
    this.failed = failed
    this.menu?.show()
    if (text && failed && !this.menu.isOpen)
      showNotice({ key: "captions", text, tone: "warn", lastsMs: NOTICE_MS })
  }

  // ---------------------------------------------------------------- timing and look

  /** The shift for everyone. */
  get shiftMs() {
    return this.room.state.room?.caption_shift_ms ?? 0
  }

  /** This viewer's own offset. */
  offsetMs() {
    return this.settings.offsetMs(this.url)
  }

  /** @param {number} ms */
  setOffset(ms) {
    this.settings.setOffset(this.url, ms)
    this.drawing.timer.update()
    this.emit("timing")
  }

  /** @param {Partial<import("./settings.js").Values>} change */
  updateLook(change) {
    this.settings.update(change)
    this.drawing.applySettings(this.settings.values)
    this.menu.show()
  }

  /** @param {any} event of the room */
  #onRoom({ type, payload }) {
    this.#onShared({ type, payload })
    const { shiftMs } = this
    if (shiftMs === this.knownShiftMs) return
    this.knownShiftMs = shiftMs
    this.drawing.timer.update()
    this.emit("timing")
    const isOthers = type === "room_changed" && payload.user_id !== this.room.state.you?.user_id
    if (isOthers && this.chosen)
      showNotice({ key: "shift", text: shiftMessage(shiftMs, payload.username ?? ""), lastsMs: NOTICE_MS })
  }
}

/**
 * @param {HTMLButtonElement} button
 * @param {Room} room
 * @param {Contents | null} contents of the film that the room plays, if they are known
 */
export function mount(button, room, contents) {
  loadStyle(button.dataset.style)
  const captions = new Captions(button, room)
  captions.setContents(contents)
  return captions
}
