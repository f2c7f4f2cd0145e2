// @ts-check
/** Closing the room for everyone: one press, one question. */

import { ask } from "../lib/api.js"
import { isHost } from "./permissions.js"
import { all, piece } from "../lib/dom.js"
import { announceRefusal } from "../ui/notify.js"

/** @param {HTMLElement} dialog @param {import("./types.js").Room} room */
export function mount(dialog, room) {
  const gone = new AbortController()
  const { signal } = gone
  const [end, sure, now] = ["end", "end-sure", "end-now"].map((name) => piece(dialog, name))
  const show = () => {
    end.hidden = !(isHost(room.state) || room.state?.you?.is_owner)
  }
  const doubt = (/** @type {boolean} */ asking) => {
    sure.hidden = !asking
    end.setAttribute("aria-expanded", String(asking))
  }
  end.addEventListener(
    "click",
    () => {
      doubt(true)
      now.focus()
    },
    { signal },
  )
  piece(dialog, "end-not").addEventListener(
    "click",
    () => {
      doubt(false)
      end.focus()
    },
    { signal },
  )
  dialog.addEventListener("close", () => doubt(false), { signal })
  now.addEventListener(
    "click",
    () => {
      doubt(false)
      ask(`/api/rooms/${room.boot.room_id}/`, "DELETE", now.dataset.csrf ?? "", {}).catch(announceRefusal)
    },
    { signal },
  )
  return all(() => gone.abort(), ...["state", "new_host", "room_changed"].map((type) => room.on(type, show)))
}
