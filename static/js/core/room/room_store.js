// @ts-check
/**
 * The client's reducer: the state of a room, built from the server's messages.
 *
 * Two counters order all messages that must not be lost: the revision (changes of the timeline and of the
 * rights to control it) and `seq` (comments, their changes and deletions). Each message is applied in order and once,
 * however often and in whatever order it arrives; `due()` returns the request for missing ones. All other
 * messages (presence, reactions) are applied as they arrive. The queue has a counter and a reducer of its own, attached
 * by a page that shows the queue.
 *
 * The next entry of the queue is announced before it starts. Until `begin()` the state is that of the media that play.
 */

import { MissingRequests, Sequence } from "../net/sequence.js"
import { timelineOf } from "../sync/timeline.js"
import { CHANGES, Event } from "../protocol.js"
import {
  addMember,
  addReports,
  removeMember,
  replaceMembers,
  updateMember,
  withHost,
  withoutReports,
  withRole,
} from "./members.js"

/** @typedef {import("../protocol.js").Envelope} Envelope */
/**
 * @typedef {object} RoomModel
 * @property {import("../protocol.js").You | null} you
 * @property {import("../protocol.js").RoomState | null} room
 * @property {import("../protocol.js").TimelineState | null} timeline
 * @property {import("./members.js").Members} members
 * @property {import("../protocol.js").CommentState[]} comments
 * @property {number} revision
 * @property {number} comment_seq
 * @property {number} queue_revision the latest known; 0: the room has no queue
 * @property {import("../protocol.js").QueueState | null} queue null until a reducer is attached
 * @property {string | null} epoch
 */

const SNAPSHOT_COMMENTS = 100 // in a room with fewer none is older than those in the state

export class RoomStore {
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
      queue_revision: 0,
      queue: null,
      epoch: null,
    }
    /** When the host's grace period last ended with the host's return, in server time. */
    this.seatKeptMs = 0
    /** @type {Sequence<Envelope>} */
    this.changes = new Sequence()
    /** Comments and deletions. @type {Sequence<Envelope>} */
    this.comments = new Sequence()
    /** @type {import("./queue_store.js").QueueStore | null} */
    this.queue = null
    /** Of the last welcome, for a reducer that is attached later. @type {Envelope | null} */
    this.queueWelcome = null
    /** The load of media that start later. @type {Envelope | null} */
    this.announced = null
    /** The entry of the queue that plays until then. @type {string | null} */
    this.endingEntry = null
    this.serverMs = Infinity
    /** Of the last applied change, for resuming. @type {string | null} */
    this.eventId = null
    this.known = false
    /** The server's state was restored from a backup: only a connection that does not resume helps. */
    this.outdated = false
    this.requests = new MissingRequests()
  }

  /** The last response was not complete. */
  get more() {
    return this.requests.more
  }

  /**
   * Process one message and return the messages applied by it, oldest first: none if it has to wait or is a
   * duplicate.
   * @param {Envelope} envelope
   * @param {number} nowMs
   * @param {number} [serverMs] what starts later is only announced; without it nothing is
   * @returns {Envelope[]}
   */
  receive(envelope, nowMs, serverMs = Infinity) {
    this.serverMs = serverMs
    const begun = this.#hasBegun(envelope) ? this.begin() : []
    const queued = this.#receiveQueue(envelope, nowMs)
    if (envelope.type === Event.Queue) return [...begun, ...queued]
    return [...begun, ...this.#receive(envelope, nowMs), ...queued]
  }

  /**
   * Keep a reducer of the queue up to date from now on; `due()` requests what it lacks.
   * @param {import("./queue_store.js").QueueStore} queue
   * @param {number} nowMs
   */
  attachQueue(queue, nowMs) {
    this.queue = queue
    if (this.queueWelcome) queue.receive(this.queueWelcome, nowMs)
    this.queueWelcome = null
    queue.changes.setHead(this.state.queue_revision, nowMs)
    this.#showQueue()
  }

  /** The timeline that players follow: it may be announced, and the state still that of what plays. */
  get comingTimeline() {
    return this.announced ? timelineOf(this.announced) : this.state.timeline
  }

  /** The announced media start. @returns {Envelope[]} what is applied by that */
  begin() {
    const { announced } = this
    if (!announced) return []
    this.announced = this.endingEntry = null
    this.#load(announced)
    this.#showQueue()
    return this.queue ? [announced, eventFrom(announced, Event.Queue, null)] : [announced]
  }

  #showQueue() {
    if (!this.queue) return
    const { state } = this.queue
    const isShown = this.announced !== null && state.entries.some(({ id }) => id === this.endingEntry)
    this.state.queue =
      isShown && state.current !== this.endingEntry
        ? { ...state, current: this.endingEntry, following: state.current }
        : state
  }

  /** @param {Envelope} envelope @param {number} nowMs @returns {Envelope[]} changes of the queue */
  #receiveQueue(envelope, nowMs) {
    const { type, payload } = envelope
    const named = type === Event.Queue ? payload.revision : (payload?.queue_revision ?? 0)
    this.state.queue_revision = type === Event.Welcome ? named : Math.max(this.state.queue_revision, named)
    if (!this.queue) {
      if (type === Event.Welcome && !payload.resumed) this.queueWelcome = envelope
      return type === Event.Queue ? [envelope] : []
    }
    const applied = this.queue.receive(envelope, nowMs)
    this.#showQueue()
    return applied
  }

  /** @param {Envelope} envelope @param {number} nowMs */
  #receive(envelope, nowMs) {
    const { type, payload } = envelope
    if (type === Event.Welcome) return this.#welcome(envelope)
    if (type === Event.Events) return this.#missedEvents(envelope)
    if (type === Event.Head) return this.#head(envelope, nowMs)
    if (CHANGES.has(type)) return this.#inOrder(this.changes, envelope.revision ?? 0, envelope, nowMs)
    if (type === Event.NewComment || type === Event.CommentDeleted || type === Event.CommentChanged)
      return this.#inOrder(this.comments, payload.seq, envelope, nowMs)
    if (type === Event.CommentsDeleted)
      return payload.ids.flatMap((/** @type {number} */ id, /** @type {number} */ i) =>
        this.#receive(eventFrom(envelope, Event.CommentDeleted, { id, seq: payload.seq + i }), nowMs),
      )
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
    const ready = sequence.receive(number, envelope, nowMs)
    ready.forEach((event) => this.#apply(event))
    return ready
  }

  // ---------------------------------------------------------------- snapshots and missed events

  /** @param {Envelope} envelope */
  #welcome(envelope) {
    /** @type {import("../protocol.js").WelcomeState} */
    const welcome = envelope.payload
    const { state } = this
    state.you = welcome.you
    state.room = welcome.room
    this.seatKeptMs = 0 // the server's clock may be another
    state.epoch = welcome.room.epoch
    state.members = replaceMembers(welcome.members, state.members)
    if (!welcome.resumed) this.#applySnapshot(welcome)
    this.known = true
    this.outdated = false
    this.requests = new MissingRequests()
    return [envelope]
  }

  /**
   * A snapshot replaces the timeline and the comments.
   * @param {Pick<import("../protocol.js").WelcomeState, "timeline" | "comments" | "revision" |
   *   "comment_seq">} snapshot
   */
  #applySnapshot(snapshot) {
    const { state } = this
    this.changes.clear()
    this.comments.clear()
    this.changes.reset(snapshot.revision)
    this.comments.reset(snapshot.comment_seq)
    this.announced = this.endingEntry = null
    this.#showQueue()
    state.timeline = snapshot.timeline
    state.comments = [...(snapshot.comments ?? [])].sort((a, b) => a.id - b.id)
    state.revision = snapshot.revision
    state.comment_seq = snapshot.comment_seq
    this.eventId = /** @type {any} */ (snapshot).event_id ?? null
  }

  /** @param {Envelope} envelope */
  #missedEvents(envelope) {
    /** @type {import("../protocol.js").MissedEvents} */
    const missed = envelope.payload
    this.requests.answered(missed.more)
    const events = missed.events.filter((event) => (event.revision ?? 0) > this.changes.last)
    const comments = missed.comments.filter((comment) => comment.seq > this.comments.last)
    const applied = [
      ...events,
      ...comments.map((comment) => eventFrom(envelope, Event.NewComment, comment)),
      ...missed.deleted
        .filter((id) => this.#has(id))
        .map((id) => eventFrom(envelope, Event.CommentDeleted, { id, seq: 0 })),
      ...(missed.changed ?? []).map((comment) =>
        eventFrom(envelope, Event.CommentChanged, { comment, seq: 0 }),
      ),
    ]
    applied.forEach((event) => this.#apply(event))
    this.changes.reset(Math.max(this.changes.last, missed.revision))
    this.comments.reset(Math.max(this.comments.last, missed.comment_seq))
    const early = [...this.changes.drain(), ...this.comments.drain()]
    early.forEach((event) => this.#apply(event))
    this.#copyCounters()
    return [...applied, ...early, envelope]
  }

  /** @param {Envelope} envelope @param {number} nowMs */
  #head(envelope, nowMs) {
    /** @type {import("../protocol.js").HeadState} */
    const head = envelope.payload
    if (this.known && head.epoch !== this.state.epoch) this.outdated = true
    this.changes.setHead(head.revision, nowMs)
    this.comments.setHead(head.comment_seq, nowMs)
    return [envelope]
  }

  /**
   * The payload of the `sync_request` that is due, or null.
   * @param {number} nowMs
   * @returns {{since: number, last_comment_id: number, queue_revision?: number} | null}
   */
  due(nowMs) {
    if (!this.known || !this.requests.take(this.#sequences, nowMs)) return null
    return { since: this.changes.last, last_comment_id: this.comments.last, ...this.queue?.known }
  }

  get #sequences() {
    return [this.changes, this.comments, ...(this.queue ? [this.queue.changes] : [])]
  }

  /** Messages are missing; they may still arrive without a request. */
  get gap() {
    return this.more || this.#sequences.some(({ gapSinceMs }) => gapSinceMs !== null)
  }

  /** The position to resume from when connecting; null if only a snapshot helps. */
  resume() {
    if (!this.known || this.outdated || this.eventId === null) return null
    return {
      revision: this.changes.last,
      event_id: this.eventId,
      comment_seq: this.comments.last,
      ...this.queue?.known,
      epoch: this.state.epoch ?? "",
    }
  }

  // ---------------------------------------------------------------- single events

  /** @param {Envelope} envelope */
  #apply(envelope) {
    const { type, payload } = envelope
    const { state } = this
    if (CHANGES.has(type)) this.#change(envelope)
    else if (type === Event.MemberJoined) state.members = addMember(state.members, payload)
    else if (type === Event.Members) this.#setMembers(payload.members)
    else if (type === Event.RoleChanged || type === Event.MemberChanged) this.#roleChanged(payload)
    else if (type === Event.MemberLeft) state.members = removeMember(state.members, payload.user_id)
    else if (type === Event.Presence)
      state.members = addReports(state.members, payload.members, envelope.timestamp)
    else if (type === Event.NewComment) this.#comment(payload)
    else if (type === Event.CommentDeleted)
      state.comments = state.comments.filter((comment) => comment.id !== payload.id)
    else if (type === Event.CommentChanged) this.#commentChanged(payload.comment)
    else if (type === Event.SeatHeld) this.#seatHeld(envelope)
    else if (type === Event.SeatKept) this.#seatKept(envelope.timestamp)
    this.#copyCounters()
  }

  /**
   * Neither the own absence, of which an earlier socket of this client was the reason, nor one that has ended: a reload
   * closes one socket and opens another, and the two events may arrive in the other order.
   * @param {Envelope} envelope
   */
  #seatHeld({ payload, timestamp }) {
    const { state } = this
    if (!state.room || payload.user_id === state.you?.user_id || timestamp < this.seatKeptMs) return
    state.room = { ...state.room, seat: payload }
  }

  /** @param {number} atMs server time */
  #seatKept(atMs) {
    this.seatKeptMs = Math.max(this.seatKeptMs, atMs)
    if (this.state.room) this.state.room = { ...this.state.room, seat: null }
  }

  #copyCounters() {
    this.state.revision = this.changes.last
    this.state.comment_seq = this.comments.last
  }

  /** @param {Envelope} envelope */
  #change(envelope) {
    this.eventId = envelope.payload.event_id ?? ""
    this.changes.last = Math.max(this.changes.last, envelope.revision ?? 0)
    if (!this.#isAnnouncement(envelope)) {
      this.announced = null
      if (envelope.type === Event.Load) this.#load(envelope)
      else this.state.timeline = timelineOf(envelope)
    }
    this.#showQueue()
    if (envelope.type === Event.NewHost) this.#newHost(envelope.payload.user_id)
    if (envelope.type === Event.RoomChanged) this.#roomChanged(envelope.payload.room)
  }

  /** Whether the announced media play by now, or are what this change is about. @param {Envelope} envelope */
  #hasBegun({ type, payload, timestamp }) {
    const { announced } = this
    if (!announced) return false
    const isOfThese = CHANGES.has(type) && payload.media?.url === announced.payload.media?.url
    return (
      this.serverMs >= announced.timestamp ||
      (isOfThese && type !== Event.Load && timestamp !== announced.timestamp)
    )
  }

  /** Keep an advance that starts later, and other changes that leave its start. @param {Envelope} envelope */
  #isAnnouncement(envelope) {
    const { announced, serverMs } = this
    const { payload, timestamp, revision } = envelope
    const isLater = payload.is_playing && timestamp > serverMs
    if (isLater && envelope.type === Event.Load && payload.cause === "advance") {
      if (!announced) this.endingEntry = this.queue?.state.current ?? null
      this.announced = envelope
      return true
    }
    if (!isLater || announced?.timestamp !== timestamp || announced.payload.media?.url !== payload.media?.url)
      return false
    this.announced = { ...announced, revision }
    return true
  }

  /** @param {Envelope} envelope */
  #load(envelope) {
    const { state } = this
    state.timeline = timelineOf(envelope)
    state.members = withoutReports(state.members)
    if (state.room) state.room = { ...state.room, caption_shift_ms: 0, captions: [], chapters: [] }
  }

  /** @param {string | null} hostId */
  #newHost(hostId) {
    if (!this.state.room) return
    this.#roomChanged({ ...this.state.room, host_id: hostId, seat: null, successor_id: null })
  }

  /** @param {import("../protocol.js").RoomState} room */
  #roomChanged(room) {
    const { state } = this
    state.room = room
    const withRights = (/** @type {any} */ member) => withHost(member, room)
    state.members = new Map([...state.members].map(([id, member]) => [id, withRights(member)]))
    if (state.you) state.you = withRights(state.you)
  }

  /** The complete list of members. @param {import("../protocol.js").MemberState[]} members */
  #setMembers(members) {
    const { state } = this
    state.members = replaceMembers(members, state.members)
    const you = members.find(({ user_id }) => user_id === state.you?.user_id)
    if (you) this.#roleChanged(you)
  }

  /** @param {import("../protocol.js").MemberState} member */
  #roleChanged(member) {
    const { state } = this
    state.members = updateMember(state.members, member)
    if (state.you?.user_id === member.user_id && state.room)
      state.you = withRole(state.you, member, state.room)
  }

  /** @param {import("../protocol.js").CommentState} comment */
  #comment(comment) {
    const others = this.state.comments.filter((other) => other.id !== comment.id)
    this.state.comments = [...others, comment].sort((a, b) => a.id - b.id)
  }

  /** A deleted comment that is unknown by now may have come back. @param {import("../protocol.js").CommentState} comment */
  #commentChanged(comment) {
    const { comments } = this.state
    if (this.#has(comment.id))
      this.state.comments = comments.map((each) => (each.id === comment.id ? comment : each))
    else if (comments.length < SNAPSHOT_COMMENTS || comment.id > comments[0].id) this.#comment(comment)
  }

  /** @param {number} id */
  #has(id) {
    return this.state.comments.some((comment) => comment.id === id)
  }
}

/** @param {Envelope} response @param {string} type @param {any} payload @returns {Envelope} */
function eventFrom({ room_id, timestamp }, type, payload) {
  return { type, room_id, timestamp, revision: null, payload }
}
