// @ts-check
/**
 * Carries out the decisions of `core/player/audio_focus.js`: the device's lock, the channel between its tabs,
 * the timeouts.
 *
 * A tab remembers over a reload when it was last used, so that reloading the only tab continues playback.
 */

import { AudioFocusElection } from "../../core/player/audio_focus.js"
import { newId } from "../lib/api.js"
import { gettext } from "../lib/i18n.js"
import { after } from "../lib/timers.js"
import { channelLock, hasWebLocks, webLock } from "./audio_focus_locks.js"

const CHANNEL = "watchium-sound"
const LAST_USED_KEY = "watchium:used"
const GESTURES = ["pointerdown", "keydown"]

/** @typedef {import("../../core/player/audio_focus.js").FocusAction} FocusAction */
/**
 * @typedef {{held: () => Promise<boolean>, queue: () => void, steal: (insteadOf?: string | null) => void,
 *   leave: () => void}} FocusLock
 */
/**
 * @typedef {{granted: () => void, stolen: () => void, robbed: () => void, missed: () => void, vacant:
 *   (insteadOf: string | null) => void}} LockCallbacks
 */

export class AudioFocus {
  /**
   * @param {string} device
   * @param {string} tab
   * @param {{start: () => void, stop: () => Promise<void>, known: () => void}} callbacks `stop` is over when
   *   nothing can be heard
   * any more; `known`: where the sound is, is known anew
   * @param {(callbacks: LockCallbacks) => FocusLock} lockFor
   */
  constructor(device, tab, callbacks, lockFor) {
    this.callbacks = callbacks
    this.machine = new AudioFocusElection(tab, loadLastUse())
    this.channel = new BroadcastChannel(`${CHANNEL}:${device}`)
    this.channel.onmessage = ({ data }) => this.#do(this.machine.receive(data, performance.now()))
    const { machine } = this
    this.lock = lockFor({
      granted: () => this.#do(machine.granted(performance.now())),
      stolen: () => this.#do(machine.stolen(performance.now())),
      robbed: () => this.#do(machine.robbed()),
      missed: () => this.#do(machine.missed()),
      vacant: (insteadOf) => this.#do(machine.vacant(performance.now(), insteadOf)),
    })
    this.cancel = () => {}
    this.told = ""
    for (const hand of GESTURES)
      addEventListener(hand, ({ isTrusted }) => isTrusted && this.#used(), { capture: true, passive: true })
    addEventListener("pageshow", ({ persisted }) => persisted && this.#restored())
  }

  /** Whether this tab is audible. */
  get here() {
    return this.machine.audible
  }

  /** The browser requires a gesture in this tab before it plays sound. */
  get refusedHere() {
    return this.machine.needsGesture
  }

  /** Another tab of this device is known to be audible. */
  get elsewhere() {
    return this.machine.audibleTab !== null
  }

  /** This tab holds the lock and is silent, because no tab of this device was audible when it got it. */
  get isNobodys() {
    return this.machine.isIdle
  }

  /** Asked for it, and waits until the other one is silent. */
  get isComing() {
    return this.machine.lock === "asking" || this.machine.silentAtMs !== null
  }

  async open() {
    this.#do(this.machine.opened(await this.lock.held()))
  }

  /** Asked to play, by hand. */
  take() {
    this.#do(this.machine.take(Date.now()))
    saveLastUse(this.machine.usedMs)
  }

  refused() {
    this.#do(this.machine.playRefused(performance.now()))
  }

  /** Give up the audio focus for good. */
  leave() {
    this.#do(this.machine.leave())
  }

  #used() {
    this.machine.used(Date.now())
    saveLastUse(this.machine.usedMs)
  }

  /** Restored from the back/forward cache: locks held then are not held now. */
  #restored() {
    this.lock.leave()
    this.machine.missed()
    this.#do([...this.machine.robbed(), ...this.machine.findAudibleTab()])
  }

  /** @param {FocusAction[]} actions */
  #do(actions) {
    for (const action of actions) this.#one(action)
    this.#tell()
    this.cancel()
    const { dueMs } = this.machine
    if (dueMs !== null)
      this.cancel = after(Math.max(0, dueMs - performance.now()), () =>
        this.#do(this.machine.tick(performance.now())),
      )
  }

  #tell() {
    const known = [this.here, this.refusedHere, this.elsewhere, this.isNobodys, this.isComing].join()
    if (known === this.told) return
    this.told = known
    this.callbacks.known()
  }

  /** @param {FocusAction} action */
  #one(action) {
    if (action.do === "queue") this.lock.queue()
    if (action.do === "steal") this.lock.steal(action.insteadOf)
    if (action.do === "leave") this.lock.leave()
    if (action.do === "post") this.channel.postMessage(action.message)
    if (action.do === "start") this.callbacks.start()
    if (action.do === "stop") this.callbacks.stop().then(() => this.#do(this.machine.fellSilent()))
  }
}

/** @returns {number} */
function loadLastUse() {
  try {
    return Number(sessionStorage.getItem(LAST_USED_KEY)) || 0
  } catch {
    return 0
  }
}

/** @param {number} wallMs */
function saveLastUse(wallMs) {
  try {
    sessionStorage.setItem(LAST_USED_KEY, String(wallMs))
  } catch {
    // Then this tab is a new one after a reload.
  }
}

const ELSEWHERE_NOTICE = "sound-elsewhere"
const NOTICE_RANK = 2
const ACTIVE_TAB_KEY = "watchium:sound-here"

/**
 * A room that is open in several tabs of a browser plays sound in one of them: the first, or the one that asked for it last.
 * The others follow muted and offer to take the sound. When the audible tab closes or crashes, the last used one takes over.
 * @param {import("../room/session.js").RoomSession} room
 * @param {{show: (notice: any) => void, withdraw: (key: string) => void}} notices
 */
export function mountRoomAudioFocus(room, notices) {
  const { player } = room
  const name = `room:${room.boot.room_id}`
  let over = false
  const be = (/** @type {boolean} */ here) => {
    player.silence(!here)
    rememberActive(name, here)
    if (here || over) notices.withdraw(ELSEWHERE_NOTICE)
    else
      notices.show({
        key: ELSEWHERE_NOTICE,
        rank: NOTICE_RANK,
        text: gettext("This room plays in another tab."),
        act: { text: gettext("Play sound here"), run: () => sound.take() },
      })
  }
  const callbacks = { start: () => be(true), stop: async () => be(false), known: () => {} }
  const [tab, lock] = [newId(), `watchium-sound:${name}`]
  const sound = new AudioFocus(name, tab, callbacks, (lockCallbacks) =>
    hasWebLocks() ? webLock(lock, lockCallbacks) : channelLock(lock, tab, lockCallbacks),
  )
  player.wantSound = () => sound.take()
  void openFocus(sound, name, () => be(false))
  return room.on("connection", ({ status }) => {
    if (status !== "closed") return
    over = true // silent because the visit is over, not because another tab plays
    notices.withdraw(ELSEWHERE_NOTICE)
    sound.leave()
  })
}

/**
 * A tab does not take the sound by being opened, but the tab that had it keeps it when it is loaded again.
 * @param {AudioFocus} sound
 * @param {string} name
 * @param {() => void} follow without sound
 */
async function openFocus(sound, name, follow) {
  const reloaded =
    wasActive(name) &&
    performance
      .getEntriesByType("navigation")
      .some((entry) => /** @type {PerformanceNavigationTiming} */ (entry).type === "reload")
  const elsewhere = await sound.lock.held()
  if (elsewhere && !reloaded) follow()
  await sound.open()
  if (reloaded || !elsewhere) sound.take()
}

/** @param {string} name */
function wasActive(name) {
  try {
    return sessionStorage.getItem(ACTIVE_TAB_KEY) === name
  } catch {
    return false
  }
}

/** @param {string} name @param {boolean} here */
function rememberActive(name, here) {
  try {
    sessionStorage.setItem(ACTIVE_TAB_KEY, here ? name : "")
  } catch {
    // Then a reload is an opening like any other.
  }
}
