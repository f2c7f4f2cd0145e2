// @ts-check
/** Who sits in the room: the host first, then you, then everyone in the order they came. */

import { putAvatar } from "../ui/avatar.js"
import { isHost, mayClaim } from "../room/permissions.js"
import { mount as mountPerson } from "./member_card.js"
import { all, cloneTemplate, piece, write } from "../lib/dom.js"
import { announceRefusal } from "../ui/notify.js"
import { aboutMember, step } from "./member_status.js"

const CHANGES = [
  "state",
  "member_joined",
  "member_left",
  "members",
  "role_changed",
  "new_host",
  "room_changed",
  "presence",
  "connection",
]

/** @typedef {import("../room/types.js").Member} Member */
/** @typedef {import("../room/types.js").Room} Room */

/**
 * @param {HTMLElement} people
 * @param {Room} room
 */
export function mount(people, room) {
  const gone = new AbortController()
  const list = piece(people, "list")
  const person = mountPerson(piece(people, "person"), room)
  const show = () => {
    showSeats(list, room)
    showClaim(people, room)
    person.refresh()
  }
  list.addEventListener(
    "click",
    (event) => {
      const seat = event.target instanceof Element ? event.target.closest("[data-user]") : null
      if (seat instanceof HTMLElement) person.open(seat.dataset.user ?? "", seat)
    },
    { signal: gone.signal },
  )
  piece(people, "claim-button").addEventListener(
    "click",
    () => room.say("claim_host", {}).catch(announceRefusal),
    { signal: gone.signal },
  )
  show()
  return all(() => gone.abort(), person.unmount, ...CHANGES.map((type) => room.on(type, show)))
}

/**
 * Seats that stay keep their element, and with it the focus.
 * @param {HTMLElement} list
 * @param {Room} room
 */
function showSeats(list, room) {
  const members = ordered(room)
  const kept = new Map(
    [...list.children].map((seat) => [
      /** @type {HTMLElement} */ (seat).dataset.user,
      /** @type {HTMLElement} */ (seat),
    ]),
  )
  const seats = members.map((member) => filled(kept.get(member.user_id) ?? newSeat(member), member, room))
  if (seats.length !== list.childElementCount || seats.some((seat, i) => list.children[i] !== seat))
    list.replaceChildren(...seats)
  const count = document.querySelector("[data-watching]")
  if (!count) return
  write(count, members.length ? String(members.length) : "")
  // WebKit does not notice what was written
  count.parentElement?.toggleAttribute("data-unknown", !members.length)
}

/** @param {Room} room */
function ordered(room) {
  const place = (/** @type {Member} */ member) =>
    member.user_id === room.state?.room?.host_id ? 0 : member.user_id === room.boot.you.user_id ? 1 : 2
  return [...(room.state?.members?.values() ?? [])].sort((a, b) => place(a) - place(b))
}

/** @param {Member} member */
function newSeat(member) {
  const seat = cloneTemplate("seat")
  seat.dataset.user = member.user_id
  return seat
}

/**
 * @param {HTMLElement} seat
 * @param {Member} member
 * @param {Room} room
 */
function filled(seat, member, room) {
  const you = member.user_id === room.boot.you.user_id
  const hosts = member.user_id === room.state?.room?.host_id
  const face = piece(seat, "face")
  if (face.dataset.who !== member.username) putAvatar(face, member.user_id, member.username)
  write(piece(seat, "name"), member.username)
  piece(seat, "crown").hidden = !hosts
  seat.classList.toggle("you", you)
  seat.dataset.step = step(member, room)
  const about = aboutMember(member, room)
  write(piece(seat, "status"), about && `, ${about}`)
  piece(seat, "seat").title = [member.username, about].filter(Boolean).join(", ")
  return seat
}

/**
 * @param {HTMLElement} people
 * @param {Room} room
 */
function showClaim(people, room) {
  piece(people, "claim").hidden = !mayClaim(room.state) || isHost(room.state)
}
