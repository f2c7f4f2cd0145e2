// @ts-check
/** The chat: message list, composer, typing indicator, reactions, and the count of unread messages. */

import { disposeAll, find, setText, showReaction } from "../lib/dom.js"
import { gettext, interpolate, ngettext } from "../lib/i18n.js"
import { showRefusal } from "../ui/notices.js"
import { mountScrolledRovingTabindex } from "../ui/roving_tabindex.js"
import { mountComposer, mountOutgoing } from "./composer.js"
import { MessageList, mountFullscreenOverlay } from "./message_list.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

const LOAD_OLDER_PX = 120

/**
 * @param {HTMLElement} chat
 * @param {Room} room
 */
export function mount(chat, room) {
  const controller = new AbortController()
  const log = new MessageList(chat, room)
  if (room.state?.room) log.reset(room.comments)
  listen(chat, log, room, controller.signal)
  const outgoing = mountOutgoing(find(chat, "unsent"), room, log)
  return disposeAll(
    () => controller.abort(),
    room.on("state", () => log.reset(room.comments)),
    room.on("comments", () => log.restart(room.comments)),
    room.on("new_comment", ({ payload }) => log.append(payload)),
    room.on("comment_deleted", ({ payload }) => log.remove(payload.id)),
    outgoing.unmount,
    mountComposer(find(chat, "composer"), room, log, outgoing.messages),
    mountTyping(find(chat, "typing"), room),
    mountReactions(chat, room),
    mountFullscreenOverlay(room),
    mountScrolledRovingTabindex(log.scroll, log.list),
    mountUnread(room),
  )
}

/**
 * @param {HTMLElement} chat
 * @param {MessageList} log
 * @param {Room} room
 * @param {AbortSignal} signal
 */
function listen(chat, log, room, signal) {
  const older = olderLoader(log, room)
  log.scroll.addEventListener(
    "scroll",
    () => {
      if (log.atEnd) log.newest.hidden = true
      if (log.scroll.scrollTop < LOAD_OLDER_PX) older()
    },
    { signal, passive: true },
  )
  log.newest.addEventListener("click", () => log.toEnd(), { signal })
  log.list.addEventListener(
    "click",
    (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-remove]") : null
      const id = Number(/** @type {HTMLElement | undefined} */ (button?.closest("[data-id]"))?.dataset.id)
      if (button && id) room.say("delete_comment", { id }).catch(showRefusal)
    },
    { signal },
  )
  // A phone's keyboard halves the height: keep the last messages in view.
  const resized = new ResizeObserver(() => {
    if (log.newest.hidden) log.toEnd()
  })
  resized.observe(log.scroll)
  signal.addEventListener("abort", () => resized.disconnect())
  listenToFold(chat, log, signal)
}

/**
 * Load older messages, one request at a time, until the first message.
 * @param {MessageList} log
 * @param {Room} room
 */
function olderLoader(log, room) {
  let busy = false
  return async () => {
    if (busy || log.complete || room.gate) return
    busy = true
    try {
      const response = await fetch(`${room.boot.comments_url}?before=${log.oldestSeq}`, {
        headers: { Accept: "application/json" },
      })
      if (!response.ok) return
      const page = await response.json()
      log.complete = !page.more
      log.prepend(page.comments)
    } catch {
      // No connection: the next scroll requests them again.
    } finally {
      busy = false
    }
  }
}

/**
 * A button that folds the panel, on wide screens.
 * @param {HTMLElement} chat
 * @param {MessageList} log
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

const MAX_REACTIONS = 40
const REACTION_GAP_MS = 120

/**
 * @param {HTMLElement} chat
 * @param {Room} room
 */
export function mountReactions(chat, room) {
  const controller = new AbortController()
  const layer = find(document, "reactions")
  let lastMs = -Infinity
  chat.addEventListener(
    "click",
    (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-emoji]") : null
      if (!(button instanceof HTMLElement) || performance.now() - lastMs < REACTION_GAP_MS) return
      lastMs = performance.now()
      room.say("reaction", { emoji: button.dataset.emoji ?? "" }).catch(showRefusal)
    },
    { signal: controller.signal },
  )
  return disposeAll(
    () => controller.abort(),
    room.on("reaction", ({ payload }) => showReaction(layer, payload.emoji, MAX_REACTIONS)),
  )
}

/** Show the number of messages that arrived while the page was hidden, in its title. @param {Room} room */
export function mountUnread(room) {
  const controller = new AbortController()
  let unread = 0
  const show = () => {
    const plain = document.title.replace(/^\(\d+\) /, "")
    document.title = unread ? `(${unread}) ${plain}` : plain
  }
  document.addEventListener(
    "visibilitychange",
    () => {
      if (document.hidden) return
      unread = 0
      show()
    },
    { signal: controller.signal },
  )
  return disposeAll(
    () => controller.abort(),
    room.on("new_comment", ({ payload }) => {
      if (!document.hidden || payload.is_system_message || payload.user_id === room.boot.you.user_id) return
      unread += 1
      show()
    }),
  )
}

const TYPING_TIMEOUT_MS = 4000

/**
 * @param {HTMLElement} line
 * @param {Room} room
 */
export function mountTyping(line, room) {
  /** @type {Map<string, {name: string, timer: number}>} */
  const typing = new Map()
  /**
   * Server time of each member's last message: a poll can deliver an older typing event after it.
   * @type {Map<string, number>}
   */
  const lastMessageMs = new Map()
  const show = () => setText(line, typingMessage([...typing.values()].map(({ name }) => name)))
  const forget = (/** @type {string} */ id) => {
    clearTimeout(typing.get(id)?.timer)
    typing.delete(id)
    show()
  }
  return disposeAll(
    room.on("typing", ({ payload, timestamp }) => {
      if (
        payload.user_id === room.boot.you.user_id ||
        timestamp <= (lastMessageMs.get(payload.user_id) ?? -Infinity)
      )
        return
      clearTimeout(typing.get(payload.user_id)?.timer)
      typing.set(payload.user_id, {
        name: payload.username,
        timer: setTimeout(() => forget(payload.user_id), TYPING_TIMEOUT_MS),
      })
      show()
    }),
    room.on("new_comment", ({ payload }) => {
      lastMessageMs.set(payload.user_id, room.serverNow())
      forget(payload.user_id)
    }),
    room.on("member_left", ({ payload }) => {
      lastMessageMs.delete(payload.user_id)
      forget(payload.user_id)
    }),
    () => typing.forEach(({ timer }) => clearTimeout(timer)),
  )
}

/** @param {string[]} names */
function typingMessage(names) {
  if (!names.length) return ""
  if (names.length > 2)
    return interpolate(ngettext("{n} person is typing", "{n} people are typing", names.length), {
      n: names.length,
    })
  return names.length === 1
    ? interpolate(gettext("{name} is typing"), { name: names[0] })
    : interpolate(gettext("{one} and {other} are typing"), { one: names[0], other: names[1] })
}
