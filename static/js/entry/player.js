// @ts-check
/** The player's page: creates the session and mounts every module on its element. */

import { refreshFormTokens } from "../page/lib/api.js"
import { find, mountDialogs } from "../page/lib/dom.js"
import { logEvents } from "../page/lib/emitter.js"
import { Commands } from "../page/player/commands.js"
import * as devices from "../page/player/devices.js"
import * as library from "../page/player/library.js"
import * as notices from "../page/player/notices.js"
import * as nowPlaying from "../page/player/now_playing.js"
import * as queueList from "../page/player/queue_list.js"
import { PlayerSession } from "../page/player/session.js"
import * as shortcuts from "../page/player/shortcuts.js"
import * as autoAdvance from "../page/player_audio/auto_advance.js"
import { VolumeState } from "../page/player_audio/output.js"
import { mountSleepTimer, SleepTimer } from "../page/player_audio/sleep_timer.js"
import { mountValidation } from "../page/ui/form_validation.js"

function start() {
  const boot = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("boot")).textContent ?? "{}")
  const player = new PlayerSession(boot)
  const commands = new Commands(player)
  const volume = new VolumeState(player.output)
  const sleepTimer = new SleepTimer(player, commands)
  const at = (/** @type {string} */ name) => find(document, name)
  player.on("connection", ({ status }) => (document.body.dataset.socket = status))
  mountEach([
    () => notices.mount(at("notices"), player),
    () => nowPlaying.mount(at("bar"), player, commands, volume),
    () => queueList.mount(at("queue"), player, commands),
    () => library.mount(at("library"), player, commands),
    () => nowPlaying.mountVideo(at("picture"), player),
    () => devices.mount(at("devices"), player, commands),
    () => nowPlaying.mountOpenInRoom(at("into-room"), player, commands),
    () => mountSleepTimer(at("bar"), player, sleepTimer),
    () => nowPlaying.mountPanes(at("panes"), at("player")),
    () => shortcuts.mount(document.body, player, commands, volume),
    () => autoAdvance.mountPositionReporter(player),
    () => autoAdvance.mount(player, commands, sleepTimer),
    () => mountHistory(at("open-history"), boot, commands),
    () => mountDialogs(document.body),
    () => refreshFormTokens(),
    () => mountValidation(document),
  ])
  if (new URLSearchParams(location.search).has("debug")) logEvents(player)
  const delay = (/** @type {number} */ upMs, downMs = upMs) => player.socket.latency.set(upMs, downMs)
  Object.assign(window, { watchium: { player, on: player.on.bind(player), delay } })
  player.open()
  registerServiceWorker()
}

/**
 * The history is loaded when its dialog is opened.
 * @param {HTMLElement} opener
 * @param {{library_url: string}} boot
 * @param {Commands} commands
 */
function mountHistory(opener, boot, commands) {
  /** @type {Promise<() => void> | null} */
  let loading = null
  opener.addEventListener("click", async () => {
    loading ??= import("../page/player/history.js").then((history) =>
      history.mountHistory(find(document, "history"), boot, commands),
    )
    try {
      ;(await loading)()
    } catch (error) {
      loading = null // the next press tries again
      console.error("the history could not be loaded", error)
    }
  })
}

/** Playback continues without a module that fails to mount. @param {(() => unknown)[]} mounts */
function mountEach(mounts) {
  for (const mount of mounts) {
    try {
      mount()
    } catch (error) {
      console.error("a module of the page could not be mounted", error)
    }
  }
}

/** The service worker shows a page while offline and makes the player installable. It is optional. */
function registerServiceWorker() {
  const options = /** @type {const} */ ({ scope: "/", updateViaCache: "none" })
  navigator.serviceWorker?.register("/service-worker.js", options).catch(() => {})
}

start()
