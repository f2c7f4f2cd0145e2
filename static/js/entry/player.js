// @ts-check
/** The page of one's own player: reads whose it is, and gives every module its element and the player. */

import { mount as mountDialogs } from "../page/ui/dialogs.js"
import { install } from "../page/ui/service_worker.js"
import { logEvents } from "../page/lib/emitter.js"
import * as bar from "../page/player/now_playing.js"
import { Commands } from "../page/player/commands.js"
import * as devices from "../page/player/devices.js"
import * as goingOn from "../page/player_audio/auto_advance.js"
import * as intoRoom from "../page/player/open_in_room.js"
import * as keys from "../page/player/shortcuts.js"
import * as library from "../page/player/library.js"
import { VolumeState } from "../page/player_audio/volume_state.js"
import * as mediaKeys from "../page/player/media_session.js"
import * as notices from "../page/player/notices.js"
import * as panes from "../page/player/panes.js"
import * as picture from "../page/player/video.js"
import * as queueList from "../page/player/queue_list.js"
import { Mine } from "../page/player/session.js"
import * as sleep from "../page/player_audio/sleep_timer.js"
import * as where from "../page/player_audio/position_reporter.js"
import { piece } from "../page/lib/dom.js"
import { refreshForms } from "../page/lib/csrf.js"
import { mount as checkTypedText } from "../page/ui/text_limits.js"

function start() {
  const boot = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("boot")).textContent ?? "{}")
  const mine = new Mine(boot)
  const commands = new Commands(mine)
  const loudness = new VolumeState(mine.voice)
  const timer = new sleep.SleepTimer(mine, commands)
  const at = (/** @type {string} */ name) => piece(document, name)
  mine.on("connection", ({ status }) => (document.body.dataset.socket = status))
  each([
    () => notices.mount(at("notices"), mine),
    () => bar.mount(at("bar"), mine, commands, loudness),
    () => queueList.mount(at("queue"), mine, commands),
    () => library.mount(at("library"), mine, commands),
    () => picture.mount(at("picture"), mine),
    () => devices.mount(at("devices"), mine, commands),
    () => intoRoom.mount(at("into-room"), mine, commands),
    () => sleep.mount(at("bar"), mine, timer),
    () => panes.mount(at("panes"), at("player")),
    () => keys.mount(document.body, commands, loudness),
    () => mediaKeys.mount(mine, commands),
    () => where.mount(mine),
    () => goingOn.mount(mine, commands, timer),
    () => mountDialogs(document.body),
    () => refreshForms(),
    () => checkTypedText(document),
  ])
  if (new URLSearchParams(location.search).has("debug")) logEvents(mine)
  Object.assign(window, {
    watchium: {
      mine,
      on: mine.on.bind(mine),
      delay: (/** @type {number} */ upMs, downMs = upMs) => mine.socket.latency.set(upMs, downMs),
    },
  })
  mine.open()
  install()
}

/** The music goes on without whatever could not be set up. @param {(() => unknown)[]} mounts */
function each(mounts) {
  for (const mount of mounts) {
    try {
      mount()
    } catch (error) {
      console.error("a part of the page could not be set up", error)
    }
  }
}

start()
