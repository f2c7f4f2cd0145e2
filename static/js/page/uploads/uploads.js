// @ts-check
/**
 * Uploads to the room: choose a file, send it, follow its progress, play it. An upload goes on while the dialog is
 * closed; after a closed page it continues once the same file is chosen again.
 */

import { may } from "../../core/room/rights.js"
import { TransferRate } from "../../core/media/transfer_rate.js"
import { fetchJson, needsPreparation, request } from "../lib/api.js"
import { find } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { pickFile, readFingerprint } from "../lib/local_file.js"

import { refusalMessage, showNotice } from "../ui/notices.js"
import { createUpload, ResumableUpload } from "./resumable_upload.js"
import { UploadList } from "./upload_list.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("./upload_list.js").Shown} Shown */
/** @typedef {import("../../core/protocol.js").RoomUpload} UploadState as the server lists it */

const UPLOADS_AT = "/media/uploads/"
const REFRESH_MS = 1000 // while something arrives

/** @type {WeakMap<Room, Uploads>} */
const byRoom = new WeakMap()

/**
 * One instance for each room.
 * @param {HTMLDialogElement} dialog
 * @param {Room} room
 */
export function uploadsOf(dialog, room) {
  const found = byRoom.get(room) ?? new Uploads(dialog, room)
  byRoom.set(room, found)
  return found
}

class Uploads {
  /** @type {Map<string, UploadState>} */
  known = new Map()
  /** What this page sends, by id. @type {Map<string, {upload: ResumableUpload, rate: TransferRate, offset: number}>} */
  running = new Map()
  /** The files that were chosen in this page, by id. @type {Map<string, File>} */
  files = new Map()
  timer = 0
  /** @type {{unavailable: string | null, play_next: string | null} | null} */
  overview = null

  /** @param {HTMLDialogElement} dialog @param {Room} room */
  constructor(dialog, room) {
    this.dialog = dialog
    this.room = room
    this.address = `/api/rooms/${room.boot.room_id}/uploads/`
    this.list = new UploadList(find(dialog, "uploads"), (id, press) => void this.#pressed(id, press))
  }

  /** Choose a file and send it, or go on with it. To be called within a gesture. @param {string} title may be empty */
  async add(title) {
    const [file] = await Promise.all([pickFile(), this.refresh()])
    if (file) await this.#attempt(() => this.#begin(file, title))
  }

  /** @param {File} file @param {string} title */
  async #begin(file, title) {
    const fingerprint = await readFingerprint(file)
    const isSame = (/** @type {UploadState} */ { yours, state, size, sha256 }) =>
      yours && state === "arriving" && size === fingerprint.size && sha256 === fingerprint.sha256
    const unfinished = [...this.known.values()].find(isSame)
    const id =
      unfinished?.id ?? idOf(await createUpload(this.address, fingerprint, title || stemOf(file.name)))
    await this.refresh()
    await this.#send(id, file)
  }

  /** @param {string} id @param {File} file */
  async #send(id, file) {
    if (this.running.has(id)) return
    this.files.set(id, file)
    const upload = new ResumableUpload(`${this.address}${id}/`, file, (offset) =>
      this.#progressed(id, offset),
    )
    this.running.set(id, { upload, rate: new TransferRate(), offset: 0 })
    this.#show()
    try {
      const isSent = await upload.send()
      await this.refresh()
      if (isSent) this.#announce(id)
    } finally {
      this.running.delete(id)
      await this.refresh()
    }
  }

  /** @param {string} id @param {number} offset */
  #progressed(id, offset) {
    const state = this.known.get(id)
    const running = this.running.get(id)
    if (!state || !running) return
    if (offset < running.offset) running.rate.restart() // a piece was lost
    running.offset = offset
    running.rate.add(offset, performance.now())
    this.list.update(this.#shown(state))
  }

  /** @param {string} id */
  #announce(id) {
    const upload = this.known.get(id)
    if (!upload) return
    const text = interpolate(gettext("“{title}” is uploaded."), { title: upload.title })
    const play = { text: gettext("Play this"), run: () => void this.#pressed(id, "play") }
    const prepare = { text: gettext("Prepare and play when ready"), run: () => void this.#prepare(id) }
    if (upload.playable) showNotice({ key: "upload", text, act: play })
    else
      showNotice({
        key: "upload",
        text: `${text} ${upload.why}`,
        ...(needsPreparation(upload) && { act: prepare }),
      })
  }

  /** @param {string} id */
  #prepare(id) {
    return this.#attempt(async () => {
      await request(`${this.address}${id}/prepare/`, { play: true })
      await this.refresh()
    })
  }

  /** @param {string} id @param {import("./upload_list.js").Press} press */
  async #pressed(id, press) {
    const running = this.running.get(id)
    if (press === "pause") return running?.upload.pause()
    if (press === "resume") return this.#attempt(() => this.#resume(id))
    if (press === "play") return this.#attempt(() => this.#play(id))
    running?.upload.pause()
    await this.#attempt(() => fetchJson(`${this.address}${id}/`, "DELETE", "", {}))
    await this.refresh()
  }

  /** A page that did not begin the upload asks for its file. @param {string} id */
  async #resume(id) {
    const state = this.known.get(id)
    const file = this.files.get(id) ?? (await pickFile())
    if (!file || !state) return
    const { size, sha256 } = await readFingerprint(file)
    if (size !== state.size || sha256 !== state.sha256)
      throw new Error(gettext("This is another file than the one that was being uploaded."))
    await this.#send(id, file)
  }

  /** @param {string} id */
  async #play(id) {
    const state = this.known.get(id)
    if (!state) return
    await this.room.say("load", { media_url: state.url })
    this.dialog.close()
  }

  // ---------------------------------------------------------------- showing

  /** Read the list from the server, and again while something arrives. */
  async refresh() {
    clearTimeout(this.timer)
    const found = await request(this.address).catch(() => null)
    if (found) this.overview = found
    if (found) this.known = new Map(found.uploads.map((/** @type {UploadState} */ each) => [each.id, each]))
    this.#show()
    const isArriving = [...this.known.values()].some(({ state }) => state === "arriving")
    if (isArriving && (this.dialog.open || this.running.size))
      this.timer = setTimeout(() => void this.refresh(), REFRESH_MS)
  }

  #show() {
    this.list.show([...this.known.values()].reverse().map((state) => this.#shown(state)))
    const foreign = [...this.known.values()].filter(
      (each) => each.state === "whole" && needsPreparation(each),
    )
    if (foreign.length) void this.#offerPreparation(foreign)
  }

  /** @param {UploadState[]} uploads */
  async #offerPreparation(uploads) {
    const { room, address } = this
    const { offerPreparation } = await import("../ui/preparation.js")
    offerPreparation(this.list.list, uploads, {
      roomId: room.boot.room_id,
      mayPrepare: () => may(room.state, "media"),
      isPlaying: ({ id }) => Boolean(room.state?.timeline?.media?.url.startsWith(`${UPLOADS_AT}${id}`)),
      onReady: () => void this.refresh(),
      service: {
        address: (id) => `${address}${id}/prepare/`,
        body: (more) => more,
        look: () => this.#look(),
      },
    })
  }

  async #look() {
    await this.refresh()
    const { unavailable = null, play_next = null } = this.overview ?? {}
    return { items: [...this.known.values()], unavailable, play_next }
  }

  /** @param {UploadState} state @returns {Shown} */
  #shown(state) {
    const running = this.running.get(state.id)
    const offset = running?.offset ?? state.offset
    const secondsLeft = running?.rate.secondsLeft(state.size - offset) ?? null
    return { ...state, offset, sending: Boolean(running), secondsLeft }
  }

  /** Show a refusal in the dialog, or as a notice once it is closed. @param {() => Promise<unknown>} act */
  async #attempt(act) {
    const problem = find(this.dialog, "device-problem")
    problem.hidden = true
    try {
      await act()
    } catch (refusal) {
      const text = refusalMessage(refusal)
      problem.textContent = text
      problem.hidden = [...this.known.values()].some(({ why }) => why === text) // its row says so
      if (!this.dialog.open) showNotice({ key: "upload", text, tone: "bad", lastsMs: 10_000 })
    }
  }
}

/** @param {string} address */
function idOf(address) {
  return address.replace(/\/$/, "").split("/").pop() ?? ""
}

/** @param {string} name */
function stemOf(name) {
  return name.replace(/\.[^.]*$/, "").replaceAll("_", " ")
}
