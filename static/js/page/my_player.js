// @ts-check
/** The page of one's own player: reads whose it is, and gives every module its element and the player. */

import { mount as mountDialogs } from "./dialogs.js"
import { install } from "./installing.js"
import { logEvents } from "./listeners.js"
import * as bar from "./mine/bar.js"
import { Commands } from "./mine/commands.js"
import * as devices from "./mine/devices.js"
import * as goingOn from "./mine/going_on.js"
import * as intoRoom from "./mine/into_room.js"
import * as keys from "./mine/keys.js"
import * as library from "./mine/library.js"
import { Loudness } from "./mine/loudness.js"
import * as mediaKeys from "./mine/media_keys.js"
import * as notices from "./mine/notices.js"
import * as panes from "./mine/panes.js"
import * as picture from "./mine/picture.js"
import * as queueList from "./mine/queue_list.js"
import { Mine } from "./mine/session.js"
import * as sleep from "./mine/sleep.js"
import * as where from "./mine/where.js"
import { piece } from "./pieces.js"
import { refreshForms } from "./token.js"
import { mount as checkTypedText } from "./typed_text.js"

function start() {
  const boot = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("boot")).textContent ?? "{}")
  const mine = new Mine(boot)
  const commands = new Commands(mine)
  const loudness = new Loudness(mine.voice)
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
  Object.assign(window, { watchium: { mine, on: mine.on.bind(mine), delay: (/** @type {number} */ upMs, downMs = upMs) => mine.socket.latency.set(upMs, downMs) } })
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
