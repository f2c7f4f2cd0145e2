// @ts-check
/**
 * What a viewer who catches up may not see yet: comments and reactions wait until the own player is at their position.
 *
 * Comments are read from the server in the order of their positions, a page at a time, shortly before the viewer gets
 * there. New ones are held as well, as far as there is space; the others come with a later page.
 */

const MOST_HELD = 500
const MOST_REACTIONS = 300
const AHEAD_S = 60 // the next page is requested this long before it is needed

/** @typedef {import("../protocol.js").CommentState} Comment */
/** @typedef {import("../protocol.js").Envelope} Envelope */

export class HeldComments {
  /** Comments with a smaller `seq` are about earlier media; null until the server has said so. @type {number | null} */
  sinceSeq = null
  /** Comments with a larger `seq` are about later media. */
  untilSeq = Infinity
  /** All comments up to this one were read. @type {Comment | null} */
  last = null
  complete = false
  /** Comments that were shown since the next page was requested; null while none is. @type {Set<number> | null} */
  meanwhile = null
  /** @type {Map<number, Comment>} */
  waiting = new Map()
  /** @type {{positionS: number, envelope: Envelope}[]} */
  reactions = []

  /** @param {string} userId of the viewer, who sees their own comments at once @param {number} [reachedS] */
  constructor(userId, reachedS = 0) {
    this.userId = userId
    this.reachedS = reachedS
  }

  /** @param {Comment} comment */
  shows({ user_id, seq, current_time }) {
    if (user_id === this.userId || (this.sinceSeq !== null && seq < this.sinceSeq)) return true
    return seq <= this.untilSeq && current_time <= this.reachedS
  }

  /**
   * A comment arrived: whether the viewer may see it. Otherwise it is held, or left for a later page.
   * @param {Comment} comment
   */
  receive(comment) {
    if (this.shows(comment)) {
      this.meanwhile?.add(comment.id)
      return true
    }
    const isRead = this.meanwhile !== null || (this.last !== null && !isBefore(this.last, comment))
    if (comment.seq > this.untilSeq) return false
    if (this.waiting.size < (isRead ? 2 * MOST_HELD : this.complete ? MOST_HELD : 0))
      this.waiting.set(comment.id, comment)
    else this.complete = false
    return false
  }

  /** @param {number} id */
  remove(id) {
    this.waiting.delete(id)
  }

  /**
   * A comment changed: whether the viewer may see it. Otherwise it stays held, as it is now.
   * @param {Comment} comment
   */
  change(comment) {
    if (this.waiting.has(comment.id)) this.waiting.set(comment.id, comment)
    return !this.waiting.has(comment.id) && this.shows(comment)
  }

  /** @param {number} positionS the room's, when it arrived @param {Envelope} envelope */
  holdReaction(positionS, envelope) {
    if (this.reactions.length < MOST_REACTIONS) this.reactions.push({ positionS, envelope })
  }

  /**
   * Reactions from before the viewer came.
   * @param {{emoji: string, current_time: number}[]} reactions
   * @param {(reaction: {emoji: string}) => Envelope} envelopeOf
   */
  addEarlierReactions(reactions, envelopeOf) {
    for (const { emoji, current_time } of reactions)
      if (current_time > this.reachedS) this.holdReaction(current_time, envelopeOf({ emoji }))
  }

  /** What to request for the next page. */
  nextPage() {
    this.meanwhile = new Set()
    return { after: this.last?.seq ?? 0, since: this.sinceSeq ?? 0 }
  }

  /**
   * Comments of the next page; those that the viewer may see are returned.
   * @param {{comments: Comment[], more: boolean, since: number}} page
   * @returns {Comment[]}
   */
  addPage({ comments, more, since }) {
    this.sinceSeq ??= since
    this.last = comments.at(-1) ?? this.last
    this.complete = !more
    for (const comment of comments)
      if (!this.meanwhile?.has(comment.id)) this.waiting.set(comment.id, comment)
    this.meanwhile = null
    return this.#takeShown()
  }

  /** Whether the next page is needed soon. */
  get wantsPage() {
    if (this.complete || this.waiting.size >= MOST_HELD) return false
    return this.last === null || this.last.current_time - this.reachedS < AHEAD_S
  }

  /** Nothing is hidden from the viewer any more. */
  get isOver() {
    return this.complete && !this.waiting.size && !this.reactions.length
  }

  /**
   * The viewer is at this position: what is due, oldest position first.
   * @param {number} positionS
   * @returns {{comments: Comment[], reactions: Envelope[]}}
   */
  reach(positionS) {
    this.reachedS = Math.max(this.reachedS, positionS)
    const due = this.reactions.filter((reaction) => reaction.positionS <= this.reachedS)
    if (due.length) this.reactions = this.reactions.filter((reaction) => reaction.positionS > this.reachedS)
    return { comments: this.#takeShown(), reactions: due.map(({ envelope }) => envelope) }
  }

  #takeShown() {
    const shown = [...this.waiting.values()].filter((comment) => this.shows(comment))
    for (const { id } of shown) {
      this.waiting.delete(id)
      this.meanwhile?.add(id)
    }
    return shown.sort((a, b) => (isBefore(a, b) ? -1 : 1))
  }
}

/** In the order of positions. @param {Comment} a @param {Comment} b */
function isBefore(a, b) {
  return a.current_time < b.current_time || (a.current_time === b.current_time && a.seq < b.seq)
}
