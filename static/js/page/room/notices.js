// @ts-check
/** Notices on the lower edge of the stage: which events of the room are shown, and their text. */

import { isHost } from "../../core/room/rights.js"
import { CHANGES } from "../../core/protocol.js"
import { disposeAll } from "../lib/dom.js"
import { formatTime, gettext, interpolate } from "../lib/i18n.js"
import { NoticeStack, onNotice, showRefusal } from "../ui/notices.js"
import { mediaNotices, rateNotices } from "./media_errors.js"
import { mayControl, nameList } from "./members.js"

const TICK_MS = 500

/**
 * @param {HTMLElement} shelf
 * @param {import("./session.js").RoomSession} room
 */
export function mount(shelf, room) {
  const controller = new AbortController()
  const stack = new NoticeStack(shelf, () => room.serverNow())
  onNotice(
    (notice) => stack.put(notice),
    (key) => stack.drop(key),
    controller.signal,
  )
  const ticking = setInterval(() => stack.tick(), TICK_MS)
  const ending = room.on("connection", ({ status }) => {
    if (status === "closed") stack.close()
  })
  return disposeAll(
    () => controller.abort(),
    () => clearInterval(ticking),
    watchRoom(room, stack),
    ending,
  )
}

const SHORT_MS = 5000
const CONTROL_REQUEST_MS = 25_000
const RANK = { info: 1, media: 2, hold: 3, hostNotices: 4, connectionNotices: 5, results: 6, blocked: 7 }

/** @typedef {import("./session.js").RoomSession} Room */
/** @typedef {import("../ui/notices.js").NoticeStack} Stack */

/**
 * @param {Room} room
 * @param {Stack} stack
 */
export function watchRoom(room, stack) {
  return disposeAll(
    ...hostNotices(room, stack),
    ...connectionNotices(room, stack),
    room.on("player", ({ state, message }) =>
      showBlocked(room, stack, state === "blocked", message === "muted"),
    ),
    room.on("control_asked", ({ payload }) => onControlAsked(room, stack, payload)),
    ...["state", ...CHANGES].map((type) => room.on(type, () => showWait(room, stack))),
    ...ownPaceNotices(room, stack),
    ...mediaNotices(room, stack, RANK.media),
    ...roleNotices(room, stack),
    ...rateNotices(room, stack, RANK.media),
    ...Object.keys(CHANGED_BY).map((type) =>
      room.on(type, ({ payload }) => showWhoChanged(room, stack, type, payload)),
    ),
    room.on(
      "dropped",
      ({ type }) =>
        type === "comment" ||
        stack.put({
          key: "dropped",
          text: gettext("The room did not answer in time. Try again."),
          tone: "warn",
          rank: RANK.results, // above the notice about the connection, which is always there then
          lastsMs: SHORT_MS,
        }),
    ),
    room.on("error", ({ payload }) =>
      stack.put({ key: "refused", text: payload.message, tone: "bad", rank: RANK.info, lastsMs: SHORT_MS }),
    ),
  )
}

/**
 * The host's grace period and the change of host.
 * @param {Room} room
 * @param {Stack} stack
 */
function hostNotices(room, stack) {
  const showGrace = (/** @type {import("../../core/protocol.js").HostGrace | null | undefined} */ grace) => {
    if (!grace) return stack.drop("seat")
    const format = grace.next_username
      ? gettext("{name}'s connection dropped, stays host for {seconds}, then {next}")
      : gettext("{name}'s connection dropped, stays host for {seconds}")
    const text = interpolate(format, { name: grace.username, next: grace.next_username ?? "" })
    stack.put({ key: "seat", text, tone: "warn", rank: RANK.hostNotices, untilMs: grace.until })
  }
  return [
    ...["seat_held", "seat_kept", "state"].map((type) =>
      room.on(type, () => showGrace(room.state.room?.seat)),
    ),
    room.on("new_host", ({ payload }) => {
      stack.drop("seat")
      if (!payload.user_id) return
      const you = payload.user_id === room.boot.you.user_id
      const text = you
        ? gettext("You are the host now.")
        : interpolate(gettext("{name} is the host now."), { name: payload.username })
      stack.put({ key: "host", text, rank: RANK.info, lastsMs: SHORT_MS })
    }),
  ]
}

/**
 * The connection to the room.
 * @param {Room} room
 * @param {Stack} stack
 */
function connectionNotices(room, stack) {
  let overHttp = false
  return [
    room.on("connection", ({ status, reach }) => {
      const wasOverHttp = overHttp
      overHttp = status === "limited" && reach === "http"
      if (overHttp)
        return (
          wasOverHttp ||
          stack.put({
            key: "line",
            text: gettext(
              "Live updates do not get through here, so the room is asked every few seconds. Everything else works as usual.",
            ),
            tone: "warn",
            rank: RANK.connectionNotices,
            lastsMs: 2 * SHORT_MS,
          })
        )
      const text = {
        lost: room.state?.room
          ? gettext("Reconnecting … Your player keeps playing meanwhile.")
          : gettext("The room does not answer yet. Trying again …"),
        limited: limitedMessage(reach),
      }[/** @type {string} */ (status)]
      if (text) stack.put({ key: "line", text, tone: "warn", rank: RANK.connectionNotices })
      else stack.drop("line")
      stack.drop("degraded") // perhaps of another process: this one reports its status right after the snapshot
    }),
    room.on("closing", ({ payload }) => {
      if (payload.code < 4500)
        stack.put({
          key: "line",
          text: gettext("The server is restarting. Back in a moment."),
          tone: "warn",
          rank: RANK.connectionNotices,
          lastsMs: 30_000,
        })
    }),
    room.on("status", ({ payload }) => {
      if (payload.degraded)
        stack.put({
          key: "degraded",
          text: gettext("Degraded: changes by others may reach you a moment late."),
          tone: "warn",
          rank: RANK.info,
        })
      else stack.drop("degraded")
    }),
  ]
}

/**
 * Why there is no WebSocket, as far as polling over HTTP shows.
 * @param {string | undefined} reach the result of `polling.js`
 */
function limitedMessage(reach) {
  if (reach === "nothing")
    return gettext("The server does not answer. Your player continues by itself; trying again …")
  if (reach === "offline")
    return gettext("This device is offline. Your player continues by itself; trying again …")
  if (reach === "failing")
    return gettext("The server has a problem right now. Your player continues by itself; trying again …")
  if (reach === "refused") return gettext("The server no longer lets you see this room. Reload the page.")
  return gettext("No live connection yet. Trying again …")
}

/**
 * @param {Room} room
 * @param {Stack} stack
 * @param {boolean} blocked the browser does not play at all
 * @param {boolean} muted
 */
function showBlocked(room, stack, blocked, muted) {
  if (!blocked && !muted) return stack.drop("sound")
  const text = blocked
    ? gettext("Your browser does not play until you tap.")
    : gettext("Your browser keeps the sound off until you tap.")
  const label = blocked ? gettext("Tap to play") : gettext("Tap for sound")
  stack.put({
    key: "sound",
    text,
    rank: RANK.blocked,
    act: { text: label, run: () => room.player.unlock() },
  })
}

/**
 * @param {Room} room
 * @param {Stack} stack
 * @param {{user_id: string, username: string, moment?: number}} member `moment`: where they would go
 */
function onControlAsked(room, stack, { user_id, username, moment }) {
  if (!isHost(room.state)) return
  const isMoment = typeof moment === "number"
  const values = { name: username, time: formatTime(moment ?? 0) }
  const say = (/** @type {string} */ type, /** @type {object} */ payload) => () =>
    room.say(type, payload).catch(showRefusal)
  stack.put({
    key: `asked-${user_id}`,
    text: interpolate(
      isMoment ? gettext("{name} would go to {time}.") : gettext("{name} asks for control."),
      values,
    ),
    rank: RANK.hostNotices,
    lastsMs: CONTROL_REQUEST_MS,
    act: isMoment
      ? { text: interpolate(gettext("Go to {time}"), values), run: say("seek", { current_time: moment }) }
      : {
          text: interpolate(gettext("Make {name} host"), values),
          run: say("transfer_host", { user_id }),
        },
  })
}

/**
 * The user became a moderator, or is none any more, or was given a right or lost one.
 * @param {Room} room
 * @param {Stack} stack
 */
function roleNotices(room, stack) {
  let known = room.state?.you?.role
  const show = (/** @type {{user_id: string, role: string}} */ { user_id, role }) => {
    if (user_id !== room.boot.you.user_id) return
    const became =
      role === "moderator" ? gettext("You are a moderator now.") : gettext("You are no longer a moderator.")
    const text = role === known ? gettext("The host changed what you may do here.") : became
    known = role
    stack.put({ key: "role", text, rank: RANK.info, lastsMs: SHORT_MS })
  }
  return [
    ...["state", "new_host"].map((type) => room.on(type, () => (known = room.state.you?.role))),
    room.on("role_changed", ({ payload }) => show(payload)),
  ]
}

const CHANGED_BY = /** @type {Record<string, () => string>} */ ({
  play: () => gettext("{name} pressed play"),
  pause: () => gettext("{name} paused"),
  seek: () => gettext("{name} jumped to {time}"),
  set_rate: () => gettext("{name} set the speed to {rate}×"),
})

/**
 * Show which member changed what plays. A later change replaces the notice, so that repeated ones stay one line.
 * @param {Room} room
 * @param {Stack} stack
 * @param {string} type
 * @param {import("../../core/protocol.js").Change} change
 */
function showWhoChanged(room, stack, type, { user_id, username, rate, current_time }) {
  if (!username || user_id === room.boot.you.user_id) return
  const values = { name: username, rate, time: formatTime(current_time) }
  const text = interpolate(CHANGED_BY[type](), values)
  stack.put({ key: "changed", text, rank: RANK.info, lastsMs: SHORT_MS })
}

/**
 * The members the room waits for, how long at most, and a button to continue without them.
 * @param {Room} room
 * @param {Stack} stack
 */
function showWait(room, stack) {
  const { timeline } = room.state ?? {}
  if (timeline?.phase !== "holding") return stack.drop("hold")
  const { hold } = timeline
  const text = hold?.who.length
    ? interpolate(gettext("Waiting for {names}, {seconds}"), {
        names: nameList(hold.who, room.boot.you.user_id),
      })
    : gettext("Waiting until everyone's picture is ready.")
  const continueWithout = {
    text: gettext("Continue without"),
    run: () => room.say("continue_without", {}).catch(showRefusal),
  }
  stack.put({
    key: "hold",
    text,
    rank: RANK.hold,
    untilMs: hold?.until,
    act: mayControl(room.state) ? continueWithout : undefined,
  })
}

/** Offer a viewer who watches alone to follow the room again. @param {Room} room @param {Stack} stack */
function ownPaceNotices(room, stack) {
  let alone = false
  const update = () => {
    const isAlone = room.player.alone && room.player.allowed && !room.player.catchingUp
    if (isAlone === alone) return
    alone = isAlone
    if (!isAlone) return stack.drop("alone")
    stack.put({
      key: "alone",
      text: gettext("You watch on your own. The room continues without you."),
      rank: RANK.info,
      act: { text: gettext("Watch together again"), run: () => room.player.follow() },
    })
  }
  return ["player", "state", "room_changed"].map((type) => room.on(type, update))
}
