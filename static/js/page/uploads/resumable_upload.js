// @ts-check
/**
 * Sends a file in pieces (tus 1.0). After a lost connection, a killed server or a closed page it continues where the
 * server's file ends. XMLHttpRequest, because fetch reports no progress.
 */

import { csrfToken } from "../lib/api.js"

const MOST_PIECE_BYTES = 8 * 1024 * 1024
const LEAST_PIECE_BYTES = 256 * 1024 // slow lines send smaller pieces, so that a lost one costs less
const FIRST_PIECE_BYTES = 512 * 1024 // enough to know what the file is
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000
const MOST_SILENCE_MS = 15 * 60_000 // without an answer; then the person has to resume
const TUS = { "Tus-Resumable": "1.0.0" }

/** @typedef {{status: number, offset: number | null, refusal: any}} Answer `status` 0: no answer */

/**
 * Begin an upload and return its address. Rejects with the server's refusal.
 * @param {string} address of the room's uploads
 * @param {import("../../core/own_copy/fingerprint.js").Fingerprint} fingerprint
 * @param {string} title
 */
export async function createUpload(address, { size, sha256 }, title) {
  const headers = {
    ...TUS,
    "Upload-Length": String(size),
    "Upload-Metadata": `title ${base64(title)},sha256 ${base64(sha256)}`,
    "X-CSRFToken": csrfToken() ?? "",
  }
  const response = await fetch(address, { method: "POST", headers, credentials: "same-origin" })
  if (!response.ok) throw await response.json().catch(() => ({}))
  return /** @type {string} */ (response.headers.get("Location"))
}

export class ResumableUpload {
  /**
   * @param {string} address
   * @param {Blob} file
   * @param {(sent: number) => void} progressed
   */
  constructor(address, file, progressed) {
    this.address = address
    this.file = file
    this.progressed = progressed
    this.pieceBytes = FIRST_PIECE_BYTES
    this.paused = false
    /** @type {XMLHttpRequest | null} */
    this.request = null
    this.wake = () => {}
  }

  /** Send the rest. Resolves to whether all of it was sent (not if it was paused); rejects with a refusal. */
  async send() {
    this.paused = false
    let offset = await this.#retried(() => this.#ask("HEAD"))
    while (offset !== null && offset < this.file.size) {
      const at = offset
      offset = await this.#retried(() => this.#sendPiece(at))
    }
    return offset !== null
  }

  /** Stop for now. The piece that is being sent is lost. */
  pause() {
    this.paused = true
    this.request?.abort()
    this.wake()
  }

  /**
   * Repeat until the server answers with its offset. Null: paused.
   * @param {() => Promise<Answer>} attempt
   * @returns {Promise<number | null>}
   */
  async #retried(attempt) {
    const until = performance.now() + MOST_SILENCE_MS
    for (let waitMs = FIRST_WAIT_MS; !this.paused; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      const { status, offset, refusal } = await attempt()
      if (offset !== null) return this.#goOn(offset) // also with 409: the server knows better
      if (isFinal(status)) throw refusal ?? {}
      if (this.paused || performance.now() > until) break
      if (status === 0) await this.file.slice(0, 1).arrayBuffer() // rejects if the file was moved or changed
      this.pieceBytes = Math.max(LEAST_PIECE_BYTES, this.pieceBytes / 2)
      // Others' pieces come first: nothing of this one has arrived, and the server knows how long they take.
      if (status === BUSY) waitMs = Math.max(waitMs, refusal?.retry_after_ms ?? 0)
      else attempt = () => this.#ask("HEAD") // part of the piece may have arrived
      await this.#wait(waitMs)
    }
    return null
  }

  /** @param {number} offset */
  #goOn(offset) {
    this.pieceBytes = Math.min(2 * this.pieceBytes, MOST_PIECE_BYTES)
    this.progressed(offset)
    return offset
  }

  /** @param {number} at */
  #sendPiece(at) {
    const piece = this.file.slice(at, at + this.pieceBytes)
    const headers = { "Upload-Offset": String(at), "Content-Type": "application/offset+octet-stream" }
    return this.#ask("PATCH", headers, piece, (sent) => this.progressed(at + sent))
  }

  /**
   * @param {string} method
   * @param {Record<string, string>} [headers]
   * @param {Blob} [body]
   * @param {(sent: number) => void} [progressed]
   * @returns {Promise<Answer>}
   */
  #ask(method, headers = {}, body, progressed) {
    const request = new XMLHttpRequest()
    this.request = request
    request.open(method, this.address)
    const all = { ...TUS, ...headers, "X-CSRFToken": csrfToken() ?? "" }
    for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value)
    if (progressed) request.upload.onprogress = ({ loaded }) => progressed(loaded)
    return new Promise((resolve) => {
      request.onloadend = () => resolve(this.#answer(request))
      request.send(body)
    })
  }

  /** @param {XMLHttpRequest} request @returns {Answer} */
  #answer(request) {
    const header = request.status ? request.getResponseHeader("Upload-Offset") : null
    const offset = header === null ? null : Number(header)
    return { status: request.status, offset, refusal: parsed(request.responseText) }
  }

  /** @param {number} ms */
  #wait(ms) {
    return new Promise((resolve) => {
      this.wake = () => resolve(null)
      setTimeout(resolve, ms)
    })
  }
}

const BUSY = 423
const WORTH_RETRYING = new Set([0, 408, BUSY, 429])

/** Whether the server would refuse it again. @param {number} status */
function isFinal(status) {
  return status < 500 && !WORTH_RETRYING.has(status)
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** @param {string} text */
function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
