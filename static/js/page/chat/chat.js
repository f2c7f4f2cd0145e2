// @ts-check
/** The talk beside the picture: its log, what is typed, reactions, and the count of what you missed. */

import { mount as mountComposer } from "./composer.js"
import { Log } from "./message_list.js"
import { all, piece } from "../lib/dom.js"
import { announceRefusal } from "../ui/notify.js"
import { mount as mountReactions } from "./reactions.js"
import { mount as mountRoving } from "../ui/roving_tabindex.js"
import { mount as mountStrip } from "./fullscreen_overlay.js"
import { mount as mountTyping } from "./typing.js"
import { mount as mountUnread } from "./unread.js"
import { mount as mountUnsent } from "./outgoing_list.js"

const OLDER_WITHIN_PX = 120

/**
 * @param {HTMLElement} chat
 * @param {import("../room/types.js").Room} room
 */
export function mount(chat, room) {
  const gone = new AbortController()
  const log = new Log(chat, room)
  if (room.state?.room) log.reset(room.state.comments)
  listen(chat, log, room, gone.signal)
  const unsent = mountUnsent(piece(chat, "unsent"), room, log)
  return all(
    () => gone.abort(),
    room.on("state", () => log.reset(room.state?.comments ?? [])),
    room.on("new_comment", ({ payload }) => log.append(payload)),
    room.on("comment_deleted", ({ payload }) => log.remove(payload.id)),
    unsent.unmount,
    mountComposer(piece(chat, "composer"), room, log, unsent.letters),
    mountTyping(piece(chat, "typing"), room),
    mountReactions(chat, room),
    mountStrip(room),
    mountRoving(log.scroll, log.list),
    mountUnread(room),
  )
}

/**
 * @param {HTMLElement} chat
 * @param {Log} log
 * @param {import("../room/types.js").Room} room
 * @param {AbortSignal} signal
 */
function listen(chat, log, room, signal) {
  const older = olderReader(log, room)
  log.scroll.addEventListener(
    "scroll",
    () => {
      if (log.atEnd) log.newest.hidden = true
      if (log.scroll.scrollTop < OLDER_WITHIN_PX) older()
    },
    { signal, passive: true },
  )
  log.newest.addEventListener("click", () => log.toEnd(), { signal })
  log.list.addEventListener(
    "click",
    (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-remove]") : null
      const id = Number(/** @type {HTMLElement | undefined} */ (button?.closest("[data-id]"))?.dataset.id)
      if (button && id) room.say("delete_comment", { id }).catch(announceRefusal)
    },
    { signal },
  )
  // The phone's keyboard takes half the room: the last words stay in view.
  const resized = new ResizeObserver(() => {
    if (log.newest.hidden) log.toEnd()
  })
  resized.observe(log.scroll)
  signal.addEventListener("abort", () => resized.disconnect())
  listenToFold(chat, log, signal)
}

/**
 * One request at a time, until the beginning.
 * @param {Log} log
 * @param {import("../room/types.js").Room} room
 */
function olderReader(log, room) {
  let busy = false
  return async () => {
    if (busy || log.complete) return
    busy = true
    try {
      const answer = await fetch(`${room.boot.comments_url}?before=${log.oldestSeq}`, {
        headers: { Accept: "application/json" },
      })
      if (!answer.ok) return
      const page = await answer.json()
      log.complete = !page.more
      log.prepend(page.comments)
    } catch {
      // No line just now: the next scroll asks again.
    } finally {
      busy = false
    }
  }
}

/**
 * On a wide screen the panel can be folded away.
 * @param {HTMLElement} chat
 * @param {Log} log
 * @param {AbortSignal} signal
 */
function listenToFold(chat, log, signal) {
  const button = document.querySelector("[data-fold]")
  button?.addEventListener(
    "click",
    () => {
      const folded = document.body.toggleAttribute("data-folded")
      button.setAttribute("aria-expanded", String(!folded))
      if (!folded) log.toEnd()
    },
    { signal },
  )
}
