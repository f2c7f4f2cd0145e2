// @ts-check
/**
 * A room that is open in several tabs of a browser sounds in one of them: the first, or the one last asked
 * to. The others follow without sound and offer to take it. When the tab that sounds closes or crashes, the
 * one last used takes over.
 */

import { channelLock } from "../player_audio/channel_lock.js"
import { newId } from "../lib/id.js"
import { announce, withdraw } from "../ui/notify.js"
import { hasLocks, soundLock } from "../player_audio/web_lock.js"
import { AudioFocus } from "../player_audio/audio_focus.js"
import { gettext } from "../lib/i18n.js"

const NOTICE = "sound-elsewhere"
const RANK = 2
const HERE = "watchium:sound-here"

/** @param {HTMLElement} _body @param {import("./session.js").Session} room */
export function mount(_body, room) {
  const { player } = room
  const name = `room:${room.boot.room_id}`
  let over = false
  const be = (/** @type {boolean} */ here) => {
    player.silence(!here)
    rememberHere(name, here)
    if (here || over) withdraw(NOTICE)
    else
      announce({
        key: NOTICE,
        rank: RANK,
        text: gettext("This room plays in another tab."),
        act: { text: gettext("Play sound here"), run: () => sound.take() },
      })
  }
  const tells = { start: () => be(true), stop: async () => be(false), known: () => {} }
  const [tab, lock] = [newId(), `watchium-sound:${name}`]
  const sound = new AudioFocus(name, tab, tells, (lockTells) =>
    hasLocks() ? soundLock(lock, lockTells) : channelLock(lock, tab, lockTells),
  )
  player.wantSound = () => sound.take()
  void open(sound, name, () => be(false))
  return room.on("connection", ({ status }) => {
    if (status !== "closed") return
    over = true // silent because the visit is over, not because another tab plays
    withdraw(NOTICE)
    sound.leave()
  })
}

/**
 * A tab does not take the sound by being opened, but the tab that had it keeps it when it is loaded again.
 * @param {AudioFocus} sound
 * @param {string} name
 * @param {() => void} follow without sound
 */
async function open(sound, name, follow) {
  const reloaded =
    wasHere(name) &&
    performance
      .getEntriesByType("navigation")
      .some((entry) => /** @type {PerformanceNavigationTiming} */ (entry).type === "reload")
  const elsewhere = await sound.lock.held()
  if (elsewhere && !reloaded) follow()
  await sound.open()
  if (reloaded || !elsewhere) sound.take()
}

/** @param {string} name */
function wasHere(name) {
  try {
    return sessionStorage.getItem(HERE) === name
  } catch {
    return false
  }
}

/** @param {string} name @param {boolean} here */
function rememberHere(name, here) {
  try {
    sessionStorage.setItem(HERE, here ? name : "")
  } catch {
    // Then a reload is an opening like any other.
  }
}
