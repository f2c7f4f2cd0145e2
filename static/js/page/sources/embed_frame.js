// @ts-check
/**
 * A player of another site in a frame on the stage. Nothing is requested from that site before the viewer agreed, once
 * per device and site. Nothing of ours is drawn over the player.
 */

import { RemotePlayer } from "../../core/embeds/remote_player.js"
import { MediaState } from "../../core/media/media_state.js"
import { LatencyModel } from "../../core/sync/latency_model.js"
import { RateSupport } from "../../core/sync/rate_support.js"
import { StepRateControl } from "../../core/embeds/step_rate_control.js"
import { SyncController } from "../../core/sync/sync_controller.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { loadItem } from "../lib/storage.js"
import { every } from "../lib/timers.js"
import { hasAgreed, isAllowed, rememberAgreement, switchedOffMessage } from "./embed_consent.js"

const CHECK_MS = 250
const SILENT_MS = 10_000 // a player that did not describe itself by then will not
const ALLOWED = "autoplay; fullscreen; encrypted-media; picture-in-picture"

/** @typedef {import("../../core/protocol.js").Media} Media */
/** @typedef {import("../../core/media/media_state.js").Message} Message */
/** @typedef {import("../../core/embeds/remote_state.js").Report} Report */
/** @typedef {import("../../core/embeds/remote_state.js").RemoteCommand} RemoteCommand */
/** @typedef {import("../../core/embeds/remote_state.js").FailureReason} FailureReason */
/**
 * @typedef {object} Provider
 * @property {string} name `youtube`
 * @property {string} title `YouTube`
 * @property {string} origin of the frame
 * @property {import("../../core/sync/latency_model.js").PlayerTraits} traits
 * @property {(media: Media) => string | null} frameUrl null for an address without a video
 * @property {(media: Media) => boolean} [isLive]
 * @property {() => Message | null} [obstacle] why this page cannot show it
 * @property {() => unknown[]} hello messages that ask the player to report, repeated until it does
 * @property {() => unknown[]} subscriptions messages to send once it reports
 * @property {(command: RemoteCommand) => unknown} command the message for a command; null: it has none
 * @property {(data: unknown) => Report | null} parse
 * @property {(reason: FailureReason) => Message} failureMessage
 * @property {() => string[]} terms what the viewer agrees to, a sentence each
 */

export class EmbedFrame {
  // the site's player has its own choices
  /** @type {import("../../core/media/track_choice.js").AudioTrack[]} */
  audioTracks = []
  audioTrack = -1
  /** @type {import("../../core/media/track_choice.js").Quality[]} */
  qualities = []
  quality = null
  tracks = { sound: null, picture: null }

  /**
   * @param {HTMLMediaElement} element the page's own element, which rests meanwhile
   * @param {Media} media
   * @param {import("../media/media_element.js").SourceCallbacks} callbacks
   * @param {Provider} provider
   */
  constructor(element, media, callbacks, provider) {
    this.media = media
    this.callbacks = callbacks
    this.provider = provider
    this.controller = new AbortController()
    this.stage = /** @type {HTMLElement} */ (element.closest("[data-stage]"))
    this.stage.dataset.embed = provider.name
    this.box = document.createElement("div")
    this.box.className = "embed"
    this.box.tabIndex = -1
    element.before(this.box)
    addStyles(this.stage.dataset.embedStyles ?? "")
    this.rateSupport = new RateSupport(provider.traits)
    /** @type {HTMLIFrameElement | null} */
    this.frame = null
    /** @type {RemotePlayer | null} */
    this.player = null
    this.loaded = false
    this.slow = false
    this.live = false
    this.delivered = false
    this.stopChecking = () => {}
    this.#open()
  }

  setAudioTrack() {}

  setQuality() {}

  close() {
    this.controller.abort()
    this.stopChecking()
    this.box.remove()
    delete this.stage.dataset.embed
  }

  // ---------------------------------------------------------------- before the first request

  #open() {
    const { provider, media } = this
    const url = provider.frameUrl(media)
    const obstacle = provider.obstacle?.()
    if (!isAllowed(provider, this.stage)) return this.#fail(switchedOffMessage(provider))
    if (obstacle) return this.#fail(obstacle)
    if (!url) return this.#fail(provider.failureMessage("bad_address"))
    if (hasAgreed(provider)) this.#load(url)
    else this.#ask(url)
  }

  /** @param {string} url */
  #ask(url) {
    const { provider, box } = this
    this.callbacks.asking?.(true)
    const title = element("h2", interpolate(gettext("This room plays from {site}"), { site: provider.title }))
    const button = element("button", gettext("Agree and load"))
    button.setAttribute("type", "button")
    button.className = "button primary"
    button.addEventListener("click", () => this.#agree(url), { signal: this.controller.signal })
    const terms = provider.terms().map((sentence) => element("p", sentence))
    const card = document.createElement("div")
    card.className = "embed-consent"
    card.append(title, ...terms, button)
    box.replaceChildren(card)
  }

  /** @param {string} url */
  #agree(url) {
    rememberAgreement(this.provider)
    this.callbacks.asking?.(false)
    this.#load(url)
    this.box.focus()
  }

  // ---------------------------------------------------------------- the player

  /** @param {string} url */
  #load(url) {
    const { provider, box, callbacks } = this
    const frame = playerFrame(provider, this.media.title)
    this.frame = frame
    const { signal } = this.controller
    window.addEventListener("message", (event) => this.#receive(event), { signal })
    frame.addEventListener("load", () => this.#onLoad(), { signal })
    this.player = new RemotePlayer((command) => this.#post(provider.command(command)), {
      now: () => performance.now(),
      wallNow: () => Date.now(),
      later: (callback) => queueMicrotask(callback),
    })
    this.player.addEventListener("error", () => this.#onError(), { signal })
    this.player.live = provider.isLive?.(this.media) ?? false
    callbacks.drive?.(drivenPlayer(provider, this.player, this.rateSupport, callbacks.measuredAs?.() ?? ""))
    if (this.player.live) this.#wentLive()
    frame.src = url
    box.replaceChildren(frame)
    this.#watch()
  }

  /** Until the player describes itself, it is asked to; then for how long it takes to start. */
  #watch() {
    const openedMs = performance.now()
    this.stopChecking = every(CHECK_MS, () => {
      const { player } = this
      if (!player || player.error) return
      player.check()
      if (!this.delivered) {
        this.#hello()
        if (performance.now() - openedMs > SILENT_MS) player.fail("silent")
      }
      this.#showSlow(player.isSlow)
    })
  }

  #onLoad() {
    this.loaded = true
    this.#hello()
  }

  #hello() {
    if (!this.delivered) this.provider.hello().forEach((message) => this.#post(message))
  }

  /** @param {unknown} message */
  #post(message) {
    if (this.loaded && message !== null) this.frame?.contentWindow?.postMessage(message, this.provider.origin)
  }

  /** @param {MessageEvent} event */
  #receive({ source, origin, data }) {
    if (!this.frame || source !== this.frame.contentWindow || origin !== this.provider.origin) return
    const report = this.provider.parse(data)
    if (!report) return
    if (report.delivered && !this.delivered) {
      this.delivered = true
      this.provider.subscriptions().forEach((message) => this.#post(message))
    }
    this.player?.receive(report)
    if (report.fixedRate) this.rateSupport.never = true
    if (report.live) this.#wentLive()
  }

  #wentLive() {
    if (!this.live) this.callbacks.live(null)
    this.live = true
  }

  /** @param {boolean} slow */
  #showSlow(slow) {
    if (slow === this.slow) return
    this.slow = slow
    const title = gettext("{site} shows an advertisement or waits for a tap")
    const text = gettext("You catch up afterwards.")
    this.callbacks.warned(slow ? { title: interpolate(title, { site: this.provider.title }), text } : null)
  }

  #onError() {
    const reason = this.player?.error?.reason ?? "player_failed"
    this.#fail(this.provider.failureMessage(reason))
  }

  /** The message takes the player's place. @param {Message} message */
  #fail(message) {
    this.stopChecking()
    this.frame?.remove()
    this.frame = null
    this.callbacks.failed(message)
  }
}

/** @param {Provider} provider @param {string} title of what it plays */
export function playerFrame(provider, title) {
  const frame = document.createElement("iframe")
  frame.title = interpolate(gettext("{site} player: {title}"), { site: provider.title, title })
  frame.allow = ALLOWED
  frame.referrerPolicy = "strict-origin-when-cross-origin" // without a referrer YouTube refuses (error 153)
  return frame
}

/** @param {string} name @param {string} text */
export function element(name, text) {
  const made = document.createElement(name)
  made.textContent = text
  return made
}

/** Once for the page: other rooms load none of these styles. @param {string} href */
function addStyles(href) {
  if (!href || document.querySelector("link[data-embed-styles]")) return
  const link = document.createElement("link")
  link.rel = "stylesheet"
  link.href = href
  link.dataset.embedStyles = ""
  document.head.append(link)
}

/**
 * The player with what controls it. What is learned of it is stored for each browser.
 * @param {Provider} provider
 * @param {RemotePlayer} player
 * @param {RateSupport} rateSupport
 * @param {string} browser
 * @returns {import("../media/viewer_settings.js").Driven}
 */
function drivenPlayer({ name, traits }, player, rateSupport, browser) {
  const measuredAs = `${name}-${browser}`
  const latencyModel = new LatencyModel(traits, loadItem(`costs-${measuredAs}`, null))
  const rateControl = new StepRateControl(traits, rateSupport)
  return {
    element: /** @type {any} */ (player),
    measuredAs,
    latencyModel,
    controller: new SyncController({ latencyModel, rateControl, media: new MediaState() }),
  }
}
