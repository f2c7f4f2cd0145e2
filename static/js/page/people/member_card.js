// @ts-check
/** The small card of one member: how they do, and what you can do for them. */

import { putAvatar } from "../ui/avatar.js"
import { isHost, maySendOut } from "../room/permissions.js"
import { distance } from "../lib/format.js"
import { piece, write } from "../lib/dom.js"
import { announceRefusal } from "../ui/notify.js"
import { aboutMember } from "./member_status.js"
import { fill, gettext } from "../lib/i18n.js"

const EDGE_PX = 12
const BAN_MINUTES = 60

/**
 * The card's buttons: their names, what they command, and with what besides the person.
 * @type {[string, string, object][]}
 */
const DEEDS = [
  ["hand-over", "transfer_host", {}],
  ["trust", "set_moderator", { moderator: true }],
  ["distrust", "set_moderator", { moderator: false }],
  ["send-out", "remove_member", {}],
  ["ban", "ban_member", { minutes: BAN_MINUTES }],
]

/**
 * @param {HTMLElement} card
 * @param {import("../room/types.js").Room} room
 */
export function mount(card, room) {
  const gone = new AbortController()
  const { signal } = gone
  let shownId = ""
  const refresh = () => {
    if (shownId) show(card, room, shownId)
  }

  piece(card, "mention").addEventListener(
    "click",
    () => {
      card.hidePopover()
      document.dispatchEvent(
        new CustomEvent("watchium:mention", { detail: room.state?.members.get(shownId)?.username }),
      )
    },
    { signal },
  )
  for (const [name, command, more] of DEEDS)
    piece(card, name).addEventListener(
      "click",
      () => {
        const user_id = shownId
        card.hidePopover()
        room.say(command, { user_id, ...more }).catch(announceRefusal)
      },
      { signal },
    )
  card.addEventListener(
    "toggle",
    (event) => {
      if (/** @type {ToggleEvent} */ (event).newState === "closed") shownId = ""
    },
    { signal },
  )

  return {
    refresh,
    unmount: () => gone.abort(),
    /**
     * @param {string} userId
     * @param {HTMLElement} beside
     */
    open(userId, beside) {
      shownId = userId
      refresh()
      card.showPopover()
      place(card, beside)
    },
  }
}

/**
 * @param {HTMLElement} card
 * @param {import("../room/types.js").Room} room
 * @param {string} userId
 */
function show(card, room, userId) {
  const member = room.state?.members.get(userId)
  if (!member) return card.hidePopover()
  const face = piece(card, "face")
  const you = userId === room.boot.you.user_id
  if (face.dataset.avatar !== userId) putAvatar(face, userId, member.username)
  write(piece(card, "name"), member.username)
  const away = member.latency_ms ? fill(gettext("{time} away"), { time: distance(member.latency_ms) }) : ""
  write(piece(card, "about"), [aboutMember(member, room), away].filter(Boolean).join(" · "))
  piece(card, "mention").hidden = you
  piece(card, "hand-over").hidden = you || !isHost(room.state)
  showTrust(card, member.role, !you && isHost(room.state))
  piece(card, "send-away").hidden = !maySendOut(room.state, member)
}

/** @param {HTMLElement} card @param {string} role @param {boolean} yours whether it is yours to give */
function showTrust(card, role, yours) {
  piece(card, "trust").hidden = !yours || role === "moderator"
  piece(card, "distrust").hidden = !yours || role !== "moderator"
}

/** Below the face, within the window. @param {HTMLElement} card @param {HTMLElement} beside */
function place(card, beside) {
  const at = beside.getBoundingClientRect()
  const left = Math.min(at.left, innerWidth - card.offsetWidth - EDGE_PX)
  card.style.setProperty("left", `${Math.max(EDGE_PX, left)}px`)
  card.style.setProperty("top", `${Math.min(at.bottom + 4, innerHeight - card.offsetHeight - EDGE_PX)}px`)
}
