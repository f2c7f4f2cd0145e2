// @ts-check
/**
 * Carries out what `core/sounding.js` decides: the lock of the device, the channel between its tabs, the
 * waits.
 *
 * A tab that is loaded again remembers when it was last used: whoever reloads the only tab wants the music to
 * go on.
 */

import { AudioFocusElection } from "../../core/player/audio_focus.js"
import { after } from "../lib/timers.js"

const CHANNEL = "watchium-sound"
const USED = "watchium:used"
const HANDS = ["pointerdown", "keydown"]

/** @typedef {import("../../core/player/audio_focus.js").FocusAction} FocusAction */
/**
 * @typedef {{held: () => Promise<boolean>, queue: () => void, steal: (insteadOf?: string | null) => void,
 *   leave: () => void}} Lock
 */
/**
 * @typedef {{granted: () => void, stolen: () => void, robbed: () => void, missed: () => void, vacant:
 *   (insteadOf: string | null) => void}} LockTells
 */

export class AudioFocus {
  /**
   * @param {string} device
   * @param {string} tab
   * @param {{start: () => void, stop: () => Promise<void>, known: () => void}} tells `stop` is over when
   *   nothing can be heard
   * any more; `known`: where the sound is, is known anew
   * @param {(tells: LockTells) => Lock} lockFor
   */
  constructor(device, tab, tells, lockFor) {
    this.tells = tells
    this.machine = new AudioFocusElection(tab, usedBefore())
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
    for (const hand of HANDS)
      addEventListener(hand, ({ isTrusted }) => isTrusted && this.#used(), { capture: true, passive: true })
    addEventListener("pageshow", ({ persisted }) => persisted && this.#restored())
  }

  /** Whether this is the tab that is heard. */
  get here() {
    return this.machine.audible
  }

  /** The browser wants a hand in this tab before it lets anything be heard. */
  get refusedHere() {
    return this.machine.needsGesture
  }

  /** Another tab of this device is known to be heard. */
  get elsewhere() {
    return this.machine.audibleTab !== null
  }

  /** This tab keeps the lock and is not heard, because nobody on this device was when it came. */
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
    rememberUse(this.machine.usedMs)
  }

  refused() {
    this.#do(this.machine.playRefused(performance.now()))
  }

  /** Not to be heard any more, whatever is pressed here. */
  leave() {
    this.#do(this.machine.leave())
  }

  #used() {
    this.machine.used(Date.now())
    rememberUse(this.machine.usedMs)
  }

  /** Out of the cache of the back button: what was held then is not held now. */
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
    this.tells.known()
  }

  /** @param {FocusAction} action */
  #one(action) {
    if (action.do === "queue") this.lock.queue()
    if (action.do === "steal") this.lock.steal(action.insteadOf)
    if (action.do === "leave") this.lock.leave()
    if (action.do === "post") this.channel.postMessage(action.message)
    if (action.do === "start") this.tells.start()
    if (action.do === "stop") this.tells.stop().then(() => this.#do(this.machine.fellSilent()))
  }
}

/** @returns {number} */
function usedBefore() {
  try {
    return Number(sessionStorage.getItem(USED)) || 0
  } catch {
    return 0
  }
}

/** @param {number} wallMs */
function rememberUse(wallMs) {
  try {
    sessionStorage.setItem(USED, String(wallMs))
  } catch {
    // Then this tab is a new one after a reload.
  }
}
