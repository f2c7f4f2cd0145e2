// @ts-check
/**
 * The WebSocket: connects, measures the clock, detects a dead connection and reconnects.
 *
 * It does not interpret events. `open` means that the server sent `welcome`, not that a handshake succeeded.
 */

import { Backoff, PingSchedule } from "../../core/net/connection_timing.js"
import { Close, Command, Event } from "../../core/protocol.js"
import { gettext } from "../lib/i18n.js"
import { after } from "../lib/timers.js"

/** A slow network on demand: `watchium.delay(300)` delays every frame by so many ms each way, and keeps their order. */
class LatencySimulator {
  constructor() {
    this.upMs = 0
    this.downMs = 0
    this.queues = { up: Promise.resolve(), down: Promise.resolve() }
    this.held = 0
  }

  /** @param {number} upMs @param {number} [downMs] */
  set(upMs, downMs = upMs) {
    this.upMs = upMs
    this.downMs = downMs
  }

  /** @param {"up" | "down"} way @param {() => void} pass */
  through(way, pass) {
    const ms = way === "up" ? this.upMs : this.downMs
    if (ms === 0 && this.held === 0) return pass()
    this.held += 1
    const passed = new Promise((resolve) => after(ms, () => resolve(undefined)))
    this.queues[way] = this.queues[way]
      .then(() => passed)
      .then(() => {
        this.held -= 1
        pass()
      })
  }
}

/** @typedef {{code: string, message: string, retry_after_ms: number | null}} Refusal */

/** The responses that sent commands wait for, by `event_id`. */
export class PendingResponses {
  /** @type {Map<string, {resolve: (accepted: any) => void, reject: (refusal: Refusal) => void}>} */
  #waiting = new Map()

  /** @param {string} eventId @returns {Promise<any>} resolves with the ack, rejects with a refusal */
  wait(eventId) {
    return new Promise((resolve, reject) => this.#waiting.set(eventId, { resolve, reject }))
  }

  /** @param {string} eventId @param {any} accepted */
  resolve(eventId, accepted) {
    this.#take(eventId)?.resolve(accepted)
  }

  /** @param {string} eventId @param {Refusal} refusal */
  reject(eventId, refusal) {
    this.#take(eventId)?.reject(refusal)
  }

  /** The command could not be sent in time. @param {string} eventId */
  drop(eventId) {
    this.reject(eventId, {
      code: "dropped",
      message: gettext("This could not be sent in time."),
      retry_after_ms: null,
    })
  }

  /** @param {string} eventId */
  #take(eventId) {
    const waiting = this.#waiting.get(eventId)
    this.#waiting.delete(eventId)
    return waiting
  }
}

/** The response to a command that is not queued and could not be sent. */
export function rejectNotConnected() {
  return Promise.reject({
    code: "unavailable",
    message: gettext("There is no connection to the server."),
    retry_after_ms: null,
  })
}

const FINAL_FROM = 4500 // close codes that mean: do not reconnect
const FINAL_TO = 4999
const CONNECT_MS = 10000 // a handshake that takes longer has failed
const CHECK_MS = 1000 // how often the socket checks for silence

/** @typedef {import("../../core/protocol.js").Envelope} Envelope */
/** @typedef {"connecting" | "open" | "lost" | "limited" | "closed"} Status */
/**
 * @typedef {object} SocketCallbacks
 * @property {() => {revision: number, event_id: string, comment_seq: number, queue_revision?: number, epoch: string} |
 *   null} resume the last known revision
 * @property {() => {playing: boolean, hidden: boolean}} page
 * @property {(envelope: Envelope) => void} received
 * @property {(change: {status: Status, attempt: number, retryInMs: number | null, closeCode: number | null})
 *   => void} status
 */

export class Socket {
  /** @param {string} path @param {import("../../core/clock/clock.js").Clock} clock @param {SocketCallbacks} callbacks */
  constructor(path, clock, callbacks) {
    this.path = path
    this.clock = clock
    this.callbacks = callbacks
    this.latency = new LatencySimulator()
    this.backoff = new Backoff(Math.random)
    this.pings = new PingSchedule()
    /** @type {WebSocket | null} */
    this.ws = null
    this.welcomed = false
    this.final = false
    this.leastWaitMs = 0
    this.cancelRetry = () => {}
    this.cancelCheck = () => {}
    this.cancelConnect = () => {}
  }

  // ---------------------------------------------------------------- connecting and disconnecting

  open() {
    if (this.final || this.ws) return
    this.cancelRetry()
    this.#report(this.#statusWhileConnecting)
    const ws = new WebSocket(this.#address())
    this.ws = ws
    ws.onmessage = ({ data }) => this.latency.through("down", () => this.ws === ws && this.#receive(data))
    ws.onclose = ({ code }) => this.ws === ws && this.#lost(code)
    this.cancelConnect = after(CONNECT_MS, () => this.ws === ws && !this.welcomed && this.#lost(null, true))
  }

  /** @returns {Status} */
  get #statusWhileConnecting() {
    if (this.backoff.limited) return "limited"
    return this.backoff.failures ? "lost" : "connecting"
  }

  #address() {
    const url = new URL(this.path, location.href)
    url.protocol = url.protocol.replace("http", "ws")
    const known = this.callbacks.resume()
    for (const [name, value] of Object.entries(known ?? {})) url.searchParams.set(name, String(value))
    return url.href
  }

  /**
   * The socket closed, or was given up: a browser may take minutes to report a dead connection.
   * @param {number | null} closeCode
   * @param {boolean} [unanswered]
   */
  #lost(closeCode, unanswered = false) {
    this.#drop()
    if (closeCode !== null && closeCode >= FINAL_FROM && closeCode <= FINAL_TO) return this.#finish(closeCode)
    const retryInMs = Math.max(this.backoff.next(unanswered), this.leastWaitMs)
    this.leastWaitMs = 0
    this.cancelRetry = after(retryInMs, () => this.open())
    this.#report(this.backoff.limited ? "limited" : "lost", retryInMs, closeCode)
  }

  #drop() {
    const ws = this.ws
    this.ws = null
    this.welcomed = false
    this.cancelConnect()
    this.cancelCheck()
    if (!ws) return
    ws.onmessage = ws.onclose = null
    ws.close()
  }

  /** @param {number | null} closeCode */
  #finish(closeCode) {
    this.final = true
    this.cancelRetry()
    this.#report("closed", null, closeCode)
  }

  /** Close for good, because the user left. */
  leave() {
    this.end(null)
  }

  /** Close for good, without a close frame from the server. @param {number | null} closeCode the one it would send */
  end(closeCode) {
    this.#drop()
    this.#finish(closeCode)
  }

  /** Reconnect, with or without resuming. */
  restart() {
    if (this.final) return
    this.#drop()
    this.open()
  }

  /** @param {Status} status @param {number | null} [retryInMs] @param {number | null} [closeCode] */
  #report(status, retryInMs = null, closeCode = null) {
    this.callbacks.status({ status, attempt: this.backoff.failures, retryInMs, closeCode })
  }

  // ---------------------------------------------------------------- frames

  /**
   * @param {{type: string, event_id?: string, payload: object}} command
   * @returns {boolean} whether it was sent
   */
  send(command) {
    const ws = this.ws
    if (!ws || !this.welcomed || ws.readyState !== WebSocket.OPEN) return false
    const frame = JSON.stringify(command)
    this.latency.through("up", () => ws.readyState === WebSocket.OPEN && ws.send(frame))
    return true
  }

  /** @param {string} data */
  #receive(data) {
    const t3 = performance.now()
    /** @type {Envelope} */
    const envelope = JSON.parse(data)
    if (envelope.type === Event.Pong) return this.#pong(envelope, t3)
    if (envelope.type === Event.Closing) this.leastWaitMs = envelope.payload.retry_after_ms ?? 0
    if (envelope.type === Event.Welcome) this.#welcome(envelope, t3)
    this.callbacks.received(envelope)
  }

  /** @param {Envelope} envelope @param {number} nowMs */
  #welcome(envelope, nowMs) {
    this.cancelConnect()
    this.welcomed = true
    this.backoff.connected(envelope.payload.limits.reconnect_spread_ms)
    if (this.clock.clockId !== null && this.clock.clockId !== envelope.payload.clock_id)
      this.clock.invalidate()
    this.clock.hint(envelope.timestamp, nowMs)
    this.pings.start(this.clock.locked)
    this.#check()
    this.#report("open")
  }

  // ---------------------------------------------------------------- the clock

  /** @param {Envelope} envelope @param {number} t3 */
  #pong({ payload }, t3) {
    this.pings.pongReceived()
    this.clock.pongReceived(payload, t3)
  }

  /** Ping when due, and give up a silent connection. */
  #check() {
    this.cancelCheck()
    const nowMs = performance.now()
    if (this.pings.silent(nowMs)) return this.#lost(null)
    if (this.pings.due(nowMs)) this.#ping(nowMs)
    const waitMs = Math.min(Math.max(this.pings.nextMs - performance.now(), 0), CHECK_MS)
    this.cancelCheck = after(waitMs, () => this.ws && this.#check())
  }

  /** Not while frames are queued: their delay would be measured as network delay. @param {number} nowMs */
  #ping(nowMs) {
    if (this.ws && this.ws.bufferedAmount === 0) {
      const t0 = performance.now()
      if (this.send({ type: Command.Ping, payload: { t0 } })) this.clock.pingSent(t0)
    }
    this.pings.pingSent(nowMs, this.callbacks.page())
  }

  // ---------------------------------------------------------------- waking up

  /** The network may be back, or the page may have slept. */
  wake() {
    if (this.final) return
    if (!this.ws) return this.open()
    if (!this.welcomed) return
    this.pings.burst(performance.now())
    this.#check()
  }
}

/** Whether a close code means that the page is older than the server. @param {number | null} code */
export function wantsReload(code) {
  return code === Close.Reload
}
