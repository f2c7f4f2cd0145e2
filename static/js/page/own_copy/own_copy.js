// @ts-check
/**
 * Own copies in a room: a viewer chooses a file on this device, which plays in place of the room's media. Only the
 * result of its comparison with the room's media is reported, with the status of the player.
 */

import { isHost } from "../../core/room/rights.js"
import { compareCopies } from "../../core/own_copy/comparison.js"
import { CHANGES } from "../../core/protocol.js"
import { request } from "../lib/api.js"

import { chosenFiles, forgetCopy, rememberCopy, rememberedCopy } from "../sources/own_copies.js"
import { showNotice, withdrawNotice } from "../ui/notices.js"
import { mountCopyDialog } from "./copy_dialog.js"
import { choiceNotice, failedNotice, othersNotice } from "./copy_messages.js"
import { pickFile, readLocalFile, release } from "../lib/local_file.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").Media} Media */
/** @typedef {import("../../core/own_copy/comparison.js").Copy} Copy */
/** @typedef {import("../../core/own_copy/comparison.js").Likeness} Likeness */
/** @typedef {import("../lib/local_file.js").LocalFile} LocalFile */

/** @type {WeakMap<Room, OwnCopies>} */
const byRoom = new WeakMap()

/** One instance for each room. @param {Room} room */
export function ownCopiesOf(room) {
  const found = byRoom.get(room) ?? new OwnCopies(room)
  byRoom.set(room, found)
  return found
}

export class OwnCopies {
  /** The file that plays now. @type {LocalFile | null} */
  local = null
  /** @type {Likeness | null} */
  likeness = null
  /** A file that the room is about to load. @type {LocalFile | null} */
  expected = null
  /** The address of the media that `local` belongs to. */
  address = ""
  /** @type {Set<() => void>} */
  watchers = new Set()
  shownToHost = ""

  /** @param {Room} room */
  constructor(room) {
    this.room = room
    for (const type of ["state", ...CHANGES]) room.on(type, () => this.#follow())
    for (const type of ["state", "presence", "member_left", "new_host"])
      room.on(type, () => this.#showOthers())
    this.dialog = mountCopyDialog(this)
    this.#follow()
    this.#showOthers()
  }

  /** @returns {Media | null} */
  get media() {
    return this.room.state?.timeline?.media ?? null
  }

  /** The duration of the host's copy, or of what the server has. */
  get roomDurationS() {
    return this.media?.duration ?? this.room.state?.timeline?.duration ?? null
  }

  get shiftS() {
    return this.room.player.copyShiftS
  }

  /** Choose a file, or show which one plays. To be called within a gesture. */
  async open() {
    if (this.local) this.dialog.open()
    else await this.choose()
  }

  /** @param {number} shiftS how much later this copy shows the same scene */
  shift(shiftS) {
    const { local, address } = this
    if (!local) return
    rememberCopy({ media: address, size: local.size, sha256: local.sha256, shiftS })
    this.room.player.copyShiftS = shiftS
    this.room.followTimeline()
    for (const update of this.watchers) update()
  }

  /** @param {() => void} update called when another file is used, or none */
  watch(update) {
    this.watchers.add(update)
    return () => this.watchers.delete(update)
  }

  /** Let the viewer choose a file and play it. To be called within a gesture. */
  async choose() {
    const { address } = this
    const file = await pickFile()
    if (!file) return
    try {
      const local = await readLocalFile(file)
      if (address === this.address) await this.#use(local)
      else release(local)
    } catch (error) {
      showNotice(failedNotice(error))
    }
  }

  /** Play the server's copy again, or none. */
  giveUp() {
    forgetCopy(this.address)
    this.#drop()
    this.#reopen()
  }

  /** The room is about to load this file, which is this viewer's own. @param {LocalFile} local */
  expect(local) {
    this.expected = local
  }

  /** The room plays something else. */
  #follow() {
    const media = this.media
    const address = media?.url ?? ""
    const expected = this.expected?.sha256 === media?.sha256 ? this.expected : null
    if (address === this.address && !expected) return this.#keepReport()
    this.#drop()
    this.address = address
    this.expected = null
    if (expected) this.#play(expected, "same", 0)
    else this.#report()
  }

  /** @param {LocalFile} local */
  async #use(local) {
    const { address } = this
    const likeness = compareCopies(local, await this.#roomCopy())
    if (address !== this.address) return release(local)
    const known = rememberedCopy(address)
    const again = known?.sha256 === local.sha256
    this.#drop()
    this.#play(local, likeness, again ? known.shiftS : 0)
    if (!again || likeness === "different")
      showNotice(choiceNotice(likeness, local, this.roomDurationS, () => this.dialog.open()))
  }

  /** What the file is compared with: of a library item the server knows more than the room. @returns {Promise<Copy>} */
  async #roomCopy() {
    const { media, roomDurationS: duration } = this
    if (!media || media.sha256 || media.source !== "library") return { ...media, duration }
    const found = await request(`/api/library/${media.item_id}/fingerprint/`).catch(() => null)
    return { duration, ...found }
  }

  /** @param {LocalFile} local @param {Likeness} likeness @param {number} shiftS */
  #play(local, likeness, shiftS) {
    this.local = local
    this.likeness = likeness
    chosenFiles.set(this.address, local)
    const { size, sha256 } = local
    rememberCopy({ media: this.address, size, sha256, shiftS })
    this.room.player.copyShiftS = shiftS
    this.#reopen()
  }

  #drop() {
    if (this.local) release(this.local)
    chosenFiles.delete(this.address)
    this.local = null
    this.likeness = null
    this.room.player.copyShiftS = 0
    this.room.player.sources.ownCopies = new Set(chosenFiles.keys())
  }

  #reopen() {
    const { player } = this.room
    player.sources.ownCopies = new Set(chosenFiles.keys())
    this.room.followTimeline()
    player.retry()
    this.#report()
  }

  /** The same media were loaded again: the player has forgotten the comparison. */
  #keepReport() {
    if (this.room.player.copy !== this.#status) this.#report()
  }

  /** What the status report says about the copy. */
  get #status() {
    const isMissing = this.media?.source === "own" && !this.local
    return this.likeness ?? (isMissing ? "missing" : null)
  }

  /** The status report says how the copy compares, before the next heartbeat. */
  #report() {
    const { local, roomDurationS } = this
    this.room.player.copy = this.#status
    this.room.player.copyLongerS =
      this.likeness === "different" ? (local?.duration ?? NaN) - (roomDurationS ?? NaN) : null
    this.room.player.callbacks.urgent()
    for (const update of this.watchers) update()
  }

  /** For the host: whose copy differs, and who has none. */
  #showOthers() {
    const notice = isHost(this.room.state) ? othersNotice(this.room) : null
    const text = notice?.text ?? ""
    if (text === this.shownToHost) return
    this.shownToHost = text
    if (notice) showNotice(notice)
    else withdrawNotice("others-copies")
  }
}
