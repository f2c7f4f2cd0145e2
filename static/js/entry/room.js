// @ts-check
/** The room's page: creates the session, mounts every module on its element and exposes `window.watchium`. */

import { CHANGES, Event } from "../core/protocol.js"
import { may, mayAskPolls } from "../core/room/rights.js"
import * as chat from "../page/chat/chat.js"
import * as controls from "../page/controls/controls.js"
import { commandsOf } from "../page/controls/playback_commands.js"
import { mountAddToPlayer, mountOwnCopies } from "../page/controls/media_dialog.js"
import * as stage from "../page/controls/stage.js"
import { find, mountDialogs } from "../page/lib/dom.js"
import { shownTitle } from "../page/lib/i18n.js"
import { loadItem } from "../page/lib/storage.js"
import { mountRoomAudioFocus } from "../page/media/audio_focus.js"
import { mountClientMetrics } from "../page/media/status_report.js"
import * as members from "../page/people/members.js"
import * as notices from "../page/room/notices.js"
import { RoomSession } from "../page/room/session.js"
import * as syncMeter from "../page/sync_meter/sync_meter.js"
import { mountValidation } from "../page/ui/form_validation.js"
import { showNotice, showRefusal, withdrawNotice } from "../page/ui/notices.js"

const OWN_FILM = /^\/media\/(?:library|uploads)\// // of this server, except its samples
const RIGHTS_CHANGES = ["state", "room_changed", "new_host", "role_changed", "members"]
const BROADCAST_EVENT = "watchium:broadcast"

/** @typedef {import("../core/protocol.js").Envelope} Envelope */
/** @typedef {import("../core/room/rights.js").Right} Right */

/**
 * The selector of the elements that each module is mounted on.
 * @type {[string, (element: any, room: RoomSession) => unknown][]}
 */
const MOUNTS = [
  ["[data-controls]", controls.mount],
  ["[data-stage]", stage.mount],
  ["[data-chat]", chat.mount],
  ["[data-members]", members.mount],
  ["[data-meter]", syncMeter.mount],
  ["[data-notices]", notices.mount],
  ["[data-invite]", members.mountInvite],
  ["[data-settings]", mountSettings],
  ["[data-room-title]", mountTitle],
  ["body", mountDialogs],
  ["[data-keep]", mountAddToPlayer],
  ["[data-captions]", mountCaptions],
  ["#panel", mountTabs],
  ["[data-controls]", mountChapters],
  ["[data-stage]", mountStart],
  ["[data-stage]", mountPhone],
  ["body", mountContents],
  ["body", mountModeration],
  ["[data-own-copy]", mountOwnCopies],
  ["[data-knocks]", mountKnocks],
  ["[data-right]", mountRight],
  ["[data-without-right]", mountRight],
  ["body", controls.mountControlShortcuts],
  ["body", stage.mountDisconnected],
  ["body", stage.mountCatchUp],
  ["body", mountClientMetrics],
  ["body", mountAudioFocus],
]

/** What a second screen, which has no player, does without. @type {Set<unknown>} */
const OF_PLAYER = new Set([
  syncMeter.mount,
  mountAddToPlayer,
  mountCaptions,
  mountContents,
  mountOwnCopies,
  stage.mountCatchUp,
  mountClientMetrics,
  mountAudioFocus,
])

/**
 * The session's handler of each event type, called after the state was reduced and before modules are notified.
 * @param {RoomSession} room
 * @returns {Record<string, (envelope: Envelope) => void>}
 */
function eventHandlers(room) {
  const follow = () => room.followTimeline()
  return {
    ...Object.fromEntries([...CHANGES].map((type) => [type, follow])),
    [Event.Load]: ({ payload }) => room.loadMedia(payload),
    [Event.Welcome]: () => room.onSnapshot(),
    [Event.Events]: () => room.requestMissed(),
    [Event.Ack]: ({ payload }) => room.resolve(payload),
    [Event.Error]: ({ payload }) => room.reject(payload),
  }
}

async function start() {
  const boot = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("boot")).textContent ?? "{}")
  const media = /** @type {HTMLVideoElement} */ (document.querySelector("[data-stage] [data-media]"))
  const room = new RoomSession(boot, media)
  room.handlers = eventHandlers(room)
  room.on("connection", ({ status }) => (document.body.dataset.socket = status))
  for (const [selector, mount] of MOUNTS)
    if (!boot.companion || !OF_PLAYER.has(mount)) mountAll(selector, mount, room)
  mountValidation(document.body)
  if (new URLSearchParams(location.search).has("debug")) await mountDebugPanel(room)
  exposeApi(room)
  room.open()
}

/**
 * Playback continues without a module that fails to mount.
 * @param {string} selector
 * @param {(element: any, room: RoomSession) => unknown} mount
 * @param {RoomSession} room
 */
function mountAll(selector, mount, room) {
  for (const element of document.querySelectorAll(selector)) {
    try {
      mount(element, room)
    } catch (error) {
      console.error(`${selector} could not be mounted`, error)
    }
  }
}

/**
 * Captions are loaded by their button or key, or for a viewer who had them on, if there may be some.
 * @param {HTMLButtonElement} button
 * @param {RoomSession} room
 */
function mountCaptions(button, room) {
  /** @type {Promise<import("../page/captions/captions.js").Captions> | null} */
  let loading = null
  /** @type {import("../page/captions/captions.js").Contents | null} */
  let contents = null
  const use = async (
    /** @type {(captions: import("../page/captions/captions.js").Captions) => void} */ act,
  ) => {
    loading ??= import("../page/captions/captions.js").then(({ mount }) => mount(button, room, contents))
    try {
      act(await loading)
    } catch (error) {
      loading = null // the next press tries again
      console.error("the captions could not be loaded", error)
    }
  }
  const show = () => {
    button.hidden = !room.state.timeline?.media
    if (room.state.room?.captions?.length) void use(() => {}) // a member gave them to everyone
  }
  button.addEventListener("click", () => {
    if (!loading) void use(({ menu }) => menu.open()) // later clicks open it by themselves
  })
  room.on("toggle_captions", () => void use((captions) => captions.toggle()))
  const wantsCaptions = () => loadItem("captions", {}).on
  room.on("contents", (found) => {
    contents = found
    if (loading || (found?.captions.length && wantsCaptions()))
      void use((captions) => captions.setContents(contents))
  })
  room.on("tracks", (source) => {
    if (!loading && source?.captionTracks?.length && wantsCaptions()) void use(() => {})
  })
  for (const type of ["state", "load", "timeline", "room_changed"]) room.on(type, show)
}

/**
 * The panel's tabs. The queue is loaded when its tab opens, or once the room has one.
 * @param {HTMLElement} panel
 * @param {RoomSession} room
 */
function mountTabs(panel, room) {
  const tabs = /** @type {HTMLElement[]} */ ([...panel.querySelectorAll("[data-tab]")])
  const queue = find(panel, "queue")
  const unread = find(panel, "unread")
  /** @type {Promise<unknown> | null} */
  let loading = null
  const load = () => {
    loading ??= import("../page/queue/queue.js")
      .then(({ mount }) => mount(queue, room))
      .catch((error) => {
        loading = null // the next press tries again
        console.error("the queue could not be loaded", error)
      })
  }
  const open = (/** @type {string} */ name) => {
    panel.dataset.tab = name
    delete panel.dataset.swiped
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab.dataset.tab === name))
      tab.tabIndex = tab.dataset.tab === name ? 0 : -1
    }
    queue.hidden = name !== "queue"
    if (queue.hidden) unread.hidden = true
    else load()
    room.emit("queue_shown", { tab: name })
  }
  for (const tab of tabs) {
    tab.addEventListener("click", () => open(tab.dataset.tab ?? ""))
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return
      event.preventDefault() // elsewhere these keys seek
      const other = tabs[1 - tabs.indexOf(tab)]
      open(other.dataset.tab ?? "")
      other.focus()
    })
  }
  mountSwipe(panel, (forward) => {
    const tab =
      tabs[
        tabs.findIndex(({ dataset }) => dataset.tab === (panel.dataset.tab ?? "chat")) + (forward ? 1 : -1)
      ]
    if (!tab) return
    open(tab.dataset.tab ?? "")
    panel.dataset.swiped = forward ? "forward" : "back"
  })
  document.addEventListener("watchium:mention", () => open("chat"), { capture: true }) // it focuses the draft
  room.on("new_comment", () => (unread.hidden = queue.hidden))
  for (const type of ["state", "queue"]) room.on(type, () => room.state.queue_revision && load())
}

const SWIPE_PX = 56
const SWIPE_MS = 600
const NOT_SWIPED = "input, textarea, select, [data-grip]" // these use the movement themselves

/**
 * A swipe along the lines changes the tab: towards their beginning forward. Scrolling and slow movements do not.
 * @param {HTMLElement} panel
 * @param {(forward: boolean) => void} swiped
 */
function mountSwipe(panel, swiped) {
  /** @type {{x: number, y: number, atMs: number} | null} */
  let begin = null
  panel.addEventListener(
    "touchstart",
    ({ touches, target, timeStamp }) => {
      const isOne = touches.length === 1 && target instanceof Element && !target.closest(NOT_SWIPED)
      begin = isOne ? { x: touches[0].clientX, y: touches[0].clientY, atMs: timeStamp } : null
    },
    { passive: true },
  )
  panel.addEventListener("touchend", ({ changedTouches: [touch], timeStamp }) => {
    if (!begin || timeStamp - begin.atMs > SWIPE_MS) return
    const [alongPx, acrossPx] = [touch.clientX - begin.x, touch.clientY - begin.y]
    begin = null
    if (Math.abs(alongPx) < SWIPE_PX || Math.abs(alongPx) < 2 * Math.abs(acrossPx)) return
    swiped(alongPx < 0 === (getComputedStyle(panel).direction === "ltr"))
  })
}

/**
 * Chapters are loaded for media that have some: what a member typed, or else what is in the film. The button in "Change
 * media" opens the editor.
 * @param {HTMLElement} bar
 * @param {RoomSession} room
 */
function mountChapters(bar, room) {
  const opener = /** @type {HTMLElement} */ (document.querySelector("[data-type-chapters]"))
  let unmount = () => {}
  let mounted = "[]"
  /** @type {{start: number, end?: number, title: string}[]} */
  let ofFilm = []
  const listed = () => {
    const typed = room.state.room?.chapters ?? []
    return typed.length ? typed : ofFilm
  }
  const edit = async () => {
    const { openEditor } = await import("../page/chapters/editor.js")
    openEditor(room, bar.dataset.chaptersStyle, listed())
  }
  const update = async () => {
    opener.hidden = !room.state.timeline?.media
    const [chapters, wanted] = [listed(), JSON.stringify(listed())]
    if (wanted === mounted) return
    mounted = wanted
    unmount()
    unmount = () => {}
    if (!chapters.length) return
    const { mount } = await import("../page/chapters/chapters.js")
    if (mounted === wanted) unmount = mount(bar, commandsOf(room), chapters, () => void edit(), room)
  }
  const show = () => void update().catch(() => (mounted = "")) // the next change tries again
  opener.addEventListener("click", () => void edit())
  room.on("contents", (contents) => {
    ofFilm = contents?.chapters ?? []
    show()
  })
  for (const type of ["state", "load", "timeline", "room_changed"]) room.on(type, show)
}

/**
 * What a room uses to start together; each is loaded once the room uses it.
 * @type {[(state: import("../core/room/room_store.js").RoomModel, nowMs: number) => unknown, () => Promise<{mount: (room: RoomSession,
 *   style: string | undefined) => unknown}>][]}
 */
const STARTS = [
  [({ room }) => room?.ready_check, () => import("../page/start/ready_check.js")],
  [({ room }) => room?.countdown, () => import("../page/start/countdown.js")],
  [
    ({ room }, nowMs) => room?.premiere_at && room.premiere_at > nowMs,
    () => import("../page/start/waiting_room.js"),
  ],
  [({ room }) => room?.poll && !room.poll.closed, () => import("../page/start/poll.js")],
  [isWritingRestricted, () => import("../page/moderation/writing_rules.js")],
]

/** @param {import("../core/room/room_store.js").RoomModel} state @param {number} nowMs */
function isWritingRestricted({ you, room }, nowMs) {
  return (you?.muted_until ?? 0) > nowMs || room?.chat?.enabled === false || room?.chat?.slow_mode_s
}

/** @param {HTMLElement} stage @param {RoomSession} room */
function mountStart(stage, room) {
  const ask = find(document, "ask-ready")
  const askPoll = find(document, "ask-poll")
  const loading = new Set()
  const update = () => {
    ask.hidden = !commandsOf(room).hasControl
    askPoll.hidden = !mayAskPolls(room.state)
    for (const [isUsed, load] of STARTS) {
      if (!isUsed(room.state, room.serverNow()) || loading.has(load)) continue
      loading.add(load)
      load().then(
        ({ mount }) => mount(room, stage.dataset.startStyle),
        () => loading.delete(load), // the next change tries again
      )
    }
  }
  askPoll.addEventListener("click", async () => {
    const { openPollForm } = await import("../page/start/poll_form.js")
    openPollForm(room, stage.dataset.startStyle)
  })
  ask.addEventListener("click", () => {
    if (room.state.room?.ready_check) find(document, "ready-check").focus()
    else room.say("ready_check", { on: true }).catch(showRefusal)
  })
  for (const type of ["state", "room_changed", "new_host", "role_changed", "member_changed"])
    room.on(type, update)
}

/** Reports and acts come to the host and moderators only. @param {HTMLElement} _body @param {RoomSession} room */
function mountModeration(_body, room) {
  room.on("moderated", async ({ payload }) => {
    const { showAct } = await import("../page/moderation/act_notices.js")
    showAct(room, payload)
  })
  if (loadItem("hidden", null))
    import("../page/moderation/viewer_filters.js").then(({ apply }) => apply(), console.error)
}

/** What is for touch screens is loaded there, once the room is open. @param {HTMLElement} stage @param {RoomSession} room */
function mountPhone(stage, room) {
  if (!matchMedia("(any-pointer: coarse)").matches) return
  let loading = false
  room.on("state", () => {
    if (loading) return
    loading = true
    import("../page/touch/phone.js").then(
      ({ mount }) => mount(stage, room),
      () => (loading = false), // the next change tries again
    )
  })
}

/** The dialog's module is loaded when it opens. @param {HTMLDialogElement} dialog @param {RoomSession} room */
function mountSettings(dialog, room) {
  let loaded = false
  const load = async () => {
    if (!dialog.open || loaded) return
    loaded = true
    try {
      const { mount } = await import("../page/settings/dialog.js")
      mount(dialog, room)
    } catch (error) {
      loaded = false // the next opening tries again
      console.error("the settings could not be loaded", error)
    }
  }
  new MutationObserver(() => void load()).observe(dialog, { attributeFilter: ["open"] })
}

/** @param {HTMLElement} heading @param {RoomSession} room */
function mountTitle(heading, room) {
  const show = () => {
    const title = shownTitle(room.state.room?.title ?? "")
    if (!title || heading.textContent === title) return
    document.title = document.title.replace(heading.textContent ?? "", title)
    heading.textContent = title
  }
  for (const type of ["state", "room_changed"]) room.on(type, show)
}

/** Who waits to join is listed by a module of rooms that ask first. @param {HTMLElement} box @param {RoomSession} room */
function mountKnocks(box, room) {
  let loading = false
  const update = async () => {
    if (loading || !room.state.room?.knock || !may(room.state, "remove")) return
    loading = true
    try {
      const { mount } = await import("../page/people/knocks.js")
      mount(box, room)
    } catch {
      loading = false // the next change tries again
    }
  }
  for (const type of RIGHTS_CHANGES) room.on(type, () => void update())
}

/** A control is shown to those who have its right; a notice, to the others. @param {HTMLElement} element @param {RoomSession} room */
function mountRight(element, room) {
  const { right, withoutRight } = element.dataset
  const show = () => {
    if (!room.state.room) return
    if (right) element.hidden = !may(room.state, /** @type {Right} */ (right))
    else element.hidden = may(room.state, /** @type {Right} */ (withoutRight))
  }
  for (const type of RIGHTS_CHANGES) room.on(type, show)
}

/** @param {HTMLElement} _body @param {RoomSession} room */
function mountAudioFocus(_body, room) {
  mountRoomAudioFocus(room, { show: showNotice, withdraw: withdrawNotice })
}

/** Announce what is inside the film that the room plays. @param {HTMLElement} _body @param {RoomSession} room */
function mountContents(_body, room) {
  let known = ""
  const update = async () => {
    const { url = "", item_id: item } = room.state.timeline?.media ?? {}
    const film = item || OWN_FILM.test(url) ? url : ""
    if (film === known) return
    known = film
    room.emit("contents", null)
    const contents = film && (await readContents(() => known === film).catch(() => null))
    if (known !== film) return
    if (contents) room.emit("contents", contents)
    else known = "" // after the next reconnect
  }
  const readContents = async (/** @type {() => boolean} */ isWanted) =>
    (await import("../page/room/contents.js")).readContents(room, isWanted)
  for (const type of ["state", "load", "timeline"]) room.on(type, () => void update())
}

/** Before the room opens, so that the panel logs its first events too. @param {RoomSession} room */
async function mountDebugPanel(room) {
  try {
    const { mount } = await import("../page/room/debug_panel.js")
    mount(document.body, room)
  } catch (error) {
    console.error("the debug panel could not be mounted", error)
  }
}

/**
 * Expose `window.watchium`, and custom events as DOM events, as docs/page-api.md describes them.
 * @param {RoomSession} room
 */
function exposeApi(room) {
  const api = {
    room,
    on: (/** @type {string} */ type, /** @type {import("../page/lib/emitter.js").Listener} */ fn) =>
      room.on(type, fn),
    /** Delay every frame by so many ms in each direction. */
    delay: (/** @type {number} */ upMs, downMs = upMs) => room.socket.latency.set(upMs, downMs),
    sample: () => sample(room),
  }
  Object.assign(window, { watchium: api })
  room.on("broadcast", ({ type, payload, timestamp }) => {
    window.dispatchEvent(new CustomEvent(BROADCAST_EVENT, { detail: { type, payload, timestamp } }))
  })
}

/** Read everything in one task, so that the numbers belong to one instant. @param {RoomSession} room */
function sample(room) {
  const now = performance.now()
  const { currentTime, paused } = room.player.element
  const position = room.position()
  const { revision } = room.state
  const driftMs = (currentTime - position) * 1000
  const { clock } = room
  return {
    ...{ now, serverNow: clock.serverNow(now), currentTime, paused, position },
    ...{ driftMs, revision, offsetMs: clock.output },
  }
}

start()
