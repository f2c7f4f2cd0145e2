// @ts-check
/**
 * Which tab of a device makes the sound: one, and the one last asked to play.
 *
 * There is one lock for it, and every tab stands in line. Whoever is asked to play robs the holder; nobody
 * takes it by being opened. When the holder closes or crashes the lock falls to the first in line, who does
 * not keep it but asks around and hands it to the tab that was last used. Robbed and robber are never heard
 * together: the one falls silent and says so, the other waits for that word, or for as long as falling silent
 * takes.
 *
 * Decides only. Each call answers with what is to be done: stand in line (`queue`), rob (`steal`), tell the
 * other tabs (`post`), be heard from now on (`start`), fall silent and then call `fellSilent` (`stop`), go
 * out of the line (`leave`).
 */

export const ROLL_MS = 120 // for all tabs to say that they are there; a message between tabs takes a few
export const HAND_MS = 600 // to come and take what one was handed
export const QUIET_MS = 250 // the robbed tab needs 30 to fade; one that hangs is not waited for any longer
export const SETTLE_MS = 20 // after the word of silence: another one may have started within that

/**
 * @typedef {{word: "who" | "roll" | "here" | "yours" | "loud" | "silent", from: string, to?: string, usedMs?:
 *   number, may?: boolean, sounds?: boolean}} Word
 */
/**
 * @typedef {{do: "queue" | "start" | "stop" | "leave"} | {do: "steal", insteadOf?: string | null} | {do:
 *   "post", word: Word}} Deed
 */

export class Sounding {
  /**
   * @param {string} tab
   * @param {number} usedMs when a person last did something in it, wall clock; 0: never
   */
  constructor(tab, usedMs = 0) {
    this.tab = tab
    this.usedMs = usedMs
    /** @type {"queued" | "asking" | "held" | "left"} */
    this.place = "queued"
    this.sounds = false
    this.witness = false // it was here while another one sounded
    this.refusedHere = false // the browser wants a person's hand first
    /** Another tab that is heard, as far as is known. @type {string | null} */
    this.elsewhere = null
    /** Until then others may still be heard. @type {number | null} */
    this.quietMs = null
    this.#calm()
  }

  #calm() {
    /** @type {{untilMs: number, there: Map<string, number>} | null} */
    this.election = null
    /** @type {{tab: string, untilMs: number} | null} */
    this.handed = null
    /** Did not take what they were handed. @type {Set<string>} */
    this.deaf = new Set()
    /** Where nobody holds the lock: who lost it. @type {string | null | undefined} */
    this.insteadOf = undefined
  }

  /** Whether it may go on with what another tab played. */
  get may() {
    return this.place !== "left" && !this.refusedHere && (this.usedMs > 0 || this.witness)
  }

  /** It has the lock, and no tab is heard or about to be. */
  get isNobodys() {
    return this.place === "held" && !this.sounds && this.quietMs === null && !this.election && !this.handed
  }

  /** When to call `tick`, null: not needed. */
  get dueMs() {
    const times = [this.quietMs, this.election?.untilMs, this.handed?.untilMs].filter(
      (ms) => typeof ms === "number",
    )
    return times.length ? Math.min(.../** @type {number[]} */ (times)) : null
  }

  // ---------------------------------------------------------------- what people do

  /** @param {boolean} held somebody sounds @returns {Deed[]} */
  opened(held) {
    if (this.place === "left") return []
    this.witness = held
    return [{ do: "queue" }, ...this.asks()]
  }

  /** Whether another one is heard. @returns {Deed[]} */
  asks() {
    this.elsewhere = null
    return [this.#say("who")]
  }

  /** @param {number} wallMs */
  used(wallMs) {
    this.usedMs = wallMs
  }

  /** Asked to play, by hand. @param {number} wallMs @returns {Deed[]} */
  take(wallMs) {
    if (this.place === "left") return []
    this.usedMs = wallMs
    this.refusedHere = false
    // who was robbed by the one that is gone may still fade
    if (this.election && this.place === "held") this.quietMs = this.election.untilMs
    this.#calm()
    if (this.place === "asking") return []
    if (this.place === "queued") return this.#steal()
    return this.sounds || this.quietMs !== null ? [] : this.#start()
  }

  /**
   * It has no line to the server and will get none: not to be heard, and not to be asked.
   * @returns {Deed[]}
   */
  left() {
    const { sounds } = this
    this.#calm()
    this.place = "left"
    this.quietMs = null
    this.sounds = false
    return sounds ? [{ do: "stop" }, { do: "leave" }] : [{ do: "leave" }]
  }

  /** @param {string | null} [insteadOf] @returns {Deed[]} */
  #steal(insteadOf) {
    this.place = "asking"
    return [insteadOf === undefined ? { do: "steal" } : { do: "steal", insteadOf }]
  }

  // ---------------------------------------------------------------- what happens to the lock

  /** It was our turn: whoever held it is gone. @param {number} nowMs @returns {Deed[]} */
  granted(nowMs) {
    if (this.place !== "queued") return []
    this.place = "held"
    this.elsewhere = null
    return this.#elect(nowMs)
  }

  /** Ours by force, or by somebody's hand. @param {number} nowMs @returns {Deed[]} */
  stolen(nowMs) {
    this.#calm()
    this.place = "held"
    this.quietMs = nowMs + QUIET_MS
    return []
  }

  /** @returns {Deed[]} */
  robbed() {
    if (this.place === "asking" || this.place === "left") return []
    if (this.place === "queued") return [{ do: "queue" }] // of a lock it had hardly been given
    const { sounds } = this
    // then silence is not ours to tell: we wait for it too
    const waiting = this.quietMs !== null || this.election !== null
    this.#calm()
    this.place = "queued"
    this.quietMs = null
    this.sounds = false
    this.witness = true
    if (sounds) return [{ do: "queue" }, { do: "stop" }]
    return waiting ? [{ do: "queue" }] : [{ do: "queue" }, ...this.fellSilent()]
  }

  /** Too late: another one took what we asked for. @returns {Deed[]} */
  missed() {
    if (this.place !== "asking") return []
    this.#calm()
    this.place = "queued"
    return [{ do: "queue" }]
  }

  /**
   * Where there is no lock to fall to anybody: the tab that had the sound does not say anything any more.
   * @param {number} nowMs
   * @param {string | null} insteadOf
   * @returns {Deed[]}
   */
  vacant(nowMs, insteadOf) {
    if (this.place !== "queued" || this.election || this.handed) return []
    this.insteadOf = insteadOf
    this.elsewhere = null
    return this.#elect(nowMs)
  }

  // ---------------------------------------------------------------- silence and sound

  /** @returns {Deed[]} */
  #start() {
    this.sounds = true
    this.elsewhere = null
    return [this.#say("loud"), { do: "start" }]
  }

  /** @returns {Deed[]} */
  fellSilent() {
    return [this.#say("silent")]
  }

  /**
   * The browser lets nothing be heard here without a hand. Another tab may.
   * @param {number} nowMs
   * @returns {Deed[]}
   */
  refused(nowMs) {
    this.sounds = false
    this.refusedHere = true
    return this.place === "held" ? this.#elect(nowMs) : []
  }

  // ---------------------------------------------------------------- among the tabs

  /** @param {number} nowMs @returns {Deed[]} */
  #elect(nowMs) {
    this.handed = null
    this.election = { untilMs: nowMs + ROLL_MS, there: new Map() }
    return [this.#say("roll")]
  }

  /** @param {Word} word @param {number} nowMs @returns {Deed[]} */
  heard(word, nowMs) {
    if (word.from === this.tab || (word.to ?? this.tab) !== this.tab) return []
    if (word.word === "who") return this.sounds ? [this.#say("here", word.from)] : []
    if (word.word === "roll") return this.#isThere(word)
    if (word.word === "here") this.#answers(word)
    if (word.word === "loud") this.#isLoud(word.from, nowMs)
    if (word.word === "silent" && word.from === this.elsewhere) this.elsewhere = null
    if (word.word === "silent" && this.quietMs !== null)
      this.quietMs = Math.min(this.quietMs, nowMs + SETTLE_MS)
    return word.word === "yours" && this.may && this.place === "queued" ? this.#steal() : []
  }

  /** Who asks around does so because nobody is heard any more. @param {Word} word @returns {Deed[]} */
  #isThere({ from }) {
    this.elsewhere = null
    return [this.#say("here", from)]
  }

  /** @param {Word} word */
  #answers({ from, may, usedMs, sounds }) {
    if (sounds && !this.sounds) this.elsewhere = from
    if (sounds && this.insteadOf !== undefined) this.#calm() // not gone, only its line is
    if (may) this.election?.there.set(from, usedMs ?? 0)
  }

  /** @param {string} from @param {number} nowMs */
  #isLoud(from, nowMs) {
    this.witness = true
    if (!this.sounds) this.elsewhere = from
    if (this.quietMs !== null) this.quietMs = nowMs + QUIET_MS
  }

  /** @param {Word["word"]} word @param {string} [to] @returns {Deed} */
  #say(word, to) {
    const { tab: from, usedMs, may, sounds } = this
    return {
      do: "post",
      word: word === "here" ? { word, from, to, usedMs, may, sounds } : { word, from, to },
    }
  }

  /** @param {number} nowMs @returns {Deed[]} */
  tick(nowMs) {
    if (this.quietMs !== null && nowMs >= this.quietMs) {
      this.quietMs = null
      return this.#start()
    }
    if (this.election && nowMs >= this.election.untilMs) return this.#decide(nowMs)
    if (!this.handed || nowMs < this.handed.untilMs) return []
    this.deaf.add(this.handed.tab)
    return this.#elect(nowMs)
  }

  /** The tab last used, of those that are there and may. @param {number} nowMs @returns {Deed[]} */
  #decide(nowMs) {
    const there = [.../** @type {NonNullable<typeof this.election>} */ (this.election).there].filter(
      ([tab]) => !this.deaf.has(tab),
    )
    if (this.may) there.push([this.tab, this.usedMs])
    const best = there
      .sort(([tab, usedMs], [other, otherMs]) => usedMs - otherMs || (tab < other ? -1 : 1))
      .at(-1)?.[0]
    this.election = null
    if (best === undefined) return []
    if (best !== this.tab) return this.#handTo(best, nowMs)
    return this.place === "held" ? this.#start() : this.#steal(this.insteadOf)
  }

  /** @param {string} tab @param {number} nowMs @returns {Deed[]} */
  #handTo(tab, nowMs) {
    this.handed = { tab, untilMs: nowMs + HAND_MS }
    // without a lock it finds the same and takes it by itself
    return this.place === "held" ? [this.#say("yours", tab)] : []
  }
}

/**
 * Whose claim holds: the later one, and of two at once that of one tab, the same for both.
 * @param {{atMs: number, tab: string}} theirs
 * @param {{atMs: number, tab: string}} ours
 */
export function isLater(theirs, ours) {
  return theirs.atMs - ours.atMs > 0 || (theirs.atMs === ours.atMs && theirs.tab > ours.tab)
}
