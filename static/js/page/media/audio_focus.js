// @ts-check
/**
 * Carries out the decisions of `core/player/audio_focus.js`: the device's lock, the channel between its tabs,
 * the timeouts.
 *
 * A tab stores when it was last used, so that reloading the only tab continues playback.
 */

import { AudioFocusElection } from "../../core/player/audio_focus.js"
import { newId } from "../lib/api.js"
import { gettext } from "../lib/i18n.js"
import { after } from "../lib/timers.js"
import { channelLock, hasWebLocks, serverLock, webLock } from "./audio_focus_locks.js"

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
   * @param {{start: () => void, stop: () => Promise<void>, changed: () => void}} callbacks `stop` resolves when this
   *   tab is silent
   * @param {(callbacks: LockCallbacks) => FocusLock} lockFor
   */
  constructor(device, tab, callbacks, lockFor) {
    this.callbacks = callbacks
    this.election = new AudioFocusElection(tab, loadLastUse())
    this.channel = new BroadcastChannel(`${CHANNEL}:${device}`)
    this.channel.onmessage = ({ data }) => this.#do(this.election.receive(data, performance.now()))
    const { election } = this
    this.lock = lockFor({
      granted: () => this.#do(election.granted(performance.now())),
      stolen: () => this.#do(election.stolen(performance.now())),
      robbed: () => this.#do(election.robbed()),
      missed: () => this.#do(election.missed()),
      vacant: (insteadOf) => this.#do(election.vacant(performance.now(), insteadOf)),
    })
    this.cancel = () => {}
    this.reported = ""
    for (const gesture of GESTURES)
      addEventListener(gesture, ({ isTrusted }) => isTrusted && this.#used(), {
        capture: true,
        passive: true,
      })
    addEventListener("pageshow", ({ persisted }) => persisted && this.#restored())
  }

  /** Whether this tab is audible. */
  get here() {
    return this.election.audible
  }

  /** The browser requires a gesture in this tab before it plays sound. */
  get needsGesture() {
    return this.election.needsGesture
  }

  /** Another tab of this device is known to be audible. */
  get elsewhere() {
    return this.election.audibleTab !== null
  }

  /** This tab holds the lock and is silent, because no tab of this device was audible when it got it. */
  get isIdle() {
    return this.election.isIdle
  }

  /** This tab requested the focus and waits until the previous tab is silent. */
  get isPending() {
    return this.election.lock === "asking" || this.election.silentAtMs !== null
  }

  async open() {
    this.#do(this.election.opened(await this.lock.held()))
  }

  /** The user requested playback in this tab. */
  take() {
    this.#do(this.election.take(Date.now()))
    saveLastUse(this.election.usedMs)
  }

  refused() {
    this.#do(this.election.playRefused(performance.now()))
  }

  /** Give up the audio focus for good. */
  leave() {
    this.#do(this.election.leave())
  }

  #used() {
    this.election.used(Date.now())
    saveLastUse(this.election.usedMs)
  }

  /** Restored from the back/forward cache: locks held then are not held now. */
  #restored() {
    this.lock.leave()
    this.election.missed()
    this.#do([...this.election.robbed(), ...this.election.findAudibleTab()])
  }

  /** @param {FocusAction[]} actions */
  #do(actions) {
    for (const action of actions) this.#perform(action)
    this.#reportChange()
    this.cancel()
    const { dueMs } = this.election
    if (dueMs !== null)
      this.cancel = after(Math.max(0, dueMs - performance.now()), () =>
        this.#do(this.election.tick(performance.now())),
      )
  }

  #reportChange() {
    const state = [this.here, this.needsGesture, this.elsewhere, this.isIdle, this.isPending].join()
    if (state === this.reported) return
    this.reported = state
    this.callbacks.changed()
  }

  /** @param {FocusAction} action */
  #perform(action) {
    if (action.do === "queue") this.lock.queue()
    if (action.do === "steal") this.lock.steal(action.insteadOf)
    if (action.do === "leave") this.lock.leave()
    if (action.do === "post") this.channel.postMessage(action.message)
    if (action.do === "start") this.callbacks.start()
    if (action.do === "stop") this.callbacks.stop().then(() => this.#do(this.election.fellSilent()))
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
    // After a reload this tab counts as a new one.
  }
}

/**
 * The audio focus of a tab of the player: the tab that has it plays the player's output.
 * @param {import("../player/session.js").PlayerSession} player
 */
export function createPlayerAudioFocus(player) {
  const { boot, tab, output } = player
  const callbacks = {
    start: () => {
      output.start()
      player.update()
    },
    stop: () => output.stop(),
    changed: () => player.emit("sound"),
  }
  return new AudioFocus(boot.device_id, tab, callbacks, (lockCallbacks) =>
    hasWebLocks()
      ? webLock(`watchium-sound:${boot.device_id}`, lockCallbacks)
      : serverLock(player, lockCallbacks),
  )
}

const ELSEWHERE_NOTICE = "sound-elsewhere"
const NOTICE_RANK = 2
const ACTIVE_TAB_KEY = "watchium:sound-here"

/**
 * A room that is open in several tabs of a browser plays sound in one of them: the first, or the one that requested it
 * last. The others follow muted and offer to take the sound. When the audible tab closes or crashes, the last used one
 * takes over.
 * @param {import("../room/session.js").RoomSession} room
 * @param {{show: (notice: any) => void, withdraw: (key: string) => void}} notices
 */
export function mountRoomAudioFocus(room, notices) {
  const { player } = room
  const name = `room:${room.boot.room_id}`
  let closed = false
  const setAudible = (/** @type {boolean} */ here) => {
    player.silence(!here)
    rememberActive(name, here)
    if (here || closed) notices.withdraw(ELSEWHERE_NOTICE)
    else
      notices.show({
        key: ELSEWHERE_NOTICE,
        rank: NOTICE_RANK,
        text: gettext("This room plays in another tab."),
        act: { text: gettext("Play sound here"), run: () => focus.take() },
      })
  }
  const callbacks = { start: () => setAudible(true), stop: async () => setAudible(false), changed: () => {} }
  const [tab, lock] = [newId(), `watchium-sound:${name}`]
  const focus = new AudioFocus(name, tab, callbacks, (lockCallbacks) =>
    hasWebLocks() ? webLock(lock, lockCallbacks) : channelLock(lock, tab, lockCallbacks),
  )
  player.requestSound = () => focus.take()
  void openFocus(focus, name, () => setAudible(false))
  return room.on("connection", ({ status }) => {
    if (status !== "closed") return
    closed = true // silent because the visit is over, not because another tab plays
    notices.withdraw(ELSEWHERE_NOTICE)
    focus.leave()
  })
}

/**
 * Opening a tab does not take the focus from another one, but reloading the tab with the focus keeps it.
 * @param {AudioFocus} focus
 * @param {string} name
 * @param {() => void} mute
 */
async function openFocus(focus, name, mute) {
  const reloaded =
    wasActive(name) &&
    performance
      .getEntriesByType("navigation")
      .some((entry) => /** @type {PerformanceNavigationTiming} */ (entry).type === "reload")
  const elsewhere = await focus.lock.held()
  if (elsewhere && !reloaded) mute()
  await focus.open()
  if (reloaded || !elsewhere) focus.take()
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
    // A reload then counts as opening a new tab.
  }
}
