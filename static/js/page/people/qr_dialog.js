// @ts-check
/**
 * QR codes of the room's link, for others, and of a ticket that makes one's own phone a second screen. Loaded by their
 * button; drawn here, so that no other host learns the addresses.
 */

import { may } from "../../core/room/rights.js"
import { fetchJson, request } from "../lib/api.js"
import { cloneTemplate, find, loadStyle, setText, svgElement } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { refusalMessage } from "../ui/notices.js"

const VENDORED = "../../../vendor/lean-qr/lean-qr.mjs" // not a literal: a copied file is neither typed nor preloaded
const MARGIN = 4 // modules of white around the code, as its standard wants

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @type {QrDialog | null} */
let dialog = null

/** @param {Room} room */
export function openQrDialog(room) {
  dialog ??= new QrDialog(room)
  dialog.open()
}

class QrDialog {
  /** @param {Room} room */
  constructor(room) {
    this.room = room
    this.element = /** @type {HTMLDialogElement} */ (cloneTemplate("qr-dialog"))
    loadStyle(this.element.dataset.style)
    document.body.append(this.element)
    this.code = find(this.element, "code")
    this.status = find(this.element, "status")
    this.timer = 0
    this.wanted = 0
    this.passwordChanges = 0
    for (const choice of this.element.querySelectorAll("[name=for]"))
      choice.addEventListener("change", () => void this.#show())
    find(this.element, "renew").addEventListener("click", () => void this.#show())
    this.element.addEventListener("close", () => {
      clearTimeout(this.timer)
      this.wanted += 1
      this.code.replaceChildren() // a ticket is seen by nobody later
      for (const value of this.element.querySelectorAll("[data-player-value]"))
        /** @type {HTMLInputElement} */ (value).value = ""
    })
  }

  open() {
    const others = /** @type {HTMLInputElement} */ (this.element.querySelector("[value=others]"))
    others.disabled = !may(this.room.state, "invite")
    others.closest("label")?.toggleAttribute("hidden", others.disabled)
    if (others.disabled)
      /** @type {HTMLInputElement} */ (this.element.querySelector("[value=phone]")).checked = true
    this.element.showModal()
    void this.#show()
  }

  /** @returns {string} others, phone or player */
  get #forWhom() {
    return /** @type {HTMLInputElement} */ (this.element.querySelector("[name=for]:checked")).value
  }

  async #show() {
    clearTimeout(this.timer)
    this.wanted += 1
    const { wanted } = this
    find(this.element, "renew").hidden = true
    this.code.replaceChildren()
    const forPlayer = this.#forWhom === "player"
    this.element.querySelector("[data-player]")?.toggleAttribute("hidden", !forPlayer)
    this.code.hidden = forPlayer
    find(this.element, "link").hidden = forPlayer
    setText(find(this.element, "title"), this.#title())
    try {
      if (forPlayer) return await this.#showPlayer(wanted)
      const isForPhone = this.#forWhom === "phone"
      const { url, expires_at: expiresAt } = isForPhone
        ? await request(`/api/rooms/${this.room.boot.room_id}/companion/`, {})
        : { url: new URL(this.room.boot.share_url, location.href).href, expires_at: null }
      const { generate } = await import(VENDORED)
      if (wanted !== this.wanted) return
      this.code.replaceChildren(drawing(generate(url)))
      const link = /** @type {HTMLInputElement} */ (find(this.element, "link"))
      link.value = url
      setText(this.status, isForPhone ? forPhone() : gettext("For others: they join the room with it."))
      if (!isForPhone) await this.#showRoomCode(wanted)
      if (expiresAt) this.timer = setTimeout(() => this.#expire(), expiresAt - this.room.serverNow())
    } catch (refusal) {
      if (wanted === this.wanted) setText(this.status, refusalMessage(/** @type {any} */ (refusal)))
    }
  }

  #title() {
    if (this.#forWhom === "others") return gettext("Invite")
    if (this.#forWhom === "phone") return gettext("Watch with your phone as well")
    return this.#server ? gettext("Watch in mpv or VLC") : gettext("Watch in mpv")
  }

  /** @returns {string} host and port for Syncplay; empty if the server does not let it in */
  get #server() {
    return find(this.element, "player").dataset.server ?? ""
  }

  /** For a TV, or a phone whose camera is broken. @param {number} wanted */
  async #showRoomCode(wanted) {
    const { code, address } = await request(`/api/rooms/${this.room.boot.room_id}/code/`, {})
    if (wanted !== this.wanted) return
    const values = {
      code: `${code.slice(0, 3)} ${code.slice(3)}`,
      address: address.replace(/^https?:\/\//, ""),
    }
    const text = gettext("For others: they join the room with it, or type {code} at {address}")
    setText(this.status, interpolate(text, values))
  }

  /** What to type into Syncplay, which steers mpv or VLC. The password is made by its button. @param {number} wanted */
  async #showPlayer(wanted) {
    const { showRows } = await import("./player_rows.js")
    if (wanted !== this.wanted) return
    const panel = find(this.element, "player")
    const { room_id: room } = this.room.boot
    const command = `.venv/bin/python -m watchium.client.mpv ${new URL(`/rooms/${room}/`, location.href)}`
    showRows(panel, { server: this.#server, room, password: "", command })
    setText(this.status, "")
    if (!this.#server) return
    const isPrivate = this.room.state.room?.visibility === "private"
    setText(this.status, isPrivate ? forFriendsWithPassphrase() : forFriends())
    find(panel, "new-password").onclick = () => void this.#makePassword()
    find(panel, "end-password").onclick = () => void this.#endPassword()
    const before = this.passwordChanges
    const { active } = await request(this.#passwordUrl).catch(() => ({ active: false })) // of a second screen
    if (before === this.passwordChanges) find(panel, "end-password").hidden = !active
  }

  get #passwordUrl() {
    return `/api/rooms/${this.room.boot.room_id}/player-code/`
  }

  /** Not before it is asked for: a player that uses the earlier one would be a guest when it returns. */
  async #makePassword() {
    await this.#changePassword(async (path) => {
      const { password } = await request(path, {})
      const text = gettext(
        "Type this into Syncplay: there you are the same person. Do not pass it on. The password is shown once; an earlier one has ended.",
      )
      return { password, text }
    })
  }

  async #endPassword() {
    await this.#changePassword(async (path) => {
      await fetchJson(path, "DELETE", "", {})
      return {
        password: "",
        text: gettext("No password is valid any more. Players that used one are disconnected."),
      }
    })
  }

  /** @param {(path: string) => Promise<{password: string, text: string}>} change */
  async #changePassword(change) {
    const { wanted } = this
    this.passwordChanges += 1
    try {
      const { password, text } = await change(this.#passwordUrl)
      if (wanted !== this.wanted) return
      /** @type {HTMLInputElement} */
      const field = find(this.element, "player-value=password")
      field.value = password
      find(this.element, "end-password").hidden = !password
      setText(this.status, text)
    } catch (refusal) {
      if (wanted === this.wanted) setText(this.status, refusalMessage(/** @type {any} */ (refusal)))
    }
  }

  #expire() {
    this.code.replaceChildren()
    setText(this.status, gettext("This code does not work any more."))
    find(this.element, "renew").hidden = false
  }
}

function forFriends() {
  return gettext(
    "Friends need server and room only. A password is for you: with it Syncplay is you, so do not pass it on. A new one ends your earlier one.",
  )
}

function forFriendsWithPassphrase() {
  return gettext(
    "Friends need server and room, and the room's passphrase as the password. One made here is for you: with it Syncplay is you, so do not pass it on. A new one ends your earlier one.",
  )
}

function forPhone() {
  return interpolate(
    gettext(
      "For your own phone: there you are the same person, with chat, queue and controls. It works once, for {n} minutes.",
    ),
    { n: 2 },
  )
}

/** @param {{size: number, get: (x: number, y: number) => boolean}} code */
function drawing({ size, get }) {
  const width = size + 2 * MARGIN
  let path = ""
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) if (get(x, y)) path += `M${x + MARGIN} ${y + MARGIN}h1v1h-1z`
  return svgElement(
    "svg",
    {
      viewBox: `0 0 ${width} ${width}`,
      role: "img",
      "aria-label": gettext("QR code"),
      "shape-rendering": "crispEdges",
    },
    [
      svgElement("rect", { width, height: width, fill: "#fff" }),
      svgElement("path", { d: path, fill: "#000" }),
    ],
  )
}
