// @ts-check
/**
 * Preparation of library items and uploads that not every browser plays: why, a button, the progress, and its end.
 * Loaded by a list that has one.
 */

import { shareAfter } from "../../core/media/preparation_progress.js"
import { csrfToken, request } from "../lib/api.js"
import { cloneTemplate, find, loadStyle, setText } from "../lib/dom.js"
import { formatNumber, formatTime, gettext, interpolate } from "../lib/i18n.js"
import { after, every } from "../lib/timers.js"
import { refusalMessage } from "./notices.js"

const POLL_MS = 1000
const DRAW_MS = 250
const URL = "/api/library/"

/** @typedef {import("../../core/protocol.js").LibraryItem} LibraryItem */
/**
 * @typedef {Pick<LibraryItem, "title" | "plays" | "why" | "playable" | "tracks" | "conversion"> & {id: number | string}}
 *   Item
 */
/** @typedef {import("../../core/protocol.js").ConversionState} Conversion */
/** @typedef {{items: Item[], unavailable: string | null, play_next: number | string | null}} Overview */
/**
 * Where the items are prepared: their addresses, what a request says, and how far they are.
 * @typedef {{address: (id: Item["id"]) => string, body: (more: object) => object, look: () => Promise<Overview>}} Service
 */
/**
 * `roomId`: the room for which the person prepares; null for the person's own player. `mayPrepare`: whether the person
 * may now. `isPlaying`: whether the room plays the item already. `onReady` is called once an item can be played.
 * @typedef {{roomId: string | null, mayPrepare: () => boolean, isPlaying: (item: Item) => boolean,
 *   onReady: (item: any) => void, service?: Service}} Options `service`: of items other than the library's
 */

/** @param {Conversion | null | undefined} conversion */
const isActive = (conversion) => conversion?.state === "queued" || conversion?.state === "running"

/** @type {WeakMap<HTMLElement, Preparations>} */
const lists = new WeakMap()

/**
 * Show the preparation of these items in their lines, which have `data-item`. A person who may not prepare sees only
 * the progress.
 * @param {HTMLElement} list
 * @param {Item[]} items
 * @param {Options} options
 */
export function offerPreparation(list, items, options) {
  const preparations = lists.get(list) ?? new Preparations(list, options)
  lists.set(list, preparations)
  for (const item of items)
    if (!preparations.isShown(item) && (isActive(item.conversion) || options.mayPrepare()))
      preparations.show(item)
}

/** @param {string | null} roomId @returns {Service} */
function libraryService(roomId) {
  const query = roomId ? `?room_id=${encodeURIComponent(roomId)}` : ""
  return {
    address: (id) => `${URL}${id}/prepare/`,
    body: (more) => (roomId ? { room_id: roomId, ...more } : more),
    look: () => request(`${URL}conversions/${query}`),
  }
}

/** The preparations of one list. */
class Preparations {
  /** @param {HTMLElement} list @param {Options} options */
  constructor(list, options) {
    this.list = list
    this.options = options
    this.service = options.service ?? libraryService(options.roomId)
    /** `readMs`: when the server reported it. @type {Map<Item["id"], {block: HTMLElement, item: Item, readMs: number}>} */
    this.shown = new Map()
    /** @type {string | null} */
    this.unavailable = null
    /** @type {Item["id"] | null} */
    this.playNext = null
    this.cancelPoll = () => {}
    this.stopDrawing = () => {}
    loadStyle(document.getElementById("preparation")?.dataset.style)
  }

  /** Its line is still there, with its preparation. @param {Item} item */
  isShown({ id }) {
    return Boolean(this.shown.get(id)?.block.isConnected)
  }

  /** @param {Item} item */
  show(item) {
    const line = this.list.querySelector(`[data-item="${item.id}"]`)
    if (!line) return
    const block = cloneTemplate("preparation")
    block.setAttribute("aria-label", item.title)
    const holder = line.querySelector("[data-preparation]") ?? line
    holder.querySelector(".preparation")?.remove()
    holder.append(block)
    if (line.matches("tr")) for (const button of block.querySelectorAll("button")) button.tabIndex = -1
    this.#listen(block, item)
    this.shown.set(item.id, { block, item, readMs: performance.now() })
    this.#render(block, item)
    this.#poll(0)
  }

  /** @param {HTMLElement} block @param {Item} item */
  #listen(block, { id }) {
    const on = (/** @type {string} */ name, /** @type {() => Promise<Item>} */ act) =>
      find(block, name).addEventListener("click", () => void this.#act(block, act))
    const { service } = this
    const address = service.address(id)
    on("prepare", () => request(address, service.body({})))
    on("prepare-and-play", () => request(address, service.body({ play: true })))
    on("cancel-preparation", () => cancel(address, service.body({})))
  }

  /** @param {HTMLElement} block @param {() => Promise<Item>} act */
  async #act(block, act) {
    const buttons = [...block.querySelectorAll("button")]
    for (const button of buttons) button.disabled = true
    try {
      this.#update(await act())
      this.#focusNext(block)
      this.#poll(0)
    } catch (refusal) {
      showStatus(block, refusalMessage(refusal), true)
    } finally {
      for (const button of buttons) button.disabled = false
    }
  }

  /** The pressed button may be hidden now: keep the focus in the block. @param {HTMLElement} block */
  #focusNext(block) {
    if (document.activeElement !== document.body && !block.contains(document.activeElement)) return
    block.tabIndex = -1 // not the next button, which a second Enter would press
    block.focus()
  }

  /** @param {number} ms until the next look */
  #poll(ms) {
    this.cancelPoll()
    this.cancelPoll = after(ms, () => void this.#look())
  }

  async #look() {
    const overview = await this.service.look().catch(() => null)
    this.#forgetRemoved()
    if (overview) {
      this.unavailable = overview.unavailable
      this.playNext = overview.play_next
      const changed = new Map(overview.items.map((item) => [item.id, item]))
      for (const { item } of [...this.shown.values()]) this.#update(changed.get(item.id) ?? item)
    }
    const active = [...this.shown.values()].some(({ item }) => isActive(item.conversion))
    if (active) this.#poll(document.hidden ? 5 * POLL_MS : POLL_MS)
    this.stopDrawing()
    this.stopDrawing = active ? every(DRAW_MS, () => this.#drawProgress()) : () => {}
  }

  /** Between two reports it advances at its speed. */
  #drawProgress() {
    for (const { block, item, readMs } of this.shown.values())
      if (item.conversion && isActive(item.conversion))
        renderProgress(block, item, advanced(item.conversion, readMs))
  }

  /** Forget the lines of a list that was replaced meanwhile. */
  #forgetRemoved() {
    for (const [id, { block }] of this.shown) if (!block.isConnected) this.shown.delete(id)
  }

  /** @param {Item} item */
  #update(item) {
    const known = this.shown.get(item.id)
    if (!known) return
    const wasActive = isActive(known.item.conversion)
    Object.assign(known, { item, readMs: performance.now() })
    if (item.conversion?.state === "done" && item.playable !== false) {
      this.shown.delete(item.id)
      if (wasActive) this.#finish(known.block)
      else known.block.remove()
      this.options.onReady(item)
      return
    }
    this.#render(known.block, item)
  }

  /** Announce the end, without buttons. @param {HTMLElement} block */
  #finish(block) {
    const focused = block.contains(document.activeElement)
    for (const name of ["prepare", "prepare-and-play", "cancel-preparation"]) find(block, name).hidden = true
    find(block, "preparation-run").hidden = true
    setText(find(block, "preparation-why"), "")
    showStatus(block, gettext("Ready to play."))
    if (focused) block.closest("li, tr")?.querySelector("button")?.focus()
  }

  /** @param {HTMLElement} block @param {Item} item */
  #render(block, item) {
    const { conversion } = item
    const active = isActive(conversion)
    const may = this.options.mayPrepare() && !this.unavailable
    const isCompact = item.playable !== false && !active && audioTracks(item) < 2
    setText(find(block, "preparation-why"), active || isCompact ? "" : (item.why ?? ""))
    find(block, "prepare").title = isCompact ? (item.why ?? "") : ""
    const run = find(block, "preparation-run")
    run.hidden = !active
    if (conversion && active) renderProgress(block, item, conversion)
    const awaited = this.playNext === item.id
    find(block, "prepare").hidden = !may || active
    const play = find(block, "prepare-and-play")
    play.hidden = !may || !this.options.roomId || (active && awaited) || this.options.isPlaying(item)
    setText(play, active ? gettext("Play when ready") : gettext("Prepare and play when ready"))
    find(block, "cancel-preparation").hidden = !this.options.mayPrepare() || !active
    this.#renderStatus(block, item, awaited)
  }

  /** @param {HTMLElement} block @param {Item} item @param {boolean} awaited */
  #renderStatus(block, { conversion }, awaited) {
    if (conversion?.state === "failed") showStatus(block, conversion.error ?? gettext("It failed."), true)
    else if (isActive(conversion) && awaited) showStatus(block, gettext("It plays here when it is ready."))
    else if (!isActive(conversion) && this.unavailable) showStatus(block, this.unavailable, true)
    else showStatus(block, "")
  }
}

/** @param {Item} item */
const audioTracks = ({ tracks }) => (tracks ?? []).filter(({ type }) => type === "audio").length

/** @param {HTMLElement} block @param {Item} item @param {Conversion} conversion */
function renderProgress(block, item, conversion) {
  const bar = /** @type {HTMLProgressElement} */ (find(block, "preparation-bar"))
  bar.setAttribute("aria-label", interpolate(gettext("Preparing {title}"), { title: item.title }))
  if (conversion.state === "queued") bar.removeAttribute("value")
  else bar.value = conversion.progress
  setText(find(block, "preparation-figures"), progressText(conversion))
}

/** @param {Conversion} conversion @param {number} readMs when the server reported it */
function advanced(conversion, readMs) {
  return { ...conversion, progress: shareAfter(conversion, performance.now() - readMs) }
}

/** 34 % · 2.1 × · 5:12 left @param {Conversion} conversion */
export function progressText({ state, progress, speed, left_s: leftS }) {
  if (state === "queued") return gettext("Waiting for its turn")
  const parts = [`${Math.floor(progress * 100)} %`]
  if (speed) parts.push(`${formatNumber(speed, speed < 10 ? 1 : 0)} ×`)
  if (leftS !== null && leftS !== undefined)
    parts.push(interpolate(gettext("{time} left"), { time: formatTime(leftS) }))
  return parts.join(" · ")
}

/** @param {HTMLElement} block @param {string} text @param {boolean} [bad] */
function showStatus(block, text, bad = false) {
  const status = find(block, "preparation-status")
  status.toggleAttribute("data-bad", bad)
  setText(status, text)
}

/** @param {string} address @param {object} body @returns {Promise<Item>} rejects with the server's refusal */
async function cancel(address, body) {
  const response = await fetch(address, {
    method: "DELETE",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() ?? "" },
    body: JSON.stringify(body),
    credentials: "same-origin",
  })
  const content = await response.json()
  if (!response.ok) throw content
  return content
}
