// @ts-check
/**
 * The WebSocket: connects, measures the clock, detects a dead connection and reconnects.
 *
 * It does not interpret events. `open` means that the server sent `welcome`, not that a handshake succeeded.
 */

import { Backoff, PingSchedule } from "../../core/net/connection_timing.js"
import { Close, Command, Event } from "../../core/protocol.js"
import { after } from "../lib/timers.js"

export class LatencySimulator {
  constructor() {
    this.upMs = 0
    this.downMs = 0
    this.lines = { up: Promise.resolve(), down: Promise.resolve() }
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
    this.lines[way] = this.lines[way]
      .then(() => passed)
      .then(() => {
        this.held -= 1
        pass()
      })
  }
}

const FINAL_FROM = 4500 // close codes that mean: do not come back
const FINAL_TO = 4999
const CONNECT_MS = 10000 // a handshake that takes longer is lost
const LOOK_MS = 1000 // how often silence is noticed

/** @typedef {import("../../core/protocol.js").Envelope} Envelope */
/** @typedef {"connecting" | "open" | "lost" | "limited" | "closed"} Status */
/**
 * @typedef {object} Asks
 * @property {() => {revision: number, event_id: string, comment_seq: number, epoch: string} | null} resume
 *   where we are
 * @property {() => {playing: boolean, hidden: boolean}} page
 * @property {(envelope: Envelope) => void} said
 * @property {(change: {status: Status, attempt: number, retryInMs: number | null, closeCode: number | null})
 *   => void} status
 */

export class Socket {
  /** @param {string} path @param {import("../../core/clock/clock.js").Clock} clock @param {Asks} asks */
  constructor(path, clock, asks) {
    this.path = path
    this.clock = clock
    this.asks = asks
    this.latency = new LatencySimulator()
    this.backoff = new Backoff(Math.random)
    this.pings = new PingSchedule()
    /** @type {WebSocket | null} */
    this.ws = null
    this.welcomed = false
    this.final = false
    this.leastWaitMs = 0
    this.cancelRetry = () => {}
    this.cancelLook = () => {}
    this.cancelConnect = () => {}
  }

  // ---------------------------------------------------------------- coming and going

  open() {
    if (this.final || this.ws) return
    this.cancelRetry()
    this.#tell(this.#trying)
    const ws = new WebSocket(this.#address())
    this.ws = ws
    ws.onmessage = ({ data }) => this.latency.through("down", () => this.ws === ws && this.#heard(data))
    ws.onclose = ({ code }) => this.ws === ws && this.#lost(code)
    this.cancelConnect = after(CONNECT_MS, () => this.ws === ws && !this.welcomed && this.#lost(null, true))
  }

  /** @returns {Status} */
  get #trying() {
    if (this.backoff.limited) return "limited"
    return this.backoff.failures ? "lost" : "connecting"
  }

  #address() {
    const url = new URL(this.path, location.href)
    url.protocol = url.protocol.replace("http", "ws")
    const known = this.asks.resume()
    for (const [name, value] of Object.entries(known ?? {})) url.searchParams.set(name, String(value))
    return url.href
  }

  /**
   * Gone, or given up on: a dead connection may take minutes to say so.
   * @param {number | null} closeCode
   * @param {boolean} [unanswered]
   */
  #lost(closeCode, unanswered = false) {
    this.#drop()
    if (closeCode !== null && closeCode >= FINAL_FROM && closeCode <= FINAL_TO) return this.#finish(closeCode)
    const retryInMs = Math.max(this.backoff.next(unanswered), this.leastWaitMs)
    this.leastWaitMs = 0
    this.cancelRetry = after(retryInMs, () => this.open())
    this.#tell(this.backoff.limited ? "limited" : "lost", retryInMs, closeCode)
  }

  #drop() {
    const ws = this.ws
    this.ws = null
    this.welcomed = false
    this.cancelConnect()
    this.cancelLook()
    if (!ws) return
    ws.onmessage = ws.onclose = null
    ws.close()
  }

  /** @param {number | null} closeCode */
  #finish(closeCode) {
    this.final = true
    this.cancelRetry()
    this.#tell("closed", null, closeCode)
  }

  /** For good: the person left. */
  leave() {
    this.end(null)
  }

  /** For good, and not by the server's close. @param {number | null} closeCode that says the same */
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
  #tell(status, retryInMs = null, closeCode = null) {
    this.asks.status({ status, attempt: this.backoff.failures, retryInMs, closeCode })
  }

  // ---------------------------------------------------------------- frames

  /**
   * @param {{type: string, event_id?: string, payload: object}} command
   * @returns {boolean} whether it left
   */
  send(command) {
    const ws = this.ws
    if (!ws || !this.welcomed || ws.readyState !== WebSocket.OPEN) return false
    const frame = JSON.stringify(command)
    this.latency.through("up", () => ws.readyState === WebSocket.OPEN && ws.send(frame))
    return true
  }

  /** @param {string} data */
  #heard(data) {
    const t3 = performance.now()
    /** @type {Envelope} */
    const envelope = JSON.parse(data)
    if (envelope.type === Event.Pong) return this.#pong(envelope, t3)
    if (envelope.type === Event.Closing) this.leastWaitMs = envelope.payload.retry_after_ms ?? 0
    if (envelope.type === Event.Welcome) this.#welcome(envelope, t3)
    this.asks.said(envelope)
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
    this.#look()
    this.#tell("open")
  }

  // ---------------------------------------------------------------- the clock

  /** @param {Envelope} envelope @param {number} t3 */
  #pong({ payload }, t3) {
    this.pings.pongReceived()
    this.clock.pongReceived(payload, t3)
  }

  /** Ping when due, notice silence. */
  #look() {
    this.cancelLook()
    const nowMs = performance.now()
    if (this.pings.silent(nowMs)) return this.#lost(null)
    if (this.pings.due(nowMs)) this.#ping(nowMs)
    const waitMs = Math.min(Math.max(this.pings.nextMs - performance.now(), 0), LOOK_MS)
    this.cancelLook = after(waitMs, () => this.ws && this.#look())
  }

  /** Never behind our own queue: that would be measured as distance. @param {number} nowMs */
  #ping(nowMs) {
    if (this.ws && this.ws.bufferedAmount === 0) {
      const t0 = performance.now()
      if (this.send({ type: Command.Ping, payload: { t0 } })) this.clock.pingSent(t0)
    }
    this.pings.pingSent(nowMs, this.asks.page())
  }

  // ---------------------------------------------------------------- waking up

  /** Something says that the network may be back, or that time has passed unseen. */
  wake() {
    if (this.final) return
    if (!this.ws) return this.open()
    if (!this.welcomed) return
    this.pings.burst(performance.now())
    this.#look()
  }
}

/** Whether a close code says that the page is older than the server. @param {number | null} code */
export function wantsReload(code) {
  return code === Close.Reload
}
