// @ts-check
/**
 * Controls that the room and the player share: play button, seek slider, speed, volume, keyboard shortcuts and
 * the Media Session (media keys, lock screens).
 */

import { disposeAll, find, setText, showVariant } from "../lib/dom.js"
import { formatTime } from "../lib/i18n.js"

export const SMALL_STEP_S = 5
export const LARGE_STEP_S = 10
export const VOLUME_STEP = 0.1

const SLIDER_STEPS = /** @type {Record<string, number>} */ ({
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -6,
  PageUp: 6,
})
const VOLUME_EVENT = "watchium:sound"
const LIST_KEYS = /^(Arrow|Home$|End$)/ // used by sliders and by the message list
const TYPED_INPUTS = "textarea, select, input:not([type=range], [type=checkbox], [type=radio])"

/**
 * @typedef {{volume: number, muted: boolean, setVolume(volume: number): void, setMuted(muted: boolean): void,
 *   unlock(): void}} VolumeControl
 */

// ---------------------------------------------------------------- play, seek, speed

/** @param {HTMLElement} bar @param {boolean} playing @param {boolean} disabled */
export function showPlayButton(bar, playing, disabled) {
  const button = /** @type {HTMLButtonElement} */ (find(bar, "play"))
  const label = (playing ? button.dataset.wordPause : button.dataset.wordPlay) ?? ""
  if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label)
  button.title = label
  button.disabled = disabled
  showVariant(button, playing ? "playing" : "paused")
}

/**
 * A drag is shown here and sent when it is released.
 * @param {HTMLElement} bar
 * @param {{durationS: () => number | null, seekTo: (positionS: number) => void, seekBy: (seconds: number) => void}} seek
 * @param {AbortSignal} signal
 */
export function mountSeekSlider(bar, { durationS, seekTo, seekBy }, signal) {
  const slider = /** @type {HTMLInputElement} */ (find(bar, "seek"))
  const release = () => delete slider.dataset.dragged
  const drag = () => {
    slider.dataset.dragged = ""
    showTimes(bar, Number(slider.value), durationS())
  }
  const drop = () => {
    release()
    seekTo(Number(slider.value))
  }
  const step = (/** @type {KeyboardEvent} */ event) => {
    const steps = SLIDER_STEPS[event.key]
    if (!steps) return
    event.preventDefault()
    seekBy(steps * SMALL_STEP_S)
  }
  slider.addEventListener("input", drag, { signal })
  slider.addEventListener("change", drop, { signal })
  slider.addEventListener("blur", release, { signal })
  slider.addEventListener("keydown", step, { signal })
}

/**
 * Show the position, unless the slider is being dragged.
 * @param {HTMLElement} bar
 * @param {number} positionS
 * @param {number | null} durationS
 * @param {boolean} [disabled]
 */
export function showPosition(bar, positionS, durationS, disabled = !durationS) {
  const slider = /** @type {HTMLInputElement} */ (find(bar, "seek"))
  if ("dragged" in slider.dataset) return
  const max = String(durationS ?? 0)
  if (slider.max !== max) slider.max = max
  slider.disabled = disabled
  slider.value = String(positionS)
  showTimes(bar, positionS, durationS)
}

/** @param {HTMLElement} bar @param {number} positionS @param {number | null} durationS */
function showTimes(bar, positionS, durationS) {
  const share = durationS ? Math.min(positionS / durationS, 1) : 0
  const slider = find(bar, "seek")
  const progress = bar.querySelector("[data-progress]")
  slider.style.setProperty("--fill", `${(share * 100).toFixed(2)}%`)
  const time = formatTime(positionS)
  slider.setAttribute("aria-valuetext", slider.dataset.chapter ? `${time}, ${slider.dataset.chapter}` : time)
  if (progress instanceof HTMLProgressElement) {
    progress.value = share
    progress.setAttribute("aria-valuetext", time)
  }
  setText(find(bar, "position"), formatTime(positionS))
  setText(find(bar, "duration"), formatTime(durationS))
}

/**
 * Select the speed; add an option if the list has none for it.
 * @param {HTMLElement} bar
 * @param {number} rate
 */
export function showRate(bar, rate) {
  const select = /** @type {HTMLSelectElement} */ (find(bar, "rate"))
  const value = String(rate)
  if (select.value === value) return
  if (![...select.options].some((option) => option.value === value)) select.add(new Option(`${rate}×`, value))
  select.value = value
}

// ---------------------------------------------------------------- volume

/**
 * @param {HTMLElement} bar
 * @param {VolumeControl} control
 * @returns {{show: () => void, unmount: () => void}}
 */
export function mountVolume(bar, control) {
  const controller = new AbortController()
  const { signal } = controller
  const mute = find(bar, "mute")
  const slider = /** @type {HTMLInputElement} */ (find(bar, "volume"))
  const show = () => showVolume(mute, slider, control)

  mute.addEventListener("click", () => toggleMute(control), { signal })
  slider.addEventListener("input", () => setVolume(control, Number(slider.value)), { signal })
  document.addEventListener(VOLUME_EVENT, show, { signal })
  show()
  return { show, unmount: () => controller.abort() }
}

/** @param {VolumeControl} control */
export function toggleMute(control) {
  const muted = !control.muted
  control.unlock()
  control.setMuted(muted)
  document.dispatchEvent(new Event(VOLUME_EVENT))
}

/** @param {VolumeControl} control @param {number} volume 0 to 1 */
function setVolume(control, volume) {
  control.setVolume(Math.min(Math.max(volume, 0), 1))
  if (volume > 0 && control.muted) control.setMuted(false)
  document.dispatchEvent(new Event(VOLUME_EVENT))
}

/**
 * Change the volume by `step`. A step up unmutes; a step down keeps a muted player muted.
 * @param {VolumeControl} control
 * @param {number} step
 */
export function changeVolume(control, step) {
  if (step > 0 || !control.muted) setVolume(control, control.volume + step)
}

/** @param {HTMLElement} mute @param {HTMLInputElement} slider @param {VolumeControl} control */
function showVolume(mute, slider, control) {
  const volume = control.muted ? 0 : control.volume
  mute.setAttribute("aria-pressed", String(control.muted))
  showVariant(mute, volume === 0 ? "muted" : "loud")
  if (document.activeElement !== slider || !control.muted) slider.value = String(volume)
  const percent = `${Math.round(volume * 100)}%`
  slider.setAttribute("aria-valuetext", percent)
  slider.style.setProperty("--fill", percent)
}

// ---------------------------------------------------------------- keyboard shortcuts

/**
 * @param {HTMLElement} body
 * @param {(event: KeyboardEvent) => (() => void) | undefined} actionFor
 * @param {() => boolean} [isOff]
 * @returns {() => void}
 */
export function mountShortcuts(body, actionFor, isOff = () => false) {
  const controller = new AbortController()
  const { signal } = controller
  const clicked = lastClicked(body, signal)
  let spaceIsHandled = false
  const press = (/** @type {KeyboardEvent} */ event) => {
    const action = actionFor(event)
    if (!action || event.defaultPrevented || isOff() || isTaken(event, clicked())) return
    event.preventDefault()
    spaceIsHandled = event.key === " "
    action()
  }
  // A focused button is activated when Space is released.
  const release = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== " ") return
    if (spaceIsHandled) event.preventDefault()
    spaceIsHandled = false
  }
  body.addEventListener("keydown", press, { signal })
  body.addEventListener("keyup", release, { signal })
  return () => controller.abort()
}

/** @param {KeyboardEvent} event */
export function keyName({ key }) {
  return key.length === 1 ? key.toLowerCase() : key
}

/**
 * The button that has the focus because it was clicked or tapped: a later Space is not meant for it.
 * @param {HTMLElement} body
 * @param {AbortSignal} signal
 */
function lastClicked(body, signal) {
  /** @type {Element | null} */
  let clicked = null
  const point = (/** @type {Event} */ { target }) => {
    clicked = target instanceof Element ? target.closest("button, a, summary") : null
  }
  const tab = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Tab") clicked = null
  }
  body.addEventListener("pointerdown", point, { signal, capture: true })
  body.addEventListener("keydown", tab, { signal, capture: true })
  return () => clicked
}

/**
 * Whether text is being typed, a dialog is open, or the focused element uses this key itself.
 * @param {KeyboardEvent} event
 * @param {Element | null} clicked
 */
function isTaken(event, clicked) {
  const target = event.target instanceof HTMLElement ? event.target : document.body
  if (document.querySelector("dialog[open]") || target.isContentEditable) return true
  if (target.matches(TYPED_INPUTS)) return true
  if (target.matches("button, a, summary")) return event.key === " " && target !== clicked
  const isList = target.matches("input[type=range]") || Boolean(target.closest("[data-scroll]"))
  return LIST_KEYS.test(event.key) && isList
}

// ---------------------------------------------------------------- Media Session

/**
 * Handle the keys of keyboards, headsets and lock screens that the browser passes on.
 * @param {[MediaSessionAction, MediaSessionActionHandler][]} actions
 * @param {(session: MediaSession) => void} describe sets what lock screens and headsets show
 * @returns {{update: () => void, unmount: () => void}}
 */
export function mountMediaSession(actions, describe) {
  const session = navigator.mediaSession
  if (!session) return { update: () => {}, unmount: () => {} }
  const unsets = actions.map(([action, handler]) => {
    setHandler(session, action, handler)
    return () => setHandler(session, action, null)
  })
  return { update: () => describe(session), unmount: disposeAll(...unsets) }
}

/**
 * @param {MediaSession} session
 * @param {MediaSessionAction} action
 * @param {MediaSessionActionHandler | null} handler
 */
function setHandler(session, action, handler) {
  try {
    session.setActionHandler(action, handler)
  } catch {
    // This browser does not know the action.
  }
}

/**
 * @param {MediaSession} session
 * @param {MediaMetadataInit} metadata set only if the title or the artist changed
 */
export function setMetadata(session, metadata) {
  const { title, artist } = session.metadata ?? {}
  if (title !== metadata.title || artist !== metadata.artist) session.metadata = new MediaMetadata(metadata)
}

/**
 * @param {{seekTo: (positionS: number) => void, seekBy: (seconds: number) => void}} commands
 * @returns {[MediaSessionAction, MediaSessionActionHandler][]}
 */
export function seekActions(commands) {
  return [
    ["seekto", ({ seekTime }) => typeof seekTime === "number" && commands.seekTo(seekTime)],
    ["seekbackward", ({ seekOffset }) => commands.seekBy(-(seekOffset ?? LARGE_STEP_S))],
    ["seekforward", ({ seekOffset }) => commands.seekBy(seekOffset ?? LARGE_STEP_S)],
  ]
}
