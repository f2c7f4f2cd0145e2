// @ts-check
/** The chat: message list, composer, typing indicator, reactions, and the count of unread messages. */

import { may } from "../../core/room/rights.js"
import { disposeAll, find, setText, showReaction } from "../lib/dom.js"
import { gettext, interpolate, ngettext } from "../lib/i18n.js"
import { loadItem } from "../lib/storage.js"
import { showRefusal } from "../ui/notices.js"
import { mountScrolledRovingTabindex } from "../ui/roving_tabindex.js"
import { mountComposer, mountOutgoing } from "./composer.js"
import { MessageList } from "./message_list.js"

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
    room.on("comment_changed", ({ payload }) => log.replace(payload.comment)),
    outgoing.unmount,
    mountComposer(find(chat, "composer"), room, log, outgoing.messages),
    mountLoadedHelp(chat, room, log),
    mountRights(log.list, room),
    mountTyping(find(chat, "typing"), room),
    mountReactions(find(chat, "composer"), room),
    mountFullscreen(chat, room),
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
  log.list.addEventListener("click", (event) => onListClick(event, log, room), { signal })
  // A phone's keyboard halves the height: keep the last messages in view.
  const resized = new ResizeObserver(() => {
    if (log.newest.hidden) log.toEnd()
  })
  resized.observe(log.scroll)
  signal.addEventListener("abort", () => resized.disconnect())
  listenToFold(chat, log, signal)
}

/**
 * What is loaded when it is used for the first time: completion of names, the emoji picker, options and search.
 * @param {HTMLElement} chat @param {Room} room @param {MessageList} log
 */
function mountLoadedHelp(chat, room, log) {
  const controller = new AbortController()
  const { signal } = controller
  const draft = /** @type {HTMLInputElement} */ (find(chat, "draft"))
  /** @type {(() => void) | null} */
  let complete = null
  const onInput = async () => {
    if (!complete && !draft.value.includes("@")) return
    const { mountMentionCompletion } = await import("./mention_completion.js")
    complete ??= mountMentionCompletion(draft, room)
    complete()
  }
  const onEmoji = async (/** @type {Event} */ { currentTarget }) => {
    const opener = /** @type {HTMLElement} */ (currentTarget)
    const { pickEmoji } = await import("./emoji_picker.js")
    pickEmoji(opener, (emoji) => {
      draft.setRangeText(emoji, draft.selectionStart ?? 0, draft.selectionEnd ?? 0, "end")
      draft.focus()
    })
  }
  const useOptions = async () => (await import("./chat_options.js")).chatOptions(chat, room, log)
  draft.addEventListener("input", () => void onInput().catch(console.error), { signal })
  find(chat, "pick-emoji").addEventListener("click", (event) => void onEmoji(event).catch(console.error), {
    signal,
  })
  find(document, "chat-options").addEventListener(
    "click",
    () => void useOptions().then((options) => options.open(), console.error),
    { signal },
  )
  const onImage = (/** @type {Event} */ event, /** @type {DataTransfer | null} */ data) => {
    const file = [...(data?.files ?? [])].find(({ type }) => type.startsWith("image/"))
    if (!file) return
    event.preventDefault()
    import("./images.js").then(({ attachImage }) => attachImage(chat, composer, file, room), console.error)
  }
  const composer = find(chat, "composer")
  composer.addEventListener("paste", (event) => onImage(event, event.clipboardData), { signal })
  for (const place of [chat, composer]) {
    place.addEventListener("drop", (event) => onImage(event, event.dataTransfer), { signal })
    place.addEventListener(
      "dragover",
      (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault(),
      { signal },
    )
  }
  if (loadItem("mentions", null)) useOptions().catch(console.error)
  return () => controller.abort()
}

/** Tools of messages that the member may not use are not shown. @param {HTMLElement} list @param {Room} room */
function mountRights(list, room) {
  const show = () => {
    list.toggleAttribute("data-no-reactions", !may(room.state, "react"))
    list.toggleAttribute("data-read-only", !may(room.state, "chat"))
    list.toggleAttribute("data-moderates", may(room.state, "remove"))
  }
  return disposeAll(
    ...["state", "room_changed", "role_changed", "new_host"].map((type) => room.on(type, show)),
  )
}

const TOOLS = "[data-remove], [data-more], [data-give], [data-react], [data-edit], [data-jump], [data-time]"

/** @param {Event} event @param {MessageList} log @param {Room} room */
function onListClick({ target }, log, room) {
  const tool = /** @type {HTMLElement | null} */ (target instanceof Element ? target.closest(TOOLS) : null)
  const element = /** @type {HTMLElement | null} */ (tool?.closest("[data-id]"))
  const comment = log.known.get(Number(element?.dataset.id))
  if (!tool || !element || !comment) return
  const { id } = comment
  if ("more" in tool.dataset) openAuthor(tool, comment)
  else if ("remove" in tool.dataset) room.say("delete_comment", { id }).catch(showRefusal)
  else if (tool.dataset.give) {
    const on = tool.getAttribute("aria-pressed") !== "true"
    room.say("react_to_comment", { id, emoji: tool.dataset.give, on }).catch(showRefusal)
  } else
    import("./message_tools.js")
      .then(({ useTool }) => useTool(tool, element, comment, room))
      .catch((error) => console.error("a tool of the chat could not be loaded", error)) // the next press tries again
}

/** Open the card of the author, who may have left. @param {HTMLElement} beside @param {import("../../core/protocol.js").CommentState} comment */
function openAuthor(beside, { id, user_id, username }) {
  const detail = { user_id, username, comment_id: id, beside }
  document.dispatchEvent(new CustomEvent("watchium:member", { detail }))
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
 * @param {HTMLElement} composer which may be elsewhere in fullscreen
 * @param {Room} room
 */
export function mountReactions(composer, room) {
  const controller = new AbortController()
  const layer = find(document, "reactions")
  let lastMs = -Infinity
  composer.addEventListener(
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
    room.on("reaction", ({ payload }) => showReaction(layer, payload.emoji, MAX_REACTIONS, payload.user_id)),
  )
}

/** In fullscreen the chat is shown over the picture. @param {HTMLElement} chat @param {Room} room */
function mountFullscreen(chat, room) {
  /** @type {Promise<{show: (isFull: boolean) => void}> | null} */
  let loading = null
  let wanted = false
  return room.on("fullscreen", ({ isFull }) => {
    wanted = isFull
    if (!isFull && !loading) return
    loading ??= import("./fullscreen_chat.js").then(({ mount }) => mount(chat, room))
    loading.then(
      ({ show }) => show(wanted),
      () => (loading = null), // the next time tries again
    )
  })
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
      if (isIgnored(payload.user_id)) return
      unread += 1
      show()
    }),
  )
}

/** Whether this viewer ignores the person: see viewer_filters.js, which hides the messages. @param {string} userId */
function isIgnored(userId) {
  return userId in (loadItem("hidden", null)?.ignored ?? {})
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
        isIgnored(payload.user_id) ||
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
