// @ts-check
/**
 * What the room is, made out of what the server said: the client's reducer.
 *
 * Two counters order everything that must not be lost: the revision (changes of the timeline and of who moves
 * it) and `seq` (comments and deletions). Each is applied in order and once, however often and in whatever
 * order it arrives; where something is missing, `due()` says what to ask for. All else (who is here,
 * reactions) is applied as it comes.
 */

import * as presence from "./members.js"
import { Sequence } from "../net/sequence.js"
import { timelineOf } from "../sync/timeline.js"
import { CHANGES, Event } from "../protocol.js"

const ASK_AGAIN_MS = 3000 // an answer that has not come by now is lost with its question
const ASK_ON_MS = 20 // the next part of a long answer
const ASK_LEAST_MS = 500 // never faster, whatever the server answers

/** @typedef {import("../protocol.js").Envelope} Envelope */
/**
 * @typedef {object} RoomModel
 * @property {import("../protocol.js").You | null} you
 * @property {import("../protocol.js").RoomState | null} room
 * @property {import("../protocol.js").TimelineState | null} timeline
 * @property {presence.Members} members
 * @property {import("../protocol.js").CommentState[]} comments
 * @property {number} revision
 * @property {number} comment_seq
 * @property {string | null} epoch
 */

export class Log {
  constructor() {
    /** @type {RoomModel} */
    this.state = {
      you: null,
      room: null,
      timeline: null,
      members: new Map(),
      comments: [],
      revision: 0,
      comment_seq: 0,
      epoch: null,
    }
    /** @type {Sequence<Envelope>} */
    this.changes = new Sequence()
    /** @type {Sequence<Envelope>} */
    this.talk = new Sequence()
    /** @type {string | null} of the last applied change, to resume by */
    this.eventId = null
    this.known = false
    /**
     * The server's state was rebuilt: only a fresh connection without a claim to resume tells what it is now.
     */
    this.outdated = false
    this.askedMs = -Infinity
    this.answered = true
    /** The last answer was not all. */
    this.more = false
  }

  /**
   * Take one message. What was applied by it comes back, oldest first: nothing, if it must wait or was known.
   * @param {Envelope} envelope @param {number} nowMs
   * @returns {Envelope[]}
   */
  take(envelope, nowMs) {
    const { type, payload } = envelope
    if (type === Event.Welcome) return this.#welcome(envelope)
    if (type === Event.Events) return this.#missed(envelope)
    if (type === Event.Head) return this.#head(envelope, nowMs)
    if (CHANGES.has(type)) return this.#inOrder(this.changes, envelope.revision ?? 0, envelope, nowMs)
    if (type === Event.NewComment || type === Event.CommentDeleted)
      return this.#inOrder(this.talk, payload.seq, envelope, nowMs)
    this.#apply(envelope)
    return [envelope]
  }

  /**
   * @param {Sequence<Envelope>} sequence
   * @param {number} number
   * @param {Envelope} envelope
   * @param {number} nowMs
   */
  #inOrder(sequence, number, envelope, nowMs) {
    const ready = sequence.take(number, envelope, nowMs)
    ready.forEach((each) => this.#apply(each))
    return ready
  }

  // ---------------------------------------------------------------- wholes

  /** @param {Envelope} envelope */
  #welcome(envelope) {
    /** @type {import("../protocol.js").WelcomeState} */
    const welcome = envelope.payload
    const { state } = this
    state.you = welcome.you
    state.room = welcome.room
    state.epoch = welcome.room.epoch
    state.members = presence.arrived(welcome.members, state.members)
    if (!welcome.resumed) this.#snapshot(welcome)
    this.known = true
    this.outdated = false
    this.answered = true
    this.more = false
    this.askedMs = -Infinity
    return [envelope]
  }

  /**
   * What a snapshot says replaces what was known.
   * @param {Pick<import("../protocol.js").WelcomeState, "timeline" | "comments" | "revision" |
   *   "comment_seq">} whole
   */
  #snapshot(whole) {
    const { state } = this
    this.changes.clear()
    this.talk.clear()
    this.changes.reset(whole.revision)
    this.talk.reset(whole.comment_seq)
    state.timeline = whole.timeline
    state.comments = [...(whole.comments ?? [])].sort((a, b) => a.id - b.id)
    state.revision = whole.revision
    state.comment_seq = whole.comment_seq
    this.eventId = /** @type {any} */ (whole).event_id ?? null
  }

  /** @param {Envelope} envelope */
  #missed(envelope) {
    /** @type {import("../protocol.js").MissedEvents} */
    const missed = envelope.payload
    this.answered = true
    const events = missed.events.filter((event) => (event.revision ?? 0) > this.changes.last)
    const comments = missed.comments.filter((comment) => comment.seq > this.talk.last)
    const applied = [
      ...events,
      ...comments.map((comment) => like(envelope, Event.NewComment, comment)),
      ...missed.deleted
        .filter((id) => this.#has(id))
        .map((id) => like(envelope, Event.CommentDeleted, { id, seq: 0 })),
    ]
    applied.forEach((each) => this.#apply(each))
    this.changes.reset(Math.max(this.changes.last, missed.revision))
    this.talk.reset(Math.max(this.talk.last, missed.comment_seq))
    const held = [...this.changes.next(), ...this.talk.next()]
    held.forEach((each) => this.#apply(each))
    this.#numbers()
    this.more = missed.more
    return [...applied, ...held, envelope]
  }

  /** @param {Envelope} envelope @param {number} nowMs */
  #head(envelope, nowMs) {
    /** @type {import("../protocol.js").HeadState} */
    const head = envelope.payload
    if (this.known && head.epoch !== this.state.epoch) this.outdated = true
    this.changes.known(head.revision, nowMs)
    this.talk.known(head.comment_seq, nowMs)
    return [envelope]
  }

  /**
   * What to ask the server for, if anything: the payload of a `sync_request`.
   * @param {number} nowMs
   * @returns {{since: number, last_comment_id: number} | null}
   */
  due(nowMs) {
    if (!this.known || !(this.more || this.changes.lacks(nowMs) || this.talk.lacks(nowMs))) return null
    const waitMs = !this.answered ? ASK_AGAIN_MS : this.more ? ASK_ON_MS : ASK_LEAST_MS
    if (nowMs - this.askedMs < waitMs) return null
    this.more = false
    this.askedMs = nowMs
    this.answered = false
    return { since: this.changes.last, last_comment_id: this.talk.last }
  }

  /** Something is missing; it may still come by itself. */
  get gap() {
    return this.more || this.changes.gapSinceMs !== null || this.talk.gapSinceMs !== null
  }

  /** What to say when connecting: where we are. Nothing, where only a snapshot helps. */
  resume() {
    if (!this.known || this.outdated || this.eventId === null) return null
    return {
      revision: this.changes.last,
      event_id: this.eventId,
      comment_seq: this.talk.last,
      epoch: this.state.epoch ?? "",
    }
  }

  // ---------------------------------------------------------------- single events

  /** @param {Envelope} envelope */
  #apply(envelope) {
    const { type, payload } = envelope
    const { state } = this
    if (CHANGES.has(type)) this.#change(envelope)
    else if (type === Event.MemberJoined) state.members = presence.joined(state.members, payload)
    else if (type === Event.Members) this.#present(payload.members)
    else if (type === Event.RoleChanged) this.#roleChanged(payload)
    else if (type === Event.MemberLeft) state.members = presence.left(state.members, payload.user_id)
    else if (type === Event.Presence) state.members = presence.reported(state.members, payload.members)
    else if (type === Event.NewComment) this.#comment(payload)
    else if (type === Event.CommentDeleted)
      state.comments = state.comments.filter((comment) => comment.id !== payload.id)
    else if (type === Event.SeatHeld && state.room) state.room = { ...state.room, seat: payload }
    else if (type === Event.SeatKept && state.room) state.room = { ...state.room, seat: null }
    this.#numbers()
  }

  #numbers() {
    this.state.revision = this.changes.last
    this.state.comment_seq = this.talk.last
  }

  /** @param {Envelope} envelope */
  #change(envelope) {
    this.state.timeline = timelineOf(envelope)
    this.eventId = envelope.payload.event_id ?? ""
    this.changes.last = Math.max(this.changes.last, envelope.revision ?? 0)
    if (envelope.type === Event.NewHost) this.#newHost(envelope.payload.user_id)
    if (envelope.type === Event.RoomChanged) this.#roomChanged(envelope.payload.room)
  }

  /** @param {string | null} hostId */
  #newHost(hostId) {
    if (!this.state.room) return
    this.#roomChanged({ ...this.state.room, host_id: hostId, seat: null })
  }

  /** @param {import("../protocol.js").RoomState} room */
  #roomChanged(room) {
    const { state } = this
    state.room = room
    const rule = (/** @type {any} */ member) => presence.underHost(member, room.host_id, room.control_policy)
    state.members = new Map([...state.members].map(([id, member]) => [id, rule(member)]))
    if (state.you) state.you = rule(state.you)
  }

  /** Everybody who is here, told whole. @param {import("../protocol.js").MemberState[]} members */
  #present(members) {
    const { state } = this
    state.members = presence.arrived(members, state.members)
    const you = members.find(({ user_id }) => user_id === state.you?.user_id)
    if (you) this.#roleChanged(you)
  }

  /** @param {import("../protocol.js").MemberState} member */
  #roleChanged(member) {
    const { state } = this
    state.members = presence.changed(state.members, member)
    if (state.you?.user_id === member.user_id) state.you = presence.inRole(state.you, member)
  }

  /** @param {import("../protocol.js").CommentState} comment */
  #comment(comment) {
    const others = this.state.comments.filter((each) => each.id !== comment.id)
    this.state.comments = [...others, comment].sort((a, b) => a.id - b.id)
  }

  /** @param {number} id */
  #has(id) {
    return this.state.comments.some((comment) => comment.id === id)
  }
}

/** @param {Envelope} answer @param {string} type @param {any} payload @returns {Envelope} */
function like({ room_id, timestamp }, type, payload) {
  return { type, room_id, timestamp, revision: null, payload }
}
