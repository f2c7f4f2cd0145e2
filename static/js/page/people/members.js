// @ts-check
/** The members of the room, with a card for each, and the invite link. */

import { isHost, mayChangeRights } from "../../core/room/rights.js"
import { cloneTemplate, disposeAll, find, setText } from "../lib/dom.js"
import { formatMs, gettext, interpolate } from "../lib/i18n.js"
import { loadItem } from "../lib/storage.js"
import { mayClaimHost, mayRemove, MEMBER_CHANGES, memberStatus, syncRing } from "../room/members.js"
import { showAvatar } from "../ui/artwork.js"
import { showRefusal } from "../ui/notices.js"

/** @typedef {import("../../core/room/members.js").Member} Member */
/** @typedef {import("../room/session.js").RoomSession} Room */

/** @param {HTMLElement} people @param {Room} room */
export function mount(people, room) {
  const controller = new AbortController()
  const list = find(people, "list")
  const card = mountMemberCard(find(people, "person"), room)
  const show = () => {
    showMembers(list, room)
    showClaim(people, room)
    card.refresh()
  }
  list.addEventListener(
    "click",
    (event) => {
      const item = event.target instanceof Element ? event.target.closest("[data-user]") : null
      if (item instanceof HTMLElement) card.open(item.dataset.user ?? "", item)
    },
    { signal: controller.signal },
  )
  find(people, "claim-button").addEventListener(
    "click",
    () => room.say("claim_host", {}).catch(showRefusal),
    { signal: controller.signal },
  )
  document.addEventListener(
    "watchium:member",
    (event) => {
      const { beside, ...author } = /** @type {CustomEvent} */ (event).detail
      card.open(author.user_id, beside, author)
    },
    { signal: controller.signal },
  )
  show()
  return disposeAll(
    () => controller.abort(),
    card.unmount,
    ...MEMBER_CHANGES.map((type) => room.on(type, show)),
  )
}

/** Members that stay keep their element, and with it the focus. @param {HTMLElement} list @param {Room} room */
function showMembers(list, room) {
  const members = sortedMembers(room)
  const present = new Map(
    [...list.children].map((item) => [
      /** @type {HTMLElement} */ (item).dataset.user,
      /** @type {HTMLElement} */ (item),
    ]),
  )
  const items = members.map((member) =>
    fillMember(present.get(member.user_id) ?? createMember(member), member, room),
  )
  if (items.length !== list.childElementCount || items.some((item, i) => list.children[i] !== item))
    list.replaceChildren(...items)
  const count = document.querySelector("[data-watching]")
  if (!count) return
  setText(count, members.length ? String(members.length) : "")
  // an attribute for the style sheet, because WebKit does not apply it again when only the text changes
  count.parentElement?.toggleAttribute("data-unknown", !members.length)
}

/** The host first, then the user, then all others in the order in which they joined. @param {Room} room */
function sortedMembers(room) {
  const rank = (/** @type {Member} */ member) =>
    member.user_id === room.state?.room?.host_id ? 0 : member.user_id === room.boot.you.user_id ? 1 : 2
  return [...(room.state?.members?.values() ?? [])].sort((a, b) => rank(a) - rank(b))
}

/** @param {Member} member */
function createMember(member) {
  const item = cloneTemplate("seat")
  item.dataset.user = member.user_id
  return item
}

/** @param {HTMLElement} item @param {Member} member @param {Room} room */
function fillMember(item, member, room) {
  const isYou = member.user_id === room.boot.you.user_id
  const isCurrentHost = member.user_id === room.state?.room?.host_id
  const avatar = find(item, "face")
  if (avatar.dataset.who !== member.username) showAvatar(avatar, member.user_id, member.username)
  setText(find(item, "name"), member.username)
  find(item, "crown").hidden = !isCurrentHost
  showNativePlayer(find(item, "native-player"), member.player)
  item.classList.toggle("you", isYou)
  item.dataset.step = syncRing(member, room)
  item.toggleAttribute("data-away", Boolean(member.away))
  const status = memberStatus(member, room)
  setText(find(item, "status"), status && `, ${status}`)
  find(item, "seat").title = [member.username, status].filter(Boolean).join(", ")
  return item
}

/** Such as mpv; screen readers get it from the status. @param {HTMLElement} mark @param {string | null | undefined} name */
function showNativePlayer(mark, name) {
  setText(mark, name ?? "")
  mark.hidden = !name
}

/** @param {HTMLElement} people @param {Room} room */
function showClaim(people, room) {
  find(people, "claim").hidden = !mayClaimHost(room.state) || isHost(room.state)
}

const EDGE_PX = 12

/**
 * The card's buttons: name, command, and the payload besides the member.
 * @type {[string, string, object][]}
 */
const CARD_COMMANDS = [
  ["hand-over", "transfer_host", {}],
  ["trust", "set_moderator", { moderator: true }],
  ["distrust", "set_moderator", { moderator: false }],
]

/** A member's status, and the commands for the member. @param {HTMLElement} card @param {Room} room */
export function mountMemberCard(card, room) {
  const controller = new AbortController()
  const { signal } = controller
  let shownId = ""
  /** The author of the message that the card was opened from: may be absent. @type {Author | null} */
  let author = null
  const refresh = () => {
    if (!shownId) return
    showCard(card, room, shownId, author)
    rights.show(shownId)
  }
  const rights = mountRights(card, room, signal)
  find(card, "successor").addEventListener(
    "click",
    () => {
      const isNamed = room.state.room?.successor_id === shownId
      room.say("set_successor", { user_id: isNamed ? null : shownId }).catch(showRefusal)
    },
    { signal },
  )

  find(card, "mention").addEventListener(
    "click",
    () => {
      card.hidePopover()
      document.dispatchEvent(
        new CustomEvent("watchium:mention", { detail: room.state?.members.get(shownId)?.username }),
      )
    },
    { signal },
  )
  for (const [name, command, more] of CARD_COMMANDS)
    find(card, name).addEventListener(
      "click",
      () => {
        const user_id = shownId
        card.hidePopover()
        room.say(command, { user_id, ...more }).catch(showRefusal)
      },
      { signal },
    )
  const actOn = async (/** @type {string} */ act, /** @type {Author} */ person) => {
    const { perform } = await import("../moderation/member_acts.js")
    perform(act, person, room)
  }
  card.addEventListener(
    "click",
    ({ target }) => {
      const button = target instanceof Element ? target.closest("[data-act]") : null
      const username = room.state?.members.get(shownId)?.username ?? author?.username
      if (!(button instanceof HTMLElement) || !username) return
      const person = { user_id: shownId, username, comment_id: author?.comment_id }
      card.hidePopover()
      actOn(button.dataset.act ?? "", person).catch(showRefusal)
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
    unmount: () => controller.abort(),
    /** @param {string} userId @param {HTMLElement} beside @param {Author | null} [from] the author of a message */
    open(userId, beside, from = null) {
      shownId = userId
      author = from
      refresh()
      card.showPopover()
      placeCard(card, beside)
    },
  }
}

/** The rights of one member are loaded with the first press. @param {HTMLElement} card @param {Room} room @param {AbortSignal} signal */
function mountRights(card, room, signal) {
  const opener = find(card, "open-rights")
  const box = find(card, "member-rights")
  const isDemo = document.querySelector("[data-demo]") !== null // whose rights no member changes
  let showRights = /** @type {((userId: string) => void) | null} */ (null)
  let openFor = ""
  const show = (/** @type {string} */ userId) => {
    const isPresent = room.state.members.has(userId)
    const mayChange = mayChangeRights(room.state) && !isDemo
    opener.hidden = !isPresent || !mayChange || userId === room.state.room?.host_id
    box.hidden = opener.hidden || openFor !== userId || !showRights
    opener.setAttribute("aria-expanded", String(!box.hidden))
    if (!box.hidden) showRights?.(userId)
  }
  opener.addEventListener(
    "click",
    async () => {
      const userId = card.dataset.shown ?? ""
      openFor = openFor === userId ? "" : userId
      if (!showRights) {
        const { mountMemberRights } = await import("./member_rights.js")
        showRights = mountMemberRights(box, room)
      }
      show(userId)
      keepInside(card)
    },
    { signal },
  )
  card.addEventListener("toggle", () => (openFor = ""), { signal })
  return { show }
}

/** @typedef {{user_id: string, username: string, comment_id?: number}} Author */

/** @param {HTMLElement} card @param {Room} room @param {string} userId @param {Author | null} author */
function showCard(card, room, userId, author) {
  const present = room.state?.members.get(userId)
  const member = present ?? (author && { ...author, role: "member", latency_ms: null })
  if (!member) return card.hidePopover()
  const avatar = find(card, "face")
  const isYou = userId === room.boot.you.user_id
  if (avatar.dataset.avatar !== userId) showAvatar(avatar, userId, member.username)
  setText(find(card, "name"), member.username)
  const latency = member.latency_ms
    ? interpolate(gettext("latency {time}"), { time: formatMs(member.latency_ms) })
    : ""
  const about = present ? [memberStatus(present, room), latency] : [gettext("not here now")]
  setText(find(card, "about"), about.filter(Boolean).join(" · "))
  card.dataset.shown = userId
  find(card, "mention").hidden = isYou
  const successor = find(card, "successor")
  successor.hidden = !present || isYou || !isHost(room.state)
  successor.setAttribute("aria-pressed", String(room.state.room?.successor_id === userId))
  find(card, "hand-over").hidden = !present || isYou || !isHost(room.state)
  showModeratorButtons(card, member.role, Boolean(present) && !isYou && isHost(room.state))
  find(card, "send-away").hidden = !mayRemove(room.state, member)
  const isIgnored = userId in (loadItem("hidden", null)?.ignored ?? {})
  showActs(card, { isYou, isPresent: Boolean(present), isMuted: isMuted(present, room), isIgnored })
}

/** @param {Member | undefined} member @param {Room} room */
function isMuted(member, room) {
  return (member?.muted_until ?? 0) > room.serverNow()
}

/** @param {HTMLElement} card @param {{isYou: boolean, isPresent: boolean, isMuted: boolean, isIgnored: boolean}} shown */
function showActs(card, { isYou, isPresent, isMuted, isIgnored }) {
  const isHidden = /** @type {Record<string, boolean>} */ ({
    ...{ ignore: isYou, report: isYou, mute: isMuted, unmute: !isMuted, remove: !isPresent },
    "delete-all": isYou,
  })
  for (const [act, hidden] of Object.entries(isHidden)) {
    const button = card.querySelector(`[data-act="${act}"]`)
    if (button instanceof HTMLElement) button.hidden = hidden
  }
  const ignore = card.querySelector('[data-act="ignore"]')
  if (ignore) setText(ignore, isIgnored ? gettext("Stop ignoring") : gettext("Ignore"))
}

/** @param {HTMLElement} card @param {string} role @param {boolean} mayChange */
function showModeratorButtons(card, role, mayChange) {
  find(card, "trust").hidden = !mayChange || role === "moderator"
  find(card, "distrust").hidden = !mayChange || role !== "moderator"
}

/** A card that grows stays in the window. @param {HTMLElement} card */
function keepInside(card) {
  const lowest = innerHeight - card.offsetHeight - EDGE_PX
  card.style.top = `${Math.max(EDGE_PX, Math.min(card.getBoundingClientRect().top, lowest))}px`
}

/** Place the card below the avatar, within the window. @param {HTMLElement} card @param {HTMLElement} beside */
function placeCard(card, beside) {
  const at = beside.getBoundingClientRect()
  const left = Math.min(at.left, innerWidth - card.offsetWidth - EDGE_PX)
  card.style.setProperty("left", `${Math.max(EDGE_PX, left)}px`)
  card.style.setProperty("top", `${Math.min(at.bottom + 4, innerHeight - card.offsetHeight - EDGE_PX)}px`)
}

const COPIED_MS = 2200

/** A button that copies the room's link. @param {HTMLElement} invite @param {Room} room */
export function mountInvite(invite, room) {
  const controller = new AbortController()
  let timer = 0
  find(invite, "copy").addEventListener(
    "click",
    async () => {
      const address = new URL(room.boot.share_url, location.href).href
      if (!(await copyText(address))) return showLink(invite, address)
      showCopied(invite, true)
      clearTimeout(timer)
      timer = setTimeout(() => showCopied(invite, false), COPIED_MS)
    },
    { signal: controller.signal },
  )
  const showQr = async (/** @type {Event} */ { target }) => {
    if (!(target instanceof Element) || !target.closest("[data-show-qr]")) return
    const { openQrDialog } = await import("./qr_dialog.js")
    openQrDialog(room)
  }
  document.addEventListener("click", (event) => void showQr(event).catch(console.error), {
    signal: controller.signal,
  })
  return () => {
    controller.abort()
    clearTimeout(timer)
  }
}

/** @param {string} text */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

/** Without a secure context there is no clipboard API; copying a selection still works. @param {string} text */
function copyBySelection(text) {
  const box = document.createElement("textarea")
  const focused = document.activeElement
  box.value = text
  box.readOnly = true
  box.className = "unseen"
  document.body.append(box)
  box.select()
  const done = document.execCommand("copy")
  box.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return done
}

/** @param {HTMLElement} invite @param {boolean} copied */
function showCopied(invite, copied) {
  const text = find(invite, "copy-text")
  text.dataset.word ??= text.textContent ?? ""
  text.textContent = copied ? gettext("Copied") : text.dataset.word
  find(invite, "icon-before").hidden = copied
  find(invite, "icon-after").hidden = !copied
  find(invite, "copied").textContent = copied ? gettext("The link is copied.") : ""
}

/** @param {HTMLElement} invite @param {string} address */
function showLink(invite, address) {
  const dialog = /** @type {HTMLDialogElement} */ (find(invite, "by-hand"))
  const link = /** @type {HTMLInputElement} */ (find(dialog, "link"))
  link.value = address
  dialog.showModal()
  link.select()
}
