// @ts-check
/**
 * What plays in the room, for later and for oneself: where it is of this house's library, a press puts it
 * into one's own queue.
 */

import { Command } from "../../core/protocol.js"
import { ask } from "../lib/api.js"
import { newId } from "../lib/id.js"
import { all } from "../lib/dom.js"
import { announce, announceRefusal } from "../ui/notify.js"
import { gettext } from "../lib/i18n.js"

const OF_LIBRARY = /^\/media\/library\/(\d+)$/
const SAID_MS = 4000
const CHANGES = ["state", "load", "timeline"]

/** @param {HTMLElement} button @param {import("./types.js").Room} room */
export function mount(button, room) {
  const gone = new AbortController()
  const show = () => (button.hidden = itemOn(room) === null)
  button.addEventListener("click", () => keep(room), { signal: gone.signal })
  show()
  return all(() => gone.abort(), ...CHANGES.map((type) => room.on(type, show)))
}

/** @param {import("./types.js").Room} room @returns {number | null} */
function itemOn(room) {
  const url = room.state?.timeline?.media?.url
  const found = url && OF_LIBRARY.exec(new URL(url, location.href).pathname)
  return found && new URL(url, location.href).origin === location.origin ? Number(found[1]) : null
}

/** @param {import("./types.js").Room} room */
async function keep(room) {
  const item = itemOn(room)
  if (item === null) return
  try {
    await ask("/api/player/control/", "POST", "", {
      type: Command.QueueAdd,
      event_id: newId(),
      payload: { item_ids: [item] },
    })
    announce({ key: "kept", text: gettext("It is in your player's queue."), lastsMs: SAID_MS })
  } catch (refusal) {
    announceRefusal(refusal)
  }
}
