// @ts-check
/** The bar that never goes away: what is on, where in it, and what to do about it; the same in every tab. */

import { clockTime } from "../lib/format.js"
import { all, piece, showWhen, write } from "../lib/dom.js"
import { mount as mountSound } from "../ui/volume.js"
import { gettext } from "../lib/i18n.js"
import { putArt } from "./cover_art.js"

const TICK_MS = 250
const pageTitle = document.title
const KEY_STEP_S = 5
const REPEATS = ["off", "all", "one"]
const STEPS = /** @type {Record<string, number>} */ ({
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -6,
  PageUp: 6,
})

/** @typedef {import("./session.js").Mine} Mine */
/** @typedef {import("./commands.js").Commands} Commands */

/**
 * @param {HTMLElement} bar
 * @param {Mine} mine
 * @param {Commands} commands
 * @param {import("../player_audio/volume_state.js").VolumeState} loudness
 */
export function mount(bar, mine, commands, loudness) {
  const gone = new AbortController()
  const show = () => showAll(bar, mine, commands)
  listen(bar, mine, commands, gone.signal)
  const ticking = setInterval(() => showPosition(bar, mine), TICK_MS)
  show()
  return all(
    () => gone.abort(),
    () => clearInterval(ticking),
    ...["state", "sound", "moved", "connection"].map((type) => mine.on(type, show)),
    mountSound(bar, /** @type {any} */ ({ player: loudness, on: () => () => {} })),
  )
}

/** @param {HTMLElement} bar @param {Mine} mine @param {Commands} commands @param {AbortSignal} signal */
function listen(bar, mine, commands, signal) {
  const rate = /** @type {HTMLSelectElement} */ (piece(bar, "rate"))
  const pressed = /** @type {Record<string, () => void>} */ ({
    play: () => commands.toggle(),
    next: () => commands.next(),
    previous: () => commands.previous(),
    "play-here": () => commands.playHere(),
    repeat: () => commands.setRepeat(REPEATS[(REPEATS.indexOf(mine.state.repeat) + 1) % REPEATS.length]),
  })
  for (const [name, deed] of Object.entries(pressed))
    piece(bar, name).addEventListener("click", deed, { signal })
  rate.addEventListener("change", () => commands.setRate(Number(rate.value)), { signal })
  listenToSeek(/** @type {HTMLInputElement} */ (piece(bar, "seek")), bar, mine, commands, signal)
  const more = piece(bar, "more")
  more.addEventListener(
    "click",
    () => more.setAttribute("aria-expanded", String(bar.toggleAttribute("data-unfolded"))),
    { signal },
  )
}

/**
 * A drag is shown here and said when it is let go.
 * @param {HTMLInputElement} seek
 * @param {HTMLElement} bar
 * @param {Mine} mine
 * @param {Commands} commands
 * @param {AbortSignal} signal
 */
function listenToSeek(seek, bar, mine, commands, signal) {
  const letGo = () => delete seek.dataset.dragged
  seek.addEventListener(
    "input",
    () => {
      seek.dataset.dragged = ""
      showTimes(bar, Number(seek.value), mine.durationS)
    },
    { signal },
  )
  seek.addEventListener(
    "change",
    () => {
      letGo()
      commands.seekTo(Number(seek.value))
    },
    { signal },
  )
  seek.addEventListener("blur", letGo, { signal })
  seek.addEventListener(
    "keydown",
    (event) => {
      if (!STEPS[event.key]) return
      event.preventDefault()
      commands.seekBy(STEPS[event.key] * KEY_STEP_S)
    },
    { signal },
  )
}

/** @param {HTMLElement} bar @param {Mine} mine @param {Commands} commands */
function showAll(bar, mine, commands) {
  showItem(bar, mine.item)
  showPlay(bar, commands)
  showElsewhere(bar, mine)
  showRate(/** @type {HTMLSelectElement} */ (piece(bar, "rate")), mine.state.rate)
  showRepeat(piece(bar, "repeat"), mine.state.repeat)
  for (const name of ["next", "previous"])
    /** @type {HTMLButtonElement} */ (piece(bar, name)).disabled = mine.state.current === null
  bar.toggleAttribute("data-waits", mine.sound.here && mine.voice.waits)
  showPosition(bar, mine)
}

/** @param {HTMLElement} bar @param {import("../../core/protocol.js").Item | null} item */
function showItem(bar, item) {
  const title = piece(bar, "title")
  putArt(piece(bar, "art-now"), item)
  document.title = item ? `${item.title} · ${pageTitle}` : pageTitle
  write(title, item?.title ?? title.dataset.nothing ?? "")
  title.toggleAttribute("data-empty", !item)
  write(piece(bar, "artist"), item ? [item.artist, item.album].filter(Boolean).join(" · ") : "")
  piece(bar, "into-room").hidden = !item || item.missing
}

/** @param {HTMLElement} bar @param {Commands} commands */
function showPlay(bar, { playing, canPlay }) {
  const play = /** @type {HTMLButtonElement} */ (piece(bar, "play"))
  const word = (playing ? play.dataset.wordPause : play.dataset.wordPlay) ?? ""
  if (play.getAttribute("aria-label") !== word) play.setAttribute("aria-label", word)
  play.title = word
  play.disabled = !canPlay && !playing
  showWhen(play, playing ? "playing" : "paused")
}

/**
 * Where the sound is, where it is not here; nothing as long as that is not known.
 * @param {HTMLElement} bar
 * @param {Mine} mine
 */
function showElsewhere(bar, mine) {
  const { sound, state, store } = mine
  const silent = store.known && state.current !== null && !sound.here && !sound.isComing
  const waits = silent && (sound.refusedHere || (state.is_playing && sound.isNobodys))
  const elsewhere = silent && state.is_playing && sound.elsewhere
  piece(bar, "elsewhere").hidden = !waits && !elsewhere
  if (waits || elsewhere)
    write(
      piece(bar, "elsewhere-text"),
      waits
        ? gettext("Your browser waits for a tap before it plays here.")
        : gettext("The sound plays in another tab."),
    )
}

/** @param {HTMLSelectElement} select @param {number} rate */
function showRate(select, rate) {
  const value = String(rate)
  if (select.value === value) return
  if (![...select.options].some((option) => option.value === value)) select.add(new Option(`${rate}×`, value))
  select.value = value
}

/** @param {HTMLElement} button @param {string} repeat */
function showRepeat(button, repeat) {
  const word =
    { off: gettext("Repeat: off"), all: gettext("Repeat: the queue"), one: gettext("Repeat: this track") }[
      repeat
    ] ?? ""
  if (button.getAttribute("aria-label") === word) return
  button.setAttribute("aria-label", word)
  button.title = word
  button.toggleAttribute("data-on", repeat !== "off")
  showWhen(button, repeat === "one" ? "one" : "all")
}

/** @param {HTMLElement} bar @param {Mine} mine */
function showPosition(bar, mine) {
  const { durationS } = mine
  const seek = /** @type {HTMLInputElement} */ (piece(bar, "seek"))
  if ("dragged" in seek.dataset) return
  const shownS = mine.state.current === null ? 0 : mine.positionS()
  const max = String(durationS ?? 0)
  if (seek.max !== max) seek.max = max
  seek.disabled = !durationS || mine.state.current === null
  seek.value = String(shownS)
  showTimes(bar, shownS, durationS)
}

/** @param {HTMLElement} bar @param {number} positionS @param {number | null} durationS */
function showTimes(bar, positionS, durationS) {
  const seek = piece(bar, "seek")
  const share = durationS ? Math.min(positionS / durationS, 1) : 0
  seek.style.setProperty("--fill", `${(share * 100).toFixed(2)}%`)
  seek.setAttribute("aria-valuetext", clockTime(positionS))
  write(piece(bar, "position"), clockTime(positionS))
  write(piece(bar, "duration"), clockTime(durationS))
}
