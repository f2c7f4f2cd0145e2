// @ts-check
/**
 * "From the start": the viewer's player runs from the beginning, faster than the room, until it is where the room is.
 * Comments and reactions wait for their own moment. Loaded when the viewer presses.
 */

import { HeldComments } from "../../core/room/held_comments.js"
import {
  behindS,
  catchUpRate,
  meetsAtMs,
  ownMotion,
  standing,
  USUAL_SPEED,
} from "../../core/room/catch_up.js"
import { positionAt } from "../../core/sync/timeline.js"
import { Event } from "../../core/protocol.js"
import { disposeAll } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { loadItem, saveItem } from "../lib/storage.js"
import { after, every } from "../lib/timers.js"
import { showNotice, withdrawNotice } from "../ui/notices.js"
import { mountBar } from "./bar.js"
import { CommentReader } from "./comment_reader.js"
import { keepPlace } from "./place.js"

const TICK_MS = 200
const NEAR_S = 1 // in step, the room's comments are this far ahead of the player at most
const NOTICE_MS = 5000
const SAME_RATE = 0.01
const FIXED_RATE_MS = 4000 // a player in a frame that is not faster by then keeps its own speed
const SPEED = "catch-up-speed"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").Envelope} Envelope */

export class CatchUp {
  /** @param {Room} room @param {number} fromS where it begins */
  constructor(room, fromS) {
    this.room = room
    this.fromS = fromS
    this.url = room.state.timeline?.media?.url ?? ""
    this.speed = loadItem(SPEED, USUAL_SPEED)
    this.rate = 0
    this.placed = false
    /** When a player in a frame was faster than normal. @type {number | null} */
    this.fastMs = null
    /** In step again: only comments may still be hidden. */
    this.joined = false
    this.held = new HeldComments(room.boot.you.user_id, fromS)
    this.reader = new CommentReader(room, this.held, () => this.#sinceKnown())
    this.cancelMeeting = () => {}
    room.gate = this
    room.player.catchingUp = true
    room.player.stopFollowing()
    this.bar = mountBar(this.speed, { choose: (speed) => this.#choose(speed), live: () => this.live() })
    this.stop = disposeAll(
      every(TICK_MS, () => this.#tick()),
      () => this.cancelMeeting(),
      room.on("connection", ({ status }) => status === "closed" && this.end()),
      () => this.bar.remove(),
      keepPlace(room, () => this.#standsAt()),
    )
    withdrawNotice("from-start")
    room.emit("comments")
    this.#tick()
    this.#report()
  }

  // ---------------------------------------------------------------- what others ask

  /** @param {Envelope} envelope */
  holds(envelope) {
    const { type, payload } = envelope
    if (type === Event.Typing) return !this.joined
    if (type === Event.Reaction) return this.#holdsReaction(envelope)
    if (type === Event.CommentDeleted) this.held.remove(payload.id)
    if (type === Event.CommentChanged) return !this.held.change(payload.comment)
    if (type !== Event.NewComment) return false
    this.#reveal()
    if (this.#standing() === "elsewhere") this.#othersWereLoaded()
    return !this.held.receive(payload)
  }

  /** @param {Envelope} envelope */
  #holdsReaction(envelope) {
    const { timeline } = this.room.state
    if (this.joined) return false
    if (timeline?.media?.url === this.url)
      this.held.holdReaction(positionAt(timeline, envelope.timestamp), envelope)
    return true
  }

  /** @param {import("../../core/protocol.js").CommentState} comment */
  shows(comment) {
    return this.held.shows(comment)
  }

  /** The room changed: whether the player goes on with other media than the room's, or than those announced. */
  keepsMedia() {
    const isOther = this.room.store.comingTimeline?.media?.url !== this.url
    if (this.joined && isOther) this.end()
    if (!this.joined && this.#standing() === "together") this.#join()
    return !this.joined && isOther
  }

  #othersWereLoaded() {
    const { state } = this.room
    if (this.joined || this.held.untilSeq !== Infinity) return
    this.held.untilSeq = state.comment_seq
    const title = state.timeline?.media?.title
    showNotice({
      key: "from-start",
      text: title
        ? interpolate(gettext("The room plays “{title}” now."), { title })
        : gettext("The room plays nothing now."),
      rank: 2,
      lastsMs: 2 * NOTICE_MS,
    })
  }

  // ---------------------------------------------------------------- the player

  get #positionS() {
    const { player } = this.room
    return Math.max(0, player.position - player.copyShiftS)
  }

  #motion() {
    const { player } = this.room
    return ownMotion(this.#positionS, player.rate, !player.paused, this.room.serverNow())
  }

  #standing() {
    const { state } = this.room
    if (this.placed) return standing(state.timeline, this.url, this.#motion(), this.room.serverNow())
    return state.timeline?.media?.url === this.url ? "behind" : "elsewhere"
  }

  #tick() {
    const { player } = this.room
    if (!this.joined && !player.alone) return this.live() // the viewer follows again
    if (!this.joined && !player.allowed) return this.#leave()
    if (!this.placed) this.#place()
    this.#reveal()
    this.reader.readOn()
    if (this.joined) return this.held.isOver && this.end()
    this.#keepRate()
    const where = this.#standing()
    if (where === "together") this.#join()
    else if (where === "elsewhere" && player.element.ended) this.live()
    else this.#show(where)
    if (where === "elsewhere") this.#othersWereLoaded()
  }

  /** To go on there after a reload. */
  #standsAt() {
    if (this.joined) return null
    return { url: this.url, positionS: this.placed ? this.#positionS : this.fromS }
  }

  /** At the beginning, once the media are open. */
  #place() {
    const { player } = this.room
    if (player.element.readyState < 1 || player.controller.state !== "off") return
    this.placed = true
    player.seekHere(Math.max(0, this.fromS + player.copyShiftS))
    player.playHere(true)
  }

  /** The viewer may choose another rate in the bar; the room may become faster; media that are opened again start at 1. */
  #keepRate() {
    const { player, state } = this.room
    const wanted = catchUpRate(this.speed, state.timeline?.rate ?? 1)
    const isLost =
      Math.abs(player.rate - (state.timeline?.rate ?? 1)) < SAME_RATE && this.rate !== player.rate
    if (!this.placed || (wanted === this.rate && !isLost)) return this.#checkFixedRate()
    this.rate = wanted
    player.rateHere(wanted)
  }

  /** A player in a frame may refuse other rates. */
  #checkFixedRate() {
    const { paused, playedRate, nowMs } = this.room.player.seen()
    if (paused || playedRate === undefined || playedRate > 1) this.fastMs = nowMs
    else if (nowMs - (this.fastMs ??= nowMs) > FIXED_RATE_MS) {
      showNotice({
        key: "from-start",
        text: gettext("This player does not play faster."),
        lastsMs: NOTICE_MS,
      })
      this.live()
    }
  }

  /** @param {number} speed */
  #choose(speed) {
    this.speed = speed
    saveItem(SPEED, speed)
    this.#tick()
  }

  /** @param {"behind" | "elsewhere"} where */
  #show(where) {
    const { timeline } = this.room.state
    if (where === "elsewhere" || !timeline) return this.bar.showElsewhere()
    const [own, serverMs] = [this.#motion(), this.room.serverNow()]
    const inMs = meetsAtMs(timeline, own) - serverMs
    this.bar.showBehind(behindS(timeline, own, serverMs), inMs / 1000)
    this.cancelMeeting()
    if (inMs < TICK_MS) this.cancelMeeting = after(Math.max(0, inMs), () => this.#tick())
  }

  /** The player is where the room is. */
  #join() {
    const { room } = this
    this.joined = true
    this.bar.remove()
    room.player.join()
    room.followTimeline()
    this.#report()
    withdrawNotice("from-start")
    showNotice({
      key: "from-start",
      text: gettext("You are in step with the room."),
      rank: 1,
      lastsMs: NOTICE_MS,
    })
    this.#reveal()
    if (this.held.isOver) this.end()
  }

  /** Leave out the rest. */
  live() {
    this.end()
    this.room.followTimeline()
    this.room.player.follow()
    this.#report()
  }

  /** The room no longer keeps its players in sync. */
  #leave() {
    this.live()
    this.room.player.rateHere(this.room.state.timeline?.rate ?? 1)
  }

  end() {
    const { room } = this
    this.stop()
    if (room.gate !== this) return
    room.gate = null
    room.player.catchingUp = false
    if (!this.held.isOver) room.emit("comments")
  }

  #report() {
    this.room.player.callbacks.urgent()
  }

  // ---------------------------------------------------------------- comments

  /** The server has said which comments are about these media: the others are no secret. */
  #sinceKnown() {
    this.room.emit("comments")
  }

  #reveal() {
    if (!this.placed) return
    const { comments, reactions } = this.held.reach(this.#positionS + (this.joined ? NEAR_S : 0))
    for (const comment of comments) this.reader.show(comment)
    for (const reaction of reactions) this.room.emit(Event.Reaction, reaction)
  }
}
