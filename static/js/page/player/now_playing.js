// @ts-check
/**
 * The now-playing bar, the same in every tab: the current track, its position and its controls; with the video
 * frame, the switch between panes on narrow screens, and the form that opens the track in a room.
 */

import { disposeAll, find, setText, showVariant } from "../lib/dom.js"
import { gettext, shownTitle } from "../lib/i18n.js"
import { after } from "../lib/timers.js"
import { showCoverArt } from "../ui/artwork.js"
import {
  mountSeekSlider,
  mountVolume,
  showPlayButton,
  showPosition,
  showRate,
} from "../ui/playback_controls.js"

const TICK_MS = 250
const PAUSE_TIMEOUT_MS = 600 // how long a pause may take before the room opens without its ack
const MAX_TITLE = 80
const REPEATS = ["off", "all", "one"]
const pageTitle = document.title

/** @typedef {import("./session.js").PlayerSession} PlayerSession */
/** @typedef {import("./commands.js").Commands} Commands */
/** @typedef {import("../ui/playback_controls.js").VolumeControl} VolumeControl */

/**
 * @param {HTMLElement} bar @param {PlayerSession} player @param {Commands} commands @param {VolumeControl} volume
 */
export function mount(bar, player, commands, volume) {
  const controller = new AbortController()
  const show = () => showAll(bar, player, commands)
  listen(bar, player, commands, controller.signal)
  const ticking = setInterval(() => showPlayerPosition(bar, player), TICK_MS)
  show()
  return disposeAll(
    () => controller.abort(),
    () => clearInterval(ticking),
    ...["state", "sound", "moved", "connection"].map((type) => player.on(type, show)),
    mountVolume(bar, volume).unmount,
  )
}

/**
 * @param {HTMLElement} bar @param {PlayerSession} player @param {Commands} commands @param {AbortSignal} signal
 */
function listen(bar, player, commands, signal) {
  const rate = /** @type {HTMLSelectElement} */ (find(bar, "rate"))
  const more = find(bar, "more")
  const actions = /** @type {Record<string, () => void>} */ ({
    play: () => commands.toggle(),
    next: () => commands.next(),
    previous: () => commands.previous(),
    "play-here": () => commands.playHere(),
    repeat: () => commands.setRepeat(REPEATS[(REPEATS.indexOf(player.state.repeat) + 1) % REPEATS.length]),
    more: () => more.setAttribute("aria-expanded", String(bar.toggleAttribute("data-unfolded"))),
  })
  for (const [name, action] of Object.entries(actions))
    find(bar, name).addEventListener("click", action, { signal })
  rate.addEventListener("change", () => commands.setRate(Number(rate.value)), { signal })
  const seek = {
    durationS: () => player.durationS,
    seekTo: (/** @type {number} */ positionS) => commands.seekTo(positionS),
    seekBy: (/** @type {number} */ seconds) => commands.seekBy(seconds),
  }
  mountSeekSlider(bar, seek, signal)
}

/** @param {HTMLElement} bar @param {PlayerSession} player @param {Commands} commands */
function showAll(bar, player, commands) {
  const { playing, canPlay } = commands
  showItem(bar, player.item)
  showPlayButton(bar, playing, !canPlay && !playing)
  showElsewhere(bar, player)
  showRate(bar, player.state.rate)
  showRepeat(find(bar, "repeat"), player.state.repeat)
  for (const name of ["next", "previous"])
    /** @type {HTMLButtonElement} */ (find(bar, name)).disabled = player.state.current === null
  bar.toggleAttribute("data-waits", player.sound.here && player.output.waits)
  showPlayerPosition(bar, player)
}

/** @param {HTMLElement} bar @param {import("../../core/protocol.js").Item | null} item */
function showItem(bar, item) {
  const title = find(bar, "title")
  showCoverArt(find(bar, "art-now"), item)
  document.title = item ? `${shownTitle(item.title)} · ${pageTitle}` : pageTitle
  setText(title, item ? shownTitle(item.title) : (title.dataset.nothing ?? ""))
  title.toggleAttribute("data-empty", !item)
  setText(find(bar, "artist"), item ? [item.artist, item.album].filter(Boolean).join(" · ") : "")
  find(bar, "into-room").hidden = !item || Boolean(item.missing)
}

/**
 * Where the audio focus is if it is not in this tab. Hidden until the server's state is known.
 * @param {HTMLElement} bar @param {PlayerSession} player
 */
function showElsewhere(bar, player) {
  const { sound, state, store } = player
  const silent = store.known && state.current !== null && !sound.here && !sound.isPending
  const waitsForTap = silent && (sound.needsGesture || (state.is_playing && sound.isIdle))
  const elsewhere = silent && state.is_playing && sound.elsewhere
  find(bar, "elsewhere").hidden = !waitsForTap && !elsewhere
  const text = waitsForTap
    ? gettext("Your browser waits for a tap before it plays here.")
    : gettext("The sound plays in another tab.")
  if (waitsForTap || elsewhere) setText(find(bar, "elsewhere-text"), text)
}

/** @param {HTMLElement} button @param {string} repeat */
function showRepeat(button, repeat) {
  const labels = /** @type {Record<string, string>} */ ({
    off: gettext("Repeat: off"),
    all: gettext("Repeat: the queue"),
    one: gettext("Repeat: this track"),
  })
  const label = labels[repeat] ?? ""
  if (button.getAttribute("aria-label") === label) return
  button.setAttribute("aria-label", label)
  button.title = label
  button.toggleAttribute("data-on", repeat !== "off")
  showVariant(button, repeat === "one" ? "one" : "all")
}

/** @param {HTMLElement} bar @param {PlayerSession} player */
function showPlayerPosition(bar, player) {
  const { durationS, state } = player
  const isEmpty = state.current === null
  showPosition(bar, isEmpty ? 0 : player.positionS(), durationS, !durationS || isEmpty)
}

// ---------------------------------------------------------------- video, panes, open in a room

/** The video, shown only in the tab with the audio focus. @param {HTMLElement} frame @param {PlayerSession} player */
export function mountVideo(frame, player) {
  const controller = new AbortController()
  const fullscreenButton = find(frame, "full")
  const toggle = () => {
    if (document.fullscreenElement) document.exitFullscreen()
    else frame.requestFullscreen().catch(() => {})
  }
  const show = (/** @type {HTMLVideoElement | null} */ element) => {
    frame.hidden = element === null
    if (element) frame.prepend(element)
  }
  fullscreenButton.hidden = !document.fullscreenEnabled
  fullscreenButton.addEventListener("click", toggle, { signal: controller.signal })
  return disposeAll(() => controller.abort(), player.on("picture", show))
}

/** On a narrow screen either the library or the queue is shown. @param {HTMLElement} switcher @param {HTMLElement} main */
export function mountPanes(switcher, main) {
  const controller = new AbortController()
  const buttons = ["library", "queue"].map((name) => find(switcher, `show-${name}`))
  const show = (/** @type {HTMLElement} */ button) => {
    main.dataset.pane = button.dataset.pane
    for (const each of buttons) each.setAttribute("aria-pressed", String(each === button))
    scrollTo(0, 0)
  }
  for (const button of buttons)
    button.addEventListener("click", () => show(button), { signal: controller.signal })
  return () => controller.abort()
}

/**
 * Create a room with the current track, as the lobby's form does, and pause this player.
 * @param {HTMLElement} element @param {PlayerSession} player @param {Commands} commands
 */
export function mountOpenInRoom(element, player, commands) {
  const controller = new AbortController()
  const form = /** @type {HTMLFormElement} */ (element)
  const field = (/** @type {string} */ name) =>
    /** @type {HTMLInputElement} */ (form.elements.namedItem(name))
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault()
    const { item } = player
    if (!item) return
    field("title").value = item.title.slice(0, MAX_TITLE)
    field("media_url").value = item.url
    const timeout = new Promise((done) => after(PAUSE_TIMEOUT_MS, () => done(undefined)))
    if (commands.playing) await Promise.race([commands.pause(), timeout])
    form.submit()
  }
  form.addEventListener("submit", submit, { signal: controller.signal })
  return () => controller.abort()
}
