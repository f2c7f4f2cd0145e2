// @ts-check
/**
 * The bar under the picture: the same for every source; whoever may not control sees where things are, and
 * can ask.
 */

import { mount as mountChange } from "./media_dialog.js"
import { commandsOf } from "./playback_commands.js"
import { clockTime } from "../lib/format.js"
import { othersMayPlay } from "../people/member_status.js"
import { all, piece, showWhen, write } from "../lib/dom.js"
import { mount as mountPip } from "./picture_in_picture.js"
import { mount as mountScreen } from "./fullscreen.js"
import { mount as mountSound } from "../ui/volume.js"
import { mount as mountStage } from "./stage.js"
import { askForControl } from "./ask_control.js"

const TICK_MS = 250
const KEY_STEP_S = 5

/** Changes after which the bar may look different. */
const CHANGES = [
  "state",
  "play",
  "pause",
  "seek",
  "set_rate",
  "load",
  "timeline",
  "new_host",
  "role_changed",
  "room_changed",
  "player",
  "presence",
]

/**
 * @param {HTMLElement} bar
 * @param {import("../room/types.js").Room} room
 */
export function mount(bar, room) {
  const gone = new AbortController()
  let player = ""
  const show = () => {
    showRole(bar, room)
    showPlayback(bar, room, player)
  }
  listen(bar, room, gone.signal)
  const ticking = setInterval(() => showPosition(bar, room), TICK_MS)
  show()
  return all(
    () => gone.abort(),
    () => clearInterval(ticking),
    room.on("player", ({ state }) => {
      player = state
    }),
    commandsOf(room).watch(show),
    ...CHANGES.map((type) => room.on(type, show)),
    mountSound(bar, room),
    mountScreen(bar, room),
    mountPip(bar, room),
    mountStage(/** @type {HTMLElement} */ (bar.closest("[data-stage]")), room),
    mountChange(piece(document, "change"), room),
  )
}

/**
 * @param {HTMLElement} bar
 * @param {import("../room/types.js").Room} room
 * @param {AbortSignal} signal
 */
function listen(bar, room, signal) {
  const commands = commandsOf(room)
  const seek = piece(bar, "seek")
  const rate = /** @type {HTMLSelectElement} */ (piece(bar, "rate"))
  piece(bar, "play").addEventListener("click", () => commands.toggle(), { signal })
  piece(bar, "ask").addEventListener("click", () => askForControl(room), { signal })
  rate.addEventListener("change", () => commands.setRate(Number(rate.value)), { signal })
  listenToSeek(/** @type {HTMLInputElement} */ (seek), bar, room, signal)
}

/**
 * A drag is shown here and told to the room when it is let go.
 * @param {HTMLInputElement} seek
 * @param {HTMLElement} bar
 * @param {import("../room/types.js").Room} room
 * @param {AbortSignal} signal
 */
function listenToSeek(seek, bar, room, signal) {
  const commands = commandsOf(room)
  const letGo = () => delete seek.dataset.dragged
  seek.addEventListener(
    "input",
    () => {
      seek.dataset.dragged = ""
      showTimes(bar, Number(seek.value), commands.durationS)
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
      const steps = /** @type {Record<string, number>} */ ({
        ArrowLeft: -1,
        ArrowDown: -1,
        ArrowRight: 1,
        ArrowUp: 1,
        PageDown: -6,
        PageUp: 6,
      })[event.key]
      if (!steps) return
      event.preventDefault()
      commands.seekBy(steps * KEY_STEP_S)
    },
    { signal },
  )
}

/**
 * @param {HTMLElement} bar
 * @param {import("../room/types.js").Room} room
 */
function showRole(bar, room) {
  if (!room.state?.room) return
  const { allowed, governs } = commandsOf(room)
  for (const name of ["play", "seek", "speed"]) piece(bar, name).hidden = !allowed
  for (const one of bar.querySelectorAll("[data-may-control]"))
    /** @type {HTMLElement} */ (one).hidden = !governs
  piece(bar, "progress").hidden = allowed
  piece(bar, "view-only").hidden = allowed
}

/**
 * @param {HTMLElement} bar
 * @param {import("../room/types.js").Room} room
 * @param {string} player the state of the one here
 */
function showPlayback(bar, room, player) {
  const { playing, hasMedia } = commandsOf(room)
  const dead = player === "error" && !othersMayPlay(room)
  const play = /** @type {HTMLButtonElement} */ (piece(bar, "play"))
  const word = (playing ? play.dataset.wordPause : play.dataset.wordPlay) ?? ""
  if (play.getAttribute("aria-label") !== word) play.setAttribute("aria-label", word)
  play.title = word
  play.disabled = !hasMedia || (dead && !playing)
  showWhen(play, playing ? "playing" : "paused")
  showRate(/** @type {HTMLSelectElement} */ (piece(bar, "rate")), commandsOf(room).rate)
  showRoomRate(piece(bar, "room-rate"), room)
  showPosition(bar, room)
}

/**
 * The room's speed, also where it is none of ours.
 * @param {HTMLSelectElement} select
 * @param {number} rate
 */
function showRate(select, rate) {
  const value = String(rate)
  if (select.value === value) return
  if (![...select.options].some((option) => option.value === value)) select.add(new Option(`${rate}×`, value))
  select.value = value
}

/**
 * Whoever cannot choose the speed still sees that it is not the usual one.
 * @param {HTMLElement} slot
 * @param {import("../room/types.js").Room} room
 */
function showRoomRate(slot, room) {
  const { allowed, rate } = commandsOf(room)
  slot.hidden = allowed || rate === 1
  write(slot, `${rate}×`)
}

/**
 * @param {HTMLElement} bar
 * @param {import("../room/types.js").Room} room
 */
function showPosition(bar, room) {
  const { shownS: positionS, durationS, hasMedia } = commandsOf(room)
  const seek = /** @type {HTMLInputElement} */ (piece(bar, "seek"))
  if ("dragged" in seek.dataset) return
  const shownS = hasMedia ? positionS : 0
  const max = String(durationS ?? 0)
  if (seek.max !== max) seek.max = max
  seek.disabled = !durationS
  seek.value = String(shownS)
  showTimes(bar, shownS, durationS)
}

/**
 * @param {HTMLElement} bar
 * @param {number} positionS
 * @param {number | null} durationS
 */
function showTimes(bar, positionS, durationS) {
  const share = durationS ? Math.min(positionS / durationS, 1) : 0
  const seek = piece(bar, "seek")
  seek.style.setProperty("--fill", `${(share * 100).toFixed(2)}%`)
  seek.setAttribute("aria-valuetext", clockTime(positionS))
  const progress = /** @type {HTMLProgressElement} */ (piece(bar, "progress"))
  progress.value = share
  write(piece(bar, "position"), clockTime(positionS))
  write(piece(bar, "duration"), clockTime(durationS))
}
