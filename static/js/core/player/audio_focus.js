// @ts-check
/**
 * Decides which tab of a device plays the sound: one, and the one in which a user last pressed Play.
 *
 * There is one lock, and every tab queues for it. A tab in which the user presses Play steals it; no tab
 * takes it by being opened. When the holder closes or crashes, the lock goes to the first tab in the queue,
 * which does not keep it but holds an election and offers it to the tab that was used last. The old and the
 * new holder are never audible together: the old one falls silent and announces it, the new one waits for
 * that message, or for as long as falling silent takes.
 *
 * Every call returns the actions to take: wait for the lock (`queue`), take it (`steal`), send a message to
 * the other tabs (`post`), play (`start`), fall silent and then call `fellSilent` (`stop`), stop waiting
 * (`leave`).
 */

const ELECTION_MS = 120 // for all tabs to respond; a message between tabs takes a few
const OFFER_MS = 600 // for a tab to take the lock it was offered
const SILENCE_MS = 250 // the old holder needs 30 to fade; one that hangs is not waited for any longer
const SETTLE_MS = 20 // after a `silent` message: another tab may have started within that

/**
 * A message between tabs; tabs of older versions of the page understand it too.
 * @typedef {{word: "who" | "roll" | "here" | "yours" | "loud" | "silent", from: string, to?: string, usedMs?:
 *   number, may?: boolean, sounds?: boolean}} TabMessage
 */
/**
 * @typedef {{do: "queue" | "start" | "stop" | "leave"} | {do: "steal", insteadOf?: string | null} | {do:
 *   "post", message: TabMessage}} FocusAction
 */

export class AudioFocusElection {
  /** @type {"queued" | "asking" | "held" | "left"} */
  lock = "queued"
  audible = false
  /** Another tab was audible while this one was open. */
  sawAnother = false
  /** The browser plays no sound here before a user gesture. */
  needsGesture = false
  /** Another tab that is audible, as far as is known. @type {string | null} */
  audibleTab = null
  /** Other tabs may be audible until then. @type {number | null} */
  silentAtMs = null
  /** @type {{untilMs: number, candidates: Map<string, number>} | null} */
  election = null
  /** @type {{tab: string, untilMs: number} | null} */
  offer = null
  /** Tabs that did not take the lock they were offered. @type {Set<string>} */
  unresponsive = new Set()
  /** Without a lock of the browser: the tab that lost it. @type {string | null | undefined} */
  insteadOf = undefined

  /**
   * @param {string} tab
   * @param {number} usedMs when the user last did something in it, wall clock; 0 if never
   */
  constructor(tab, usedMs = 0) {
    this.tab = tab
    this.usedMs = usedMs
  }

  #endElection() {
    this.election = null
    this.offer = null
    this.unresponsive = new Set()
    this.insteadOf = undefined
  }

  /** Whether this tab may continue what another tab played. */
  get mayContinue() {
    return this.lock !== "left" && !this.needsGesture && (this.usedMs > 0 || this.sawAnother)
  }

  /** This tab holds the lock, and no tab is audible or about to be. */
  get isIdle() {
    return this.lock === "held" && !this.audible && this.silentAtMs === null && !this.election && !this.offer
  }

  /** When to call `tick`; null if not needed. */
  get dueMs() {
    const times = [this.silentAtMs, this.election?.untilMs, this.offer?.untilMs].filter(
      (ms) => typeof ms === "number",
    )
    return times.length ? Math.min(.../** @type {number[]} */ (times)) : null
  }

  // ---------------------------------------------------------------- the user

  /** @param {boolean} held another tab holds the lock @returns {FocusAction[]} */
  opened(held) {
    if (this.lock === "left") return []
    this.sawAnother = held
    return [{ do: "queue" }, ...this.findAudibleTab()]
  }

  /** Ask whether another tab is audible. @returns {FocusAction[]} */
  findAudibleTab() {
    this.audibleTab = null
    return [this.#message("who")]
  }

  /** @param {number} wallMs */
  used(wallMs) {
    this.usedMs = wallMs
  }

  /** The user pressed Play. @param {number} wallMs @returns {FocusAction[]} */
  take(wallMs) {
    if (this.lock === "left") return []
    this.usedMs = wallMs
    this.needsGesture = false
    // a tab that the former holder stole the lock from may still fade
    if (this.election && this.lock === "held") this.silentAtMs = this.election.untilMs
    this.#endElection()
    if (this.lock === "asking") return []
    if (this.lock === "queued") return this.#steal()
    return this.audible || this.silentAtMs !== null ? [] : this.#start()
  }

  /**
   * This tab lost its connection to the server for good: it must not play any more.
   * @returns {FocusAction[]}
   */
  leave() {
    const { audible } = this
    this.#endElection()
    this.lock = "left"
    this.silentAtMs = null
    this.audible = false
    return audible ? [{ do: "stop" }, { do: "leave" }] : [{ do: "leave" }]
  }

  /** @param {string | null} [insteadOf] @returns {FocusAction[]} */
  #steal(insteadOf) {
    this.lock = "asking"
    return [insteadOf === undefined ? { do: "steal" } : { do: "steal", insteadOf }]
  }

  // ---------------------------------------------------------------- the lock

  /** The lock came to this tab because its holder is gone. @param {number} nowMs @returns {FocusAction[]} */
  granted(nowMs) {
    if (this.lock !== "queued") return []
    this.lock = "held"
    this.audibleTab = null
    return this.#elect(nowMs)
  }

  /** This tab took the lock from its holder. @param {number} nowMs @returns {FocusAction[]} */
  stolen(nowMs) {
    this.#endElection()
    this.lock = "held"
    this.silentAtMs = nowMs + SILENCE_MS
    return []
  }

  /** Another tab took the lock from this one. @returns {FocusAction[]} */
  robbed() {
    if (this.lock === "asking" || this.lock === "left") return []
    if (this.lock === "queued") return [{ do: "queue" }] // of a lock that was only just granted
    const { audible } = this
    // then this tab cannot announce silence, because it is waiting for it too
    const waiting = this.silentAtMs !== null || this.election !== null
    this.#endElection()
    this.lock = "queued"
    this.silentAtMs = null
    this.audible = false
    this.sawAnother = true
    if (audible) return [{ do: "queue" }, { do: "stop" }]
    return waiting ? [{ do: "queue" }] : [{ do: "queue" }, ...this.fellSilent()]
  }

  /** Another tab was faster to take the lock. @returns {FocusAction[]} */
  missed() {
    if (this.lock !== "asking") return []
    this.#endElection()
    this.lock = "queued"
    return [{ do: "queue" }]
  }

  /**
   * Without a lock of the browser: the tab that had the focus does not respond any more.
   * @param {number} nowMs
   * @param {string | null} insteadOf
   * @returns {FocusAction[]}
   */
  vacant(nowMs, insteadOf) {
    if (this.lock !== "queued" || this.election || this.offer) return []
    this.insteadOf = insteadOf
    this.audibleTab = null
    return this.#elect(nowMs)
  }

  // ---------------------------------------------------------------- sound and silence

  /** @returns {FocusAction[]} */
  #start() {
    this.audible = true
    this.audibleTab = null
    return [this.#message("loud"), { do: "start" }]
  }

  /** @returns {FocusAction[]} */
  fellSilent() {
    return [this.#message("silent")]
  }

  /**
   * The browser plays no sound here without a gesture; another tab may.
   * @param {number} nowMs
   * @returns {FocusAction[]}
   */
  playRefused(nowMs) {
    this.audible = false
    this.needsGesture = true
    return this.lock === "held" ? this.#elect(nowMs) : []
  }

  // ---------------------------------------------------------------- messages between tabs

  /** @param {number} nowMs @returns {FocusAction[]} */
  #elect(nowMs) {
    this.offer = null
    this.election = { untilMs: nowMs + ELECTION_MS, candidates: new Map() }
    return [this.#message("roll")]
  }

  /** @param {TabMessage} message @param {number} nowMs @returns {FocusAction[]} */
  receive(message, nowMs) {
    const { word, from, to } = message
    if (from === this.tab || (to ?? this.tab) !== this.tab) return []
    if (word === "who") return this.audible ? [this.#message("here", from)] : []
    if (word === "roll") {
      this.audibleTab = null // elections are held because no tab is audible
      return [this.#message("here", from)]
    }
    if (word === "here") this.#addCandidate(message)
    if (word === "loud") this.#otherStarted(from, nowMs)
    if (word === "silent" && from === this.audibleTab) this.audibleTab = null
    if (word === "silent" && this.silentAtMs !== null)
      this.silentAtMs = Math.min(this.silentAtMs, nowMs + SETTLE_MS)
    return word === "yours" && this.mayContinue && this.lock === "queued" ? this.#steal() : []
  }

  /** @param {TabMessage} message */
  #addCandidate({ from, may, usedMs, sounds }) {
    if (sounds && !this.audible) this.audibleTab = from
    if (sounds && this.insteadOf !== undefined) this.#endElection() // not gone, only its connection is
    if (may) this.election?.candidates.set(from, usedMs ?? 0)
  }

  /** @param {string} from @param {number} nowMs */
  #otherStarted(from, nowMs) {
    this.sawAnother = true
    if (!this.audible) this.audibleTab = from
    if (this.silentAtMs !== null) this.silentAtMs = nowMs + SILENCE_MS
  }

  /** @param {TabMessage["word"]} word @param {string} [to] @returns {FocusAction} */
  #message(word, to) {
    const { tab: from, usedMs, mayContinue: may, audible: sounds } = this
    return {
      do: "post",
      message: word === "here" ? { word, from, to, usedMs, may, sounds } : { word, from, to },
    }
  }

  /** @param {number} nowMs @returns {FocusAction[]} */
  tick(nowMs) {
    if (this.silentAtMs !== null && nowMs >= this.silentAtMs) {
      this.silentAtMs = null
      return this.#start()
    }
    if (this.election && nowMs >= this.election.untilMs) return this.#decide(this.election.candidates, nowMs)
    if (!this.offer || nowMs < this.offer.untilMs) return []
    this.unresponsive.add(this.offer.tab)
    return this.#elect(nowMs)
  }

  /**
   * Choose the candidate that was used last.
   * @param {Map<string, number>} candidates
   * @param {number} nowMs
   * @returns {FocusAction[]}
   */
  #decide(candidates, nowMs) {
    const tabs = [...candidates].filter(([tab]) => !this.unresponsive.has(tab))
    if (this.mayContinue) tabs.push([this.tab, this.usedMs])
    const best = tabs
      .sort(([tab, usedMs], [other, otherMs]) => usedMs - otherMs || (tab < other ? -1 : 1))
      .at(-1)?.[0]
    this.election = null
    if (best === undefined) return []
    if (best === this.tab) return this.lock === "held" ? this.#start() : this.#steal(this.insteadOf)
    this.offer = { tab: best, untilMs: nowMs + OFFER_MS }
    // without a lock of the browser that tab comes to the same result and takes the focus by itself
    return this.lock === "held" ? [this.#message("yours", best)] : []
  }
}
