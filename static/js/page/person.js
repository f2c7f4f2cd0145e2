// @ts-check
/** The small card of one member: how they do, and what you can do for them. */

import { putAvatar } from "./avatars.js"
import { isHost } from "./authority.js"
import { distance } from "./format.js"
import { piece, write } from "./pieces.js"
import { announceRefusal } from "./problems.js"
import { aboutMember } from "./standing.js"
import { fill, gettext } from "./words.js"

const EDGE_PX = 12

/**
 * @param {HTMLElement} card
 * @param {import("./room_types.js").Room} room
 */
export function mount(card, room) {
  const gone = new AbortController()
  const { signal } = gone
  let shownId = ""
  const refresh = () => { if (shownId) show(card, room, shownId) }

  piece(card, "mention").addEventListener("click", () => {
    card.hidePopover()
    document.dispatchEvent(new CustomEvent("watchium:mention", { detail: room.state?.members.get(shownId)?.username }))
  }, { signal })
  piece(card, "hand-over").addEventListener("click", () => {
    card.hidePopover()
    room.say("transfer_host", { user_id: shownId }).catch(announceRefusal)
  }, { signal })
  card.addEventListener("toggle", event => { if (/** @type {ToggleEvent} */ (event).newState === "closed") shownId = "" }, { signal })

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
 * @param {import("./room_types.js").Room} room
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
}

/** Below the face, within the window. @param {HTMLElement} card @param {HTMLElement} beside */
function place(card, beside) {
  const at = beside.getBoundingClientRect()
  const left = Math.min(at.left, innerWidth - card.offsetWidth - EDGE_PX)
  card.style.setProperty("left", `${Math.max(EDGE_PX, left)}px`)
  card.style.setProperty("top", `${Math.min(at.bottom + 4, innerHeight - card.offsetHeight - EDGE_PX)}px`)
}
