// @ts-check
/** The room's page: reads who we are, joins, and gives every module its element and the room. */

import * as chat from "../page/chat/chat.js"
import * as controls from "../page/controls/controls.js"
import * as debug from "../page/room/debug_panel.js"
import * as invite from "../page/room/invite.js"
import * as keep from "../page/room/add_to_player.js"
import * as keyboard from "../page/controls/shortcuts.js"
import * as measured from "../page/room/client_metrics.js"
import * as members from "../page/people/members.js"
import * as meter from "../page/sync_meter/sync_meter.js"
import * as notices from "../page/room/notices.js"
import * as roomSound from "../page/room/audio_focus.js"
import { expose } from "../page/room/devtools.js"
import * as farewell from "../page/room/disconnected.js"
import { Session } from "../page/room/session.js"
import * as settings from "../page/room/settings.js"
import * as typedText from "../page/ui/text_limits.js"

/** Where each module lives. */
const PLACES = Object.entries({
  "[data-controls]": controls,
  "[data-chat]": chat,
  "[data-members]": members,
  "[data-meter]": meter,
  "[data-notices]": notices,
  "[data-invite]": invite,
  "[data-settings]": settings,
  "[data-keep]": keep,
})

function start() {
  const boot = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("boot")).textContent ?? "{}")
  const media = /** @type {HTMLVideoElement} */ (document.querySelector("[data-stage] [data-media]"))
  const room = new Session(boot, media)
  room.on("connection", ({ status }) => (document.body.dataset.socket = status))
  for (const [selector, module] of PLACES) mountAll(selector, module, room)
  keyboard.mount(document.body, room)
  farewell.mount(document.body, room)
  measured.mount(document.body, room)
  roomSound.mount(document.body, room)
  typedText.mount(document.body)
  if (new URLSearchParams(location.search).has("debug")) debug.mount(document.body, room)
  expose(room)
  room.open()
}

/**
 * @param {string} selector
 * @param {{mount: (element: any, room: any) => unknown}} module
 * @param {Session} room
 */
function mountAll(selector, module, room) {
  for (const element of document.querySelectorAll(selector)) {
    try {
      module.mount(element, room)
    } catch (error) {
      console.error(`${selector} could not be mounted`, error) // the film goes on without it
    }
  }
}

start()
