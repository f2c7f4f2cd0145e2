// @ts-check
/** How loud it is for you; nobody else hears the difference. */

import { all, piece, showWhen } from "../lib/dom.js"

/**
 * @param {HTMLElement} bar
 * @param {import("../room/types.js").Room} room
 */
export function mount(bar, room) {
  const gone = new AbortController()
  const { signal } = gone
  const mute = piece(bar, "mute")
  const volume = /** @type {HTMLInputElement} */ (piece(bar, "volume"))
  const show = () => showSound(mute, volume, room.player)

  mute.addEventListener(
    "click",
    () => {
      toggleMute(room.player)
      show()
    },
    { signal },
  )
  volume.addEventListener(
    "input",
    () => {
      setVolume(room.player, Number(volume.value))
      show()
    },
    { signal },
  )
  document.addEventListener("watchium:sound", show, { signal })
  show()
  return all(() => gone.abort(), room.on("player", show), room.on("state", show))
}

/** @param {import("../room/types.js").Player} player */
export function toggleMute(player) {
  const muted = !player.muted
  player.unlock()
  player.setMuted(muted)
  document.dispatchEvent(new Event("watchium:sound"))
}

/**
 * @param {import("../room/types.js").Player} player
 * @param {number} volume 0 to 1
 */
export function setVolume(player, volume) {
  player.setVolume(Math.min(Math.max(volume, 0), 1))
  if (volume > 0 && player.muted) player.setMuted(false)
  document.dispatchEvent(new Event("watchium:sound"))
}

/**
 * Louder is heard at once; quieter leaves silence alone.
 * @param {import("../room/types.js").Player} player
 * @param {number} step
 */
export function changeVolume(player, step) {
  if (step > 0 || !player.muted) setVolume(player, player.volume + step)
}

/**
 * @param {HTMLElement} mute
 * @param {HTMLInputElement} volume
 * @param {import("../room/types.js").Player} player
 */
function showSound(mute, volume, player) {
  const loudness = player.muted ? 0 : player.volume
  mute.setAttribute("aria-pressed", String(player.muted))
  showWhen(mute, loudness === 0 ? "muted" : "loud")
  if (document.activeElement !== volume || !player.muted) volume.value = String(loudness)
  volume.style.setProperty("--fill", `${Math.round(loudness * 100)}%`)
}
