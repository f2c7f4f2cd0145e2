// @ts-check
/** The poll of a room: its answers as buttons with their votes, live, and the form that opens one. Loaded with the first. */

import { mayAskPolls } from "../../core/room/rights.js"
import { results } from "../../core/start/poll_text.js"
import { cloneTemplate, disposeAll, find, loadStyle, setText } from "../lib/dom.js"
import { gettext, interpolate, ngettext } from "../lib/i18n.js"
import { every } from "../lib/timers.js"
import { showRefusal } from "../ui/notices.js"

const TICK_MS = 500
const PHONE = "(max-width: 480px)" // beside the answers there would be no space for the queue
const CHANGES = ["state", "room_changed", "new_host", "role_changed"]

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").PollState} PollState */

/** @param {Room} room @param {string | undefined} style address of the style sheet */
export function mount(room, style) {
  const card = cloneTemplate("poll-card")
  let dismissed = ""
  const update = () => {
    const poll = room.state.room?.poll
    card.hidden = !poll || (poll.closed && poll.id === dismissed)
    if (poll && !card.hidden) show(card, room, poll)
  }
  find(card, "close-poll").addEventListener("click", () => {
    const poll = room.state.room?.poll
    if (poll) room.say("close_poll", { poll_id: poll.id }).catch(showRefusal)
  })
  const fold = find(card, "fold-poll")
  const setFolded = (/** @type {boolean} */ isFolded) => {
    card.classList.toggle("is-folded", isFolded)
    fold.setAttribute("aria-expanded", String(!isFolded))
  }
  fold.addEventListener("click", () => setFolded(!card.classList.contains("is-folded")))
  find(card, "dismiss-poll").addEventListener("click", () => {
    dismissed = room.state.room?.poll?.id ?? ""
    update()
  })
  card.hidden = true
  find(document, "tabs").parentElement?.after(card)
  // a closed poll is news for who was there when it closed
  if (room.state.room?.poll?.closed) dismissed = room.state.room.poll.id
  loadStyle(style, update)
  return disposeAll(
    () => card.remove(),
    every(TICK_MS, () => showSecondsLeft(card, room)),
    room.on("queue_shown", ({ tab }) => tab === "queue" && matchMedia(PHONE).matches && setFolded(true)),
    ...CHANGES.map((type) => room.on(type, update)),
  )
}

/** @param {HTMLElement} card @param {Room} room @param {PollState} poll */
function show(card, room, poll) {
  const you = room.boot.you.user_id
  const { total, yours, answers } = results(poll, you)
  setText(find(card, "question"), poll.question)
  const list = find(card, "answers")
  if (list.dataset.poll !== poll.id) {
    list.dataset.poll = poll.id
    list.replaceChildren(...poll.answers.map((answer, index) => createAnswer(answer, index, room, poll.id)))
  }
  for (const [index, { count, share }] of answers.entries()) {
    const button = /** @type {HTMLButtonElement} */ (list.children[index].firstElementChild)
    button.setAttribute("aria-pressed", String(index === yours))
    button.disabled = poll.closed
    button.style.setProperty("--share", String(share))
    button.classList.toggle("is-winner", poll.winner === index)
    setText(find(button, "votes"), String(count))
    const names = poll.answers[index].votes.map((id) => room.state.members.get(id)?.username).filter(Boolean)
    button.title = names.join(", ")
  }
  const format = ngettext("{count} vote", "{count} votes", total)
  const by = poll.username && interpolate(gettext("{name} asks"), { name: poll.username })
  const about = [interpolate(format, { count: total }), poll.closed ? gettext("closed") : by]
  setText(find(card, "about"), about.filter(Boolean).join(" · "))
  const mayClose = mayAskPolls(room.state) || poll.user_id === you
  find(card, "close-poll").hidden = poll.closed || !mayClose
  find(card, "dismiss-poll").hidden = !poll.closed
  showSecondsLeft(card, room)
}

/**
 * @param {import("../../core/protocol.js").PollAnswer} answer
 * @param {number} index
 * @param {Room} room
 * @param {string} pollId
 */
function createAnswer(answer, index, room, pollId) {
  const item = cloneTemplate("poll-answer")
  const button = /** @type {HTMLElement} */ (item.firstElementChild)
  setText(find(item, "answer"), answer.text)
  button.addEventListener("click", () => {
    const isChosen = button.getAttribute("aria-pressed") === "true"
    room.say("vote_poll", { poll_id: pollId, answer: isChosen ? null : index }).catch(showRefusal)
  })
  return item
}

/** @param {HTMLElement} card @param {Room} room */
function showSecondsLeft(card, room) {
  const poll = room.state.room?.poll
  const leftS =
    poll?.closes_at && !poll.closed
      ? Math.max(0, Math.ceil((poll.closes_at - room.serverNow()) / 1000))
      : null
  setText(find(card, "closes"), leftS === null ? "" : closesText(leftS))
}

/** @param {number} seconds */
function closesText(seconds) {
  return seconds < 100
    ? interpolate(gettext("closes in {count} s"), { count: seconds })
    : interpolate(gettext("closes in {count} min"), { count: Math.round(seconds / 60) })
}
